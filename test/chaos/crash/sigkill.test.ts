/**
 * SIGKILL of a runner at each of its calls of the API, for every fault that there is: what it did is undone by its guard
 * though it never comes back, nothing is done twice, and the journal knows of every act.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../../src/chaos/cluster/cluster.ts';
import { FAULT_TYPES } from '../../../src/chaos/fault-action.ts';
import { standGuard } from '../../../src/chaos/guard.ts';
import { restore } from '../../../src/chaos/restore.ts';
import {
  type Boundary,
  type CrashCluster,
  type CrashServer,
  crashServer,
  type HeldAs,
} from './crash-server.ts';
import { GuardLine } from './guard-line.ts';
import { broken, provided } from './provider-log.ts';
import { clusterOf, type Order } from './runner.ts';
import { type CrashCase, crashScenario, nameOf } from './scenario.ts';

const RUNNER = fileURLToPath(new URL('./runner.ts', import.meta.url));
const CASES: readonly CrashCase[] = [
  ...FAULT_TYPES.map((fault) => ({ fault })),
  // Whose pods start one after the other, so that the bad one has to be deleted.
  { fault: 'bad-image', kind: 'StatefulSet' },
  { fault: 'bad-readiness', kind: 'StatefulSet' },
];
/** Of the whole test, and of each fault: fewer would leave something out. */
const POINTS_MIN = 200;
const POINTS_OF_CASE_MIN = 3;
/** Runs in one process. */
const BATCH = 400;
/** A request that is on its way when its run dies arrives 30 ms later. */
const IN_FLIGHT_MS = 100;
const AS: readonly HeldAs[] = ['not carried out', 'not answered', 'carried out late'];

interface Run extends Order {
  readonly cluster: CrashCluster;
  /** As whoever puts things back sees it. */
  readonly seen_by: Cluster;
  readonly before: unknown;
  readonly boundary: Boundary | undefined;
}

