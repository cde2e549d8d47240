/** An API server that does harm, by plan: at the n-th call of a kind it answers as a server in trouble does, or not at all. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { type FakeRequest, status } from '../cluster/kubernetes/fake-api-server.ts';
import { requestOf } from '../crash/crash-server.ts';
import { KubernetesState } from '../crash/kubernetes-state.ts';

export const KINDS = [
  'list',
  'get',
  'watch',
  'patch',
  'create',
  'delete',
  'eviction',
  'lease',
  'review',
] as const;
export type Kind = (typeof KINDS)[number];

/** Nothing is carried out where the name does not say so. */
export const HARMS = [
  'conflict',
  'gone',
  'busy',
  'failed',
  'failed though carried out',
  'unavailable',
  'unauthorized',
  'broken',
  'broken though carried out',
  'cut short though carried out',
] as const;
export type Harm = (typeof HARMS)[number];

/**
 * Whether an API server gives this answer to such a call: a read conflicts with nothing, and only who asks for what has
 * happened since a version, or for more of a list, can ask for what is forgotten.
 */
export function canMeet(kind: Kind, harm: Harm): boolean {
  const isRead = kind === 'list' || kind === 'get' || kind === 'watch';
  if (harm === 'conflict') return !isRead && kind !== 'review';
  return harm !== 'gone' || kind === 'list' || kind === 'watch';
}

/** At so many calls of a kind in a row, from the `nth` on, which counts from 0. */
export interface Plan {
  readonly kind: Kind;
  readonly nth: number;
  readonly calls: number;
  readonly harm: Harm;
}

export function kindOf({ method, path, query }: FakeRequest): Kind {
  if (path.endsWith('/selfsubjectaccessreviews')) return 'review';
  if (path.includes('/leases')) return 'lease';
  if (query.watch === 'true') return 'watch';
  if (method === 'PATCH') return 'patch';
  if (method === 'DELETE') return 'delete';
  if (method === 'POST') return path.endsWith('/eviction') ? 'eviction' : 'create';
  return /\/(pods|nodes|endpointslices|poddisruptionbudgets)$/.test(path) ? 'list' : 'get';
}

/** What is answered in its place; undefined where the connection is broken off. */
function answerOf(harm: Harm) {
  switch (harm) {
    case 'conflict':
      return status(409, 'Conflict', 'the object has been modified');
    case 'gone':
      return status(410, 'Expired', 'too old resource version');
    case 'failed':
    case 'failed though carried out':
      return status(500, 'InternalError', 'etcdserver: leader changed');
    case 'unavailable':
      return { status: 503, body: 'upstream connect error' };
    case 'unauthorized':
      return status(401, 'Unauthorized', 'Unauthorized');
    default:
      return undefined;
  }
}

export class FaultyServer {
  readonly state: KubernetesState;
  /** How often the plan came true. */
  harmed = 0;
  /** Told of each call before it is answered; the server goes away where it says so, for so many ms. */
  awayAt: (request: FakeRequest, state: KubernetesState) => number | undefined = () => undefined;
  /** Told of each call, in order: the harm that it meets, where it is not by plan. */
  harmAt: (request: FakeRequest) => Harm | undefined = () => undefined;
  readonly #plan: readonly Plan[];
  readonly #counts = new Map<Kind, number>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer(async (incoming, response) => {
    this.#serve(await requestOf(incoming).catch(() => undefined), response);
  });
  #port = 0;
  #isClosed = false;

  constructor(scenario: Scenario, plan: readonly Plan[] = []) {
    this.state = new KubernetesState(scenario);
    this.#plan = plan;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#vanish();
  }

  /** Refuses every connection for a while, as one that is not there. */
  async #goAway(duration_ms: number): Promise<void> {
    await this.#vanish();
    await sleep(duration_ms, undefined, { ref: false });
    if (!this.#isClosed) await this.open();
  }

  async #vanish(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(request: FakeRequest | undefined, response: ServerResponse): void {
    if (request === undefined) return void response.destroy();
    const away_ms = this.awayAt(request, this.state);
    if (away_ms !== undefined) {
      this.state.answer(request);
      void this.#goAway(away_ms);
      return;
    }
    const harm = this.#harmFor(request);
    if (harm === undefined) this.#answer(request, response);
    else this.#harm(harm, request, response);
  }

  #harm(harm: Harm, request: FakeRequest, response: ServerResponse): void {
    this.harmed += 1;
    if (harm.endsWith('carried out') && kindOf(request) !== 'watch') this.state.answer(request);
    if (harm === 'busy') {
      // As a filter before everything else does it: no Status, and whole seconds.
      response.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '1' });
      response.end('Too many requests, please try again later.');
    } else if (harm === 'cut short though carried out') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"kind":');
      setTimeout(() => response.destroy(), 5);
    } else {
      const answer = answerOf(harm);
      if (answer === undefined) return void response.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    }
  }

  #harmFor(request: FakeRequest): Harm | undefined {
    const kind = kindOf(request);
    const count = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, count + 1);
    const planned = this.#plan.find(
      (each) => each.kind === kind && count >= each.nth && count < each.nth + each.calls,
    );
    return this.harmAt(request) ?? planned?.harm;
  }

  #answer(request: FakeRequest, response: ServerResponse): void {
    if (request.query.watch === 'true') {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      const stop = this.state.watch(request, (event) => response.write(`${JSON.stringify(event)}\n`));
      response.on('close', stop);
      return;
    }
    const answer = this.state.answer(request);
    response.writeHead(answer === undefined ? 404 : (answer.status ?? 200), {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(answer?.body ?? { kind: 'Status', code: 404, reason: 'NotFound' }));
  }
}
