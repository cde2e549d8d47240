/**
 * Many clusters on one server, each under a path of its own, for one run each. Each run is held at one call of its, by
 * number: the call is not carried out, or carried out and not answered, or carried out after the run has died.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { FakeRequest } from '../cluster/kubernetes/fake-api-server.ts';
import { KubernetesState } from './kubernetes-state.ts';

export type HeldAs = 'not carried out' | 'not answered' | 'carried out late';

/** Where a run is held: at which call, from its first Lease on. */
export interface Boundary {
  readonly call: number;
  readonly as: HeldAs;
}

export class CrashCluster {
  readonly id: string;
  readonly state: KubernetesState;
  /** Calls of the run from its first Lease on, as "PATCH deployments/web/scale". */
  readonly calls: string[] = [];
  /** When each of them came, as milliseconds since 1970. */
  readonly called_ms: number[] = [];
  /** What was carried out of them. */
  readonly written: string[] = [];
  /** What was written after the run had died. */
  readonly writtenAfter: string[] = [];
  /** Pods that were ready, and were deleted or evicted by somebody else after it. */
  killedAfter = 0;
  /** Told of every request before it is served. */
  before: (request: FakeRequest) => void = () => {};
  /** Resolves when the run is held. */
  readonly held: Promise<void>;
  readonly #boundary: Boundary | undefined;
  #hold: () => void = () => {};
  #late: FakeRequest | undefined;
  #isDead = false;
  #isHeld = false;

  constructor(id: string, scenario: Scenario, boundary: Boundary | undefined) {
    this.id = id;
    this.state = new KubernetesState(scenario);
    this.#boundary = boundary;
    this.held = new Promise((resolve) => {
      this.#hold = resolve;
    });
  }

  /** Whether it has come to where it is held. */
  get wasHeld(): boolean {
    return this.#isHeld;
  }

  /** The run is dead. What was on its way to the server arrives now. */
  died(): void {
    this.#isDead = true;
    const late = this.#late;
    if (late !== undefined) setTimeout(() => this.state.answer(late), 30);
  }

  serve(request: FakeRequest, response: ServerResponse): void {
    this.before(request);
    const isHeld = !this.#isDead && this.#count(request);
    if (isHeld) {
      this.#isHeld = true;
      this.#hold();
      if (this.#boundary?.as === 'not carried out') return;
      if (this.#boundary?.as === 'carried out late') {
        this.#late = request;
        return;
      }
    }
    if (request.query.watch === 'true') return void response.writeHead(200).flushHeaders();
    const killed = this.state.killed.length;
    const answer = this.state.answer(request);
    if (this.#isDead) this.killedAfter += this.state.killed.length - killed;
    if (isWrite(request) && (answer?.status ?? 404) < 300) {
      (this.#isDead ? this.writtenAfter : this.written).push(nameOf(request));
    }
    if (isHeld) return;
    response.writeHead(answer === undefined ? 404 : (answer.status ?? 200), {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(answer?.body ?? { kind: 'Status', code: 404, reason: 'NotFound' }));
  }

  /** @returns whether the run is to be held here */
  #count(request: FakeRequest): boolean {
    const isFirst = request.method === 'POST' && request.path.endsWith('/leases');
    if (this.calls.length === 0 && !isFirst) return false;
    this.calls.push(nameOf(request));
    this.called_ms.push(Date.now());
    // Once it is held, nothing of it is carried out any more.
    return this.#boundary !== undefined && this.calls.length > this.#boundary.call;
  }
}

export const isWrite = ({ method, path }: FakeRequest): boolean =>
  method !== 'GET' && !path.endsWith('/selfsubjectaccessreviews');

const nameOf = ({ method, path }: FakeRequest): string =>
  `${method} ${path.replace(/^.*\/v1\/(namespaces\/[^/]+\/(?=.))?/, '')}`;

export interface CrashServer {
  add(id: string, scenario: Scenario, boundary: Boundary | undefined): CrashCluster;
  urlOf(cluster: CrashCluster): string;
  close(): Promise<void>;
}

export async function crashServer(): Promise<CrashServer> {
  const clusters = new Map<string, CrashCluster>();
  const server = createServer(async (incoming, response) => {
    const request = await requestOf(incoming);
    const [, id = '', rest = ''] = /^\/([^/]+)(\/.*)$/.exec(request.path) ?? [];
    clusters.get(id)?.serve({ ...request, path: rest }, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    add(id, scenario, boundary) {
      const cluster = new CrashCluster(id, scenario, boundary);
      clusters.set(id, cluster);
      return cluster;
    },
    urlOf: ({ id }) => `http://127.0.0.1:${port}/${id}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function requestOf(incoming: IncomingMessage): Promise<FakeRequest> {
  const { pathname: path, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
  const text = (await incoming.setEncoding('utf8').toArray()).join('');
  const body = text === '' ? undefined : JSON.parse(text);
  return { method: incoming.method ?? '', path, query: Object.fromEntries(searchParams), body };
}
