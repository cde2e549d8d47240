/**
 * SIGKILL of a runner at any moment, of runs of every fault, none of which comes back: how long it takes until nothing of
 * them is left, with their guards beside them, and where those have died with them, so that only a guard in the cluster
 * is left, which has to see their Leases lapse. Waits are skipped and counted, all constants are those of production.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as really } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { now_ms } from '../../../src/chaos/clock.ts';
import type { Cluster } from '../../../src/chaos/cluster/cluster.ts';
import { FAULT_TYPES } from '../../../src/chaos/fault-action.ts';
import { patrol, standGuard } from '../../../src/chaos/guard.ts';
import { RENEW_EVERY_MS } from '../../../src/chaos/safety/lapse.ts';
import { sleep } from '../../../src/chaos/sleep.ts';
import { stream } from '../../../src/scenario/random.ts';
import { type CrashCluster, type CrashServer, crashServer } from './crash-server.ts';
import { GuardLine } from './guard-line.ts';
import { broken } from './provider-log.ts';
import { clusterOf, type Order } from './runner.ts';
import { type CrashCase, crashScenario } from './scenario.ts';
import { skippingWaits } from './skipped-waits.ts';

vi.mock('../../../src/chaos/clock.ts', async (original) =>
  (await import('./skipped-waits.ts')).clock(await original()),
);
vi.mock('../../../src/chaos/sleep.ts', async (original) =>
  (await import('./skipped-waits.ts')).sleeping(await original()),
);

const LIMIT_MS = 60_000;
const RUNNER = fileURLToPath(new URL('./runner.ts', import.meta.url));
const CASES: readonly CrashCase[] = [
  ...FAULT_TYPES.map((fault) => ({ fault })),
  { fault: 'bad-image', kind: 'StatefulSet' },
  { fault: 'bad-readiness', kind: 'StatefulSet' },
];
/** Each with a run of every case. */
const PROCESSES = 4;
/** Runs of a process begin within this time, so that they are at different points when it is killed. */
const STAGGER_MS = 1500;
/** A process has made so many calls of the API when most of its runs are over. */
const CALLS = 1500;
const POLL_MS = 20;

interface Run extends Order {
  readonly cluster: CrashCluster;
  /** As whoever puts things back sees it. */
  readonly seen_by: Cluster;
  readonly before: unknown;
}

