/**
 * SIGKILL of a runner at each of its calls of the API: what it did is undone by its guard though it never comes back,
 * nothing is done twice, and the journal knows of every act.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { standGuard } from '../../../src/chaos/guard.ts';
import { restore } from '../../../src/chaos/restore.ts';
import type { FaultType } from '../../../src/scenario/scenario.ts';
import {
  type Boundary,
  type CrashCluster,
  type CrashServer,
  crashServer,
  type HeldAs,
} from './crash-server.ts';
import { clusterOf, type Order } from './runner.ts';
import { crashScenario } from './scenario.ts';

const RUNNER = fileURLToPath(new URL('./runner.ts', import.meta.url));
const LASTING: readonly FaultType[] = [
  'container-pause',
  'network-partition',
  'node-cordon',
  'node-drain',
  'node-taint',
  'node-loss',
  'node-partition',
  'bad-image',
  'bad-readiness',
  'scale',
  'endpoint-removal',
  'control-plane-outage',
  'registry-outage',
];
/** Batches at once. */
const LANES = 2;
/** A request that is on its way when its run dies arrives 30 ms later. */
const IN_FLIGHT_MS = 300;
const AS: readonly HeldAs[] = ['not carried out', 'not answered', 'carried out late'];

interface Run extends Order {
  readonly cluster: CrashCluster;
  readonly before: unknown;
  readonly boundary: Boundary | undefined;
}