let folder: string;
let server: CrashServer;
let line: GuardLine;
const runs = new Map<string, Run>();
const told: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-crash-'));
  server = await crashServer();
  line = await new GuardLine(folder, (id, connection) => {
    const run = runs.get(id)!;
    return standGuard(connection, join(run.folder, 'journal.jsonl'), {
      cluster: run.seen_by,
      tell: (text) => told.push(`${id}: ${text}`),
      in_flight_ms: IN_FLIGHT_MS,
    });
  }).open();
});
afterAll(async () => {
  line.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

function begin(which: CrashCase, boundary: Boundary | undefined): Run {
  const id = `${which.fault}-${runs.size}`;
  const own = join(folder, id);
  mkdirSync(own);
  const cluster = server.add(id, crashScenario(which), boundary);
  const before = cluster.state.content;
  const guard = { socket: line.socket };
  const order: Order = { ...which, id, server: server.urlOf(cluster), folder: own, guard };
  const run = { ...order, cluster, seen_by: clusterOf(order), before, boundary };
  runs.set(id, run);
  return run;
}

/** Runs them in one process, and kills it when each is held or over. @returns the ids of those that came to their end */
async function untilKilled(wanted: readonly Run[]): Promise<ReadonlySet<string>> {
  const orders = join(folder, `orders-${wanted[0]!.id}.json`);
  writeFileSync(
    orders,
    JSON.stringify(wanted.map(({ cluster, seen_by, before, boundary, ...order }) => order)),
  );
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

/**
 * Where to hold runs: at every call that writes, in three ways, and at the first of those that read in between: they change
 * nothing, so that to die at a later one is to die there, or before the next write. An Event comes after each act.
 *
 * @param common calls of the run so far, before its fault and after it, where it is held already in another one
 */
function boundariesOf(run: Run, common: Set<string>): readonly Boundary[] {
  const { calls, called_ms } = run.cluster;
  const isOwn = partsOf(run);
  return calls.flatMap((name, call): readonly Boundary[] => {
    // What a command has caused, no other call of the API follows.
    if (name === 'POST events') return [{ call, as: 'not answered' }];
    const own = isOwn(called_ms[call]!);
    if (own !== 'fault') {
      const first = called_ms.findIndex((at_ms) => isOwn(at_ms) === own);
      const so_far = `${own} ${[...new Set(calls.slice(first, call + 1))].join()}`;
      if (common.has(so_far)) return [];
      common.add(so_far);
    }
    if (isWritten(name)) return AS.map((as) => ({ call, as }));
    const isFirst = call === 0 || isWritten(calls[call - 1]!);
    return isFirst ? [{ call, as: 'not answered' }] : [];
  });
}

const isWritten = (name: string): boolean =>
  !name.startsWith('GET') && !/selfsubjectaccessreviews$/.test(name);

/** By the time of a call whether it is one of the fault's: from the write that announces it to the end of its undoing. */
function partsOf({ cluster: { calls, called_ms }, folder: own }: Run) {
  const lines = readFileSync(join(own, 'journal.jsonl'), 'utf8').trim().split('\n');
  const acts = lines.map(
    (each) => JSON.parse(each) as { id?: string; at: string; cause?: string; fault?: string },
  );
  const ids = acts.flatMap(({ id, cause, fault }) => ((cause ?? fault) === undefined ? [] : [id]));
  const times_ms = acts.filter(({ id }) => ids.includes(id)).map(({ at }) => Date.parse(at));
  const begin = calls.findLastIndex(
    (name, call) => isWritten(name) && called_ms[call]! <= Math.min(...times_ms),
  );
  return (at_ms: number) =>
    at_ms < called_ms[begin]! ? 'before' : at_ms <= Math.max(...times_ms) ? 'fault' : 'after';
}

/** How the journal calls what the run has written; of its own Leases and Events nothing stands there. */
const ACT_OF: readonly (readonly [RegExp, RegExp])[] = [
  [/^PATCH services/, /"act":"(create|deselect-pods|delay-requests|abort-requests)"/],
  [/^PATCH pods.*\/ephemeralcontainers$/, /"act":"stress-(cpu|memory)"/],
  [/networkpolicies|^PATCH pods/, /"act":"deny-(ingress|dns)"/],
  [/virtualservices/, /"act":"(delay|abort)-requests"/],
  [/^DELETE services/, /"act":"remove"/],
  [/^DELETE pods/, /"act":"(delete-pod|replace-pod|set-image|set-readiness-probe)"/],
  [/eviction$/, /"act":"(drain-node|evict-pod)"/],
  [/^PATCH nodes/, /"act":"(drain|cordon|taint)-node"/],
  [/^PATCH (deployments|statefulsets)/, /"act":"(scale|set-image|set-readiness-probe|restart-rollout)"/],
];

function checkJournal(run: Run): void {
  const text = readFileSync(join(run.folder, 'journal.jsonl'), 'utf8');
  const lines = text.split('\n').slice(0, -1);
  for (const each of lines) JSON.parse(each);
  for (const name of run.cluster.written.filter((each) => !/leases|events/.test(each))) {
    const [, act] = ACT_OF.find(([written]) => written.test(name)) ?? [];
    expect(act, name).toBeDefined();
    expect(
      lines.some((each) => act!.test(each)),
      `${run.id}: ${name}`,
    ).toBe(true);
  }
}

async function checkRestored(run: Run): Promise<void> {
  const { cluster, boundary, before } = run;
  const where = JSON.stringify([
    ...[run.id, boundary, cluster.calls[boundary!.call]],
    told.filter((text) => text.startsWith(`${run.id}:`)),
  ]);
  expect(cluster.state.content, where).toEqual(before);
  expect(broken(run.folder), where).toEqual([]);
  // Whoever puts something back kills nothing, and what was killed was killed once, by its UID.
  expect(cluster.killedAfter, where).toBe(0);
  expect(cluster.state.killed.length, where).toBeLessThanOrEqual(1);
  expect(
    provided(run.folder).filter((words) => /^(kill|sandbox-kill)/.test(words)).length,
    where,
  ).toBeLessThanOrEqual(1);
  expect(cluster.state.unconditional, where).toEqual([]);
  checkJournal(run);
}

test(`killed at any of ${POINTS_MIN} calls and more, a run is put back by its guard, and nothing is left to do a second time`, {
  timeout: 600_000,
}, async () => {
  const whole = CASES.map((which) => begin(which, undefined));
  const ended = await untilKilled(whole);
  expect(whole.filter(({ id }) => !ended.has(id)).map(({ id }) => id)).toEqual([]);
  expect(told.filter((text) => text.includes('failed'))).toEqual([]);
  for (const run of whole) {
    expect(await line.guards.get(run.id), run.id).toBe('dismissed');
    expect(run.cluster.state.content, run.id).toEqual(run.before);
  }

  const common = new Set<string>();
  const points = whole.flatMap((run, which) =>
    boundariesOf(run, common).map((boundary) => begin(CASES[which]!, boundary)),
  );
  const killed = new Map<string, number>();
  for (let at = 0; at < points.length; at += BATCH) {
    for (const run of await killedAndRestored(points.slice(at, at + BATCH))) {
      killed.set(nameOf(run), (killed.get(nameOf(run)) ?? 0) + 1);
    }
  }
  for (const which of CASES) {
    expect(killed.get(nameOf(which)), nameOf(which)).toBeGreaterThanOrEqual(POINTS_OF_CASE_MIN);
  }
  const all = [...killed.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(`killed at ${all} points of ${CASES.length} faults\n`);
  expect(all).toBeGreaterThanOrEqual(POINTS_MIN);
});

/** @returns those that were killed */
async function killedAndRestored(batch: readonly Run[]): Promise<readonly Run[]> {
  const ended = await untilKilled(batch);
  // Where polling took fewer calls than the first time a run may end before it is held.
  const dead = batch.filter(({ id }) => !ended.has(id));
  await Promise.all(dead.map(({ id }) => line.guards.get(id)));
  for (const run of dead) {
    // Held before it had a guard, it had done nothing but take a Lease, which lapses.
    if (!line.guards.has(run.id)) await restore({ ...placeOf(run), tell: () => {} });
    await checkRestored(run);
    if (run.boundary !== undefined && !isWritten(run.cluster.calls[run.boundary.call]!)) continue;
    const writes = run.cluster.writtenAfter.length;
    const again = await restore({ ...placeOf(run), tell: () => {} });
    expect([again.wasLeft, run.cluster.writtenAfter.length - writes], run.id).toEqual([false, 0]);
  }
  return dead;
}

const placeOf = ({ seen_by, folder: own }: Run) => ({
  cluster: seen_by,
  journal: join(own, 'journal.jsonl'),
});