const random = stream(String(inject('propertySeed')), 0, 'dead-mans-switch');
const runs = new Map<string, Run>();
/** By the id of the run, when its guard had done its work, on the clock of `now_ms`. */
const restored_ms = new Map<string, number>();
let folder: string;
let server: CrashServer;
let line: GuardLine;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-switch-'));
  server = await crashServer();
  line = await new GuardLine(folder, (id, connection) =>
    skippingWaits(async () => {
      const { folder: own, seen_by: cluster } = runs.get(id)!;
      const ended = await standGuard(connection, join(own, 'journal.jsonl'), { cluster, tell: () => {} });
      restored_ms.set(id, now_ms());
      return ended;
    }),
  ).open();
});
afterAll(async () => {
  line.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

function begin(which: CrashCase, isGuarded: boolean): Run {
  const id = `${which.fault}-${runs.size}`;
  const own = join(folder, id);
  mkdirSync(own);
  const cluster = server.add(id, crashScenario(which), undefined);
  const order: Order = {
    ...{ ...which, id, server: server.urlOf(cluster), folder: own, delay_ms: random() * STAGGER_MS },
    guard: isGuarded ? { socket: line.socket } : undefined,
  };
  const run = { ...order, cluster, seen_by: clusterOf(order), before: cluster.state.content };
  runs.set(id, run);
  return run;
}

/** Has the runs begin in one process, and kills it at one of its calls. @returns when, on the clock of `now_ms` */
async function killed(wanted: readonly Run[], at_call: number): Promise<number> {
  const file = join(folder, `orders-${wanted[0]!.id}.json`);
  writeFileSync(file, JSON.stringify(wanted.map(({ cluster, seen_by, before, ...order }) => order)));
  const child = spawn(process.execPath, [RUNNER, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  let calls = 0;
  let killed_ms = Number.NaN;
  for (const { cluster } of wanted) {
    cluster.before = () => {
      calls += 1;
      if (calls !== at_call) return;
      killed_ms = now_ms();
      child.kill('SIGKILL');
    };
  }
  await once(child, 'exit');
  for (const { cluster } of wanted) {
    cluster.before = () => {};
    cluster.died();
  }
  return Number.isNaN(killed_ms) ? now_ms() : killed_ms;
}

const isLease = ([path]: readonly [string]): boolean => path.includes('/leases/');
const withoutLeases = (content: unknown) => (content as [string][]).filter((each) => !isLease(each));

/** Whether something of it stands. @param mayHold Leases, which lapse */
function isLeft({ cluster, before, folder: own }: Run, mayHold = false): boolean {
  const content = mayHold ? withoutLeases(cluster.state.content) : cluster.state.content;
  return !isDeepStrictEqual(content, before) || broken(own).length > 0;
}

/** How long from the SIGKILL until its guard has put back what it did, and has looked once more. */
async function guarded(run: Run, killed_ms: number): Promise<number> {
  // Before it had a guard it has taken a Lease and done nothing.
  if (!isLeft(run, true) && !line.guards.has(run.id)) return 0;
  await vi.waitFor(() => expect(line.guards.has(run.id), run.id).toBe(true));
  await line.guards.get(run.id);
  return restored_ms.get(run.id)! - killed_ms;
}

/** How long from the SIGKILL until a guard in the cluster has left nothing of it. */
const patrolled = (run: Run, killed_ms: number): Promise<number> =>
  skippingWaits(async () => {
    // It may have looked just before.
    await sleep(random() * RENEW_EVERY_MS);
    const ending = new AbortController();
    const patrolling = patrol(undefined, {
      ...{ cluster: run.seen_by, tell: () => {}, signal: ending.signal },
    });
    while (isLeft(run) && now_ms() - killed_ms <= LIMIT_MS) await really(POLL_MS);
    const took_ms = now_ms() - killed_ms;
    ending.abort();
    await patrolling;
    return took_ms;
  });

test(`killed at any moment, nothing is left of a run after ${LIMIT_MS / 1000} s, with its guard or a guard in the cluster`, {
  timeout: 180_000,
}, async () => {
  const took_ms = { guarded: [] as number[], patrolled: [] as number[] };
  let standing = 0;
  for (let index = 0; index < PROCESSES; index += 1) {
    const wanted = CASES.map((which, at) => begin(which, (at + index) % 2 === 0));
    const killed_ms = await killed(wanted, Math.ceil(((index + random()) / PROCESSES) * CALLS));
    const left = wanted.filter((run) => isLeft(run));
    standing += left.filter((run) => isLeft(run, true)).length;
    await Promise.all(
      left.map(async (run) => {
        const isGuarded = run.guard !== undefined;
        const time_ms = await (isGuarded ? guarded : patrolled)(run, killed_ms);
        took_ms[isGuarded ? 'guarded' : 'patrolled'].push(time_ms);
        expect(time_ms, run.id).toBeLessThanOrEqual(LIMIT_MS);
        expect(isLeft(run, isGuarded && !line.guards.has(run.id)), run.id).toBe(false);
        // One victim, and never its replacement.
        expect(run.cluster.state.killed.length, run.id).toBeLessThanOrEqual(1);
        expect(run.cluster.state.unconditional, run.id).toEqual([]);
      }),
    );
  }
  const told = Object.entries(took_ms).map(([by, all]) => {
    const longest_s = (Math.max(...all) / 1000).toFixed(1);
    return `${by} ${all.length}, the longest ${longest_s} s`;
  });
  process.stdout.write(`killed in mid-run, with something done: ${standing}; put back: ${told.join('; ')}\n`);
  // Runs that had all ended, or not begun, would prove nothing.
  expect(standing).toBeGreaterThan(PROCESSES);
  expect(took_ms.guarded.length).toBeGreaterThan(PROCESSES);
  expect(took_ms.patrolled.length).toBeGreaterThan(PROCESSES);
});