let folder: string;
let server: CrashServer;
let line: ReturnType<typeof createServer>;
let socket: string;
/** By the run's id, with what the guard has ended with. */
const guards = new Map<string, Promise<'dismissed' | 'restored'>>();
const runs = new Map<string, Run>();
const told: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-crash-'));
  server = await crashServer();
  socket = join(folder, 'guard.sock');
  line = createServer({ allowHalfOpen: true }, (connection) => void stand(connection));
  await new Promise<void>((resolve) => line.listen(socket, resolve));
});
afterAll(async () => {
  line.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** The guard of a run, from its first word on. */
async function stand(connection: Socket): Promise<void> {
  connection.on('error', () => {});
  const [first] = (await once(connection, 'data')) as [Buffer];
  const id = first.toString().split('\n')[0]!;
  const run = runs.get(id)!;
  const guard = standGuard(connection, join(run.folder, 'journal.jsonl'), {
    cluster: clusterOf(run),
    tell: (text) => told.push(`${id}: ${text}`),
    in_flight_ms: IN_FLIGHT_MS,
  });
  guards.set(id, guard);
  await guard.catch(() => {});
  connection.end();
}

function begin(fault: FaultType, boundary: Boundary | undefined): Run {
  const id = `${fault}-${runs.size}`;
  const own = join(folder, id);
  mkdirSync(own);
  const cluster = server.add(id, crashScenario(fault), boundary);
  const before = cluster.state.content;
  const run = {
    id,
    fault,
    server: server.urlOf(cluster),
    folder: own,
    guard: { socket },
    cluster,
    before,
    boundary,
  };
  runs.set(id, run);
  return run;
}

/** Runs them in one process, and kills it when each is held or over. @returns the ids of those that came to their end */
async function untilKilled(wanted: readonly Run[]): Promise<ReadonlySet<string>> {
  const orders = join(folder, `orders-${wanted[0]!.id}.json`);
  writeFileSync(orders, JSON.stringify(wanted.map(({ cluster, before, boundary, ...order }) => order)));
  const child = spawn(process.execPath, [RUNNER, orders], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const over = new Map(wanted.map(({ id }) => [id, Promise.withResolvers<void>()]));
  const ended = new Set<string>();
  createInterface(child.stdout).on('line', (text) => {
    const [, id = '', ...failure] = text.split(' ');
    if (failure.length > 0) told.push(`${id} failed: ${failure.join(' ')}`);
    ended.add(id);
    over.get(id)?.resolve();
  });
  const gone = exited.then(() => {});
  await Promise.all(
    wanted.map(({ id, cluster }) => Promise.race([cluster.held, over.get(id)!.promise, gone])),
  );
  child.kill('SIGKILL');
  await exited;
  for (const { cluster } of wanted) cluster.died();
  return ended;
}

/** Where to hold runs with a fault: at every call that writes in three ways, and at every third of those that read. */
function boundariesOf(calls: readonly string[]): readonly Boundary[] {
  return calls.flatMap((name, call) => {
    if (!name.startsWith('GET')) return AS.map((as) => ({ call, as }));
    return call % 3 === 0 ? [{ call, as: 'not answered' as const }] : [];
  });
}

const provided = ({ folder: own }: Run): readonly string[] => {
  try {
    return readFileSync(join(own, 'provider.log'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
};

/** What the provider broke and did not mend. */
function broken(run: Run): readonly string[] {
  const standing = new Set<string>();
  for (const words of provided(run)) {
    const [verb = '', ...what] = words.split(' ');
    if (/-(loss|partition|pause|down)$/.test(verb)) standing.add(what.join(' '));
    else standing.delete(what.join(' '));
  }
  return [...standing];
}

/** How the journal calls what the run has written; of its own Leases nothing stands there. */
const ACT_OF: readonly (readonly [RegExp, RegExp])[] = [
  [/^PATCH services/, /"act":"(create|deselect-pods)"/],
  [/networkpolicies|^PATCH pods/, /"act":"deny-ingress"/],
  [/^DELETE services/, /"act":"remove"/],
  [/^DELETE pods/, /"act":"(delete-pod|replace-pod)"/],
  [/eviction$/, /"act":"drain-node"/],
  [/^PATCH nodes/, /"act":"(drain|cordon|taint)-node"/],
  [/^PATCH deployments/, /"act":"(scale|set-image|set-readiness-probe)"/],
];

function checkJournal(run: Run): void {
  const text = readFileSync(join(run.folder, 'journal.jsonl'), 'utf8');
  const lines = text.split('\n').slice(0, -1);
  for (const each of lines) JSON.parse(each);
  for (const name of run.cluster.written.filter(
    (each) => !/ events$/.test(each) && !each.includes('leases'),
  )) {
    const [, act] = ACT_OF.find(([written]) => written.test(name)) ?? [];
    expect(act, name).toBeDefined();
    expect(
      lines.some((each) => act!.test(each)),
      `${run.id}: ${name}`,
    ).toBe(true);
  }
}

async function checkRestored(run: Run): Promise<void> {
  const where = JSON.stringify([
    run.id,
    run.boundary,
    run.cluster.calls.at(-1),
    told.filter((text) => text.startsWith(`${run.id}:`)),
  ]);
  expect(run.cluster.state.content, where).toEqual(run.before);
  expect(broken(run), where).toEqual([]);
  // Whoever puts something back kills nothing.
  expect(
    run.cluster.writtenAfter.filter((name) => /^DELETE pods|eviction$/.test(name)),
    where,
  ).toEqual([]);
  checkJournal(run);
}

test('killed at any call, a run is put back by its guard, and nothing is left to do a second time', {
  timeout: 600_000,
}, async () => {
  const types: readonly FaultType[] = [...LASTING, 'pod-kill'];
  const whole = types.map((type) => begin(type, undefined));
  const ended = await untilKilled(whole);
  expect(whole.filter(({ id }) => !ended.has(id)).map(({ id }) => id)).toEqual([]);
  expect(told.filter((text) => text.includes('failed'))).toEqual([]);
  for (const run of whole) {
    expect(await guards.get(run.id), run.id).toBe('dismissed');
    expect(run.cluster.state.content, run.id).toEqual(run.before);
  }

  const batches = whole.map(({ fault, cluster }) =>
    boundariesOf(cluster.calls).map((boundary) => begin(fault, boundary)),
  );
  let killed = 0;
  const next = batches.values();
  // A batch mostly waits for its faults to begin.
  const lanes = Array.from({ length: LANES }, async () => {
    for (const batch of next) {
      const count = await killedAndRestored(batch);
      killed += count;
    }
  });
  await Promise.all(lanes);
  expect(killed).toBeGreaterThanOrEqual(400);
});

/** @returns how many of them were killed */
async function killedAndRestored(batch: readonly Run[]): Promise<number> {
  const ended = await untilKilled(batch);
  // Where polling took fewer calls than the first time a run may end before it is held.
  // One that is held may give up before the others are, when its calls have had no answer for some seconds.
  const dead = batch.filter(({ id, cluster }) => cluster.wasHeld || !ended.has(id));
  await Promise.all(dead.map(({ id }) => guards.get(id)));
  for (const run of dead) {
    // Held before it had a guard, it had done nothing but take a Lease, which lapses.
    if (!guards.has(run.id)) await restore({ ...placeOf(run), tell: () => {} });
    await checkRestored(run);
    const writes = run.cluster.writtenAfter.length;
    const again = await restore({ ...placeOf(run), tell: () => {} });
    expect([again.wasLeft, run.cluster.writtenAfter.length - writes], run.id).toEqual([false, 0]);
  }
  return dead.length;
}

const placeOf = (run: Run) => ({ cluster: clusterOf(run), journal: join(run.folder, 'journal.jsonl') });
