/**
 * Faults at random times on clusters at random, in virtual time: no hit breaks a rule, none reaches a pod that was not
 * chosen, and whatever happens everything is undone, soon after an abort. What really is so is the cluster's to know:
 * its API tells of it late.
 */
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { causeFaults } from '../../../src/chaos/acts.ts';
import { CommandPace } from '../../../src/chaos/command-pace.ts';
import { noJournal } from '../../../src/chaos/safety/journal.ts';
import { actTimes } from '../../../src/scenario/act-times.ts';
import { UserError } from '../../../src/scenario/errors.ts';
import { stream } from '../../../src/scenario/random.ts';
import { amount } from '../../../src/scenario/safety.ts';
import type { Fault, IntOrPercent, Scenario } from '../../../src/scenario/scenario.ts';
import { asCluster, LaggingCluster } from '../lagging-cluster.ts';
import { containerKill, lasting, podKill, shortScenario } from '../scenario.ts';
import { time } from '../virtual-time.ts';
import { budgetOf, MODES, safetyOf } from './random-rules.ts';

vi.mock('../../../src/chaos/clock.ts', () => ({ now_ms: () => time.now_ms }));
vi.mock('../../../src/chaos/sleep.ts', () => ({
  sleep: (duration_ms: number, signal?: AbortSignal) => time.sleep(duration_ms, signal),
}));

beforeEach(() => time.reset());

const SCHEDULES = 10_000;
const ABORTS = 200;
const WINDOW_MS = 60_000;
/** Before an act, when all that it asks of the API is answered: it begins to ask 300 ms before. */
const AFTER_LOOK_MS = 45;
/** Every act has one of its own and looks within it, so that what happens by itself, between two of them, is seen. */
const SLOT_MS = 1000;

interface Setup {
  readonly scenario: Scenario;
  readonly zones: readonly string[];
  readonly protected_share: number;
  /** When a pod that nobody has hit is not ready for a while. */
  readonly crashes: readonly { readonly at_ms: number; readonly which: number; readonly for_ms: number }[];
  readonly seed: string;
}

/** Times of acts, each in a slot that no other act and nothing else has. */
const slots = fc.uniqueArray(fc.integer({ min: 1, max: WINDOW_MS / SLOT_MS - 2 }), {
  minLength: 2,
  maxLength: 5,
});

const faultAt: fc.Arbitrary<(at_ms: number) => Fault> = fc
  .tuple(
    fc.constantFrom(
      'pod-kill',
      'container-kill',
      'container-pause',
      'sandbox-kill',
      'node-loss',
      'node-partition',
    ),
    MODES,
    fc.constantFrom(0, undefined),
    fc.constantFrom(500, 3000, 20_000, undefined),
  )
  .map(([type, mode, grace_period_s, duration_ms]) => (at_ms: number): Fault => {
    const fields = { ...mode, at_ms: [at_ms] };
    if (type === 'pod-kill') return podKill({ ...fields, grace_period_s });
    if (type === 'container-kill') return containerKill(fields);
    return lasting(type as 'node-loss', { ...fields, duration_ms });
  });

const setups: fc.Arbitrary<Setup> = fc
  .integer({ min: 1, max: 8 })
  .chain((replicas) =>
    fc.record({
      replicas: fc.constant(replicas),
      safety: safetyOf(replicas),
      budgets: budgetOf(replicas),
      times: slots,
      faults: fc.array(faultAt, { minLength: 5, maxLength: 5 }),
      zones: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 4 }),
      protected_share: fc.constantFrom(0, 0, 0.3),
      crashes: fc.array(
        fc.tuple(
          fc.integer({ min: 0, max: WINDOW_MS / SLOT_MS - 1 }),
          fc.integer({ min: 0, max: 7 }),
          fc.integer({ min: 100, max: 20_000 }),
        ),
        { maxLength: 3 },
      ),
      seed: fc.string(),
    }),
  )
  .map(({ replicas, safety, budgets, times, faults, crashes, ...rest }) => {
    const [nginx] = shortScenario([]).workloads;
    return {
      ...rest,
      // Acts fall on the middle of a slot, crashes on its end, long after the last act and before the next look.
      crashes: crashes.map(([slot, which, for_ms]) => ({ at_ms: slot * SLOT_MS, which, for_ms })),
      scenario: shortScenario(
        times.map((slot, index) => faults[index]!(slot * SLOT_MS + SLOT_MS / 2)),
        {
          ...{ seed: rest.seed, safety, disruption_budgets: budgets },
          workloads: [{ ...nginx!, replicas }],
        },
      ),
    };
  });

interface Outcome {
  readonly error: unknown;
}

/** One trial's faults. @param stop aborts it */
async function cause(setup: Setup, cluster: LaggingCluster, stop = new AbortController()): Promise<Outcome> {
  const over = new AbortController();
  const cancel = time.after(WINDOW_MS, () => over.abort());
  const causing = causeFaults({
    ...{ scenario: setup.scenario, cluster: asCluster(cluster), trial: 0, entry_node: 'node-1', start_ms: 0 },
    ...{ journal: noJournal, records: undefined, pace: new CommandPace(), undo_patience_ms: 10_000 },
    recorder: { record: () => {} },
    stop: stop.signal,
    over: AbortSignal.any([stop.signal, over.signal]),
    failed: () => stop.abort(),
    ...{ begun: () => {}, progress: () => {}, tell: () => {} },
  });
  let error: unknown;
  try {
    await time.until(causing);
  } catch (caught) {
    error = caught;
  }
  cancel();
  return { error };
}

function clusterOf({ scenario, zones, protected_share, seed }: Setup): LaggingCluster {
  return new LaggingCluster({
    ...{ workload: scenario.workloads[0]!, zones, protected_share },
    ...{ budgets: scenario.disruption_budgets, random: stream(seed, 0, 'cluster') },
  });
}

/** Who was hit by each act, by the time of the hit: every act has a second of its own. */
const byAct = (cluster: LaggingCluster) =>
  Map.groupBy(cluster.hits, ({ at_ms }) => Math.floor(at_ms / SLOT_MS));

function expectRulesKept({ scenario, zones }: Setup, cluster: LaggingCluster): void {
  const { safety, workloads, disruption_budgets: budgets } = scenario;
  const { replicas } = workloads[0]!;
  const floor = (value: IntOrPercent, of: number) => amount(value, of, 'down');
  for (const hit of cluster.hits) {
    expect(hit.labels).not.toHaveProperty('protected');
    if (safety.min_healthy !== undefined) {
      expect(hit.healthy_after).toBeGreaterThanOrEqual(amount(safety.min_healthy, replicas, 'up'));
    }
    if (hit.call !== 'delete' || safety.ignore_disruption_budgets) continue;
    for (const { min_available, max_unavailable } of budgets) {
      const gone = max_unavailable === undefined ? undefined : amount(max_unavailable, replicas, 'up');
      const wanted = gone === undefined ? amount(min_available!, replicas, 'up') : replicas - gone;
      expect(hit.ready_after).toBeGreaterThanOrEqual(wanted);
    }
  }
  const zoneOf = (node: string) => zones[Number(node.split('-')[1]) - 1]!;
  for (const hits of byAct(cluster).values()) {
    if (safety.max_victims !== undefined) {
      expect(hits.length).toBeLessThanOrEqual(floor(safety.max_victims, replicas));
    }
    const { nodes } = hits[0]!;
    const isOfNodes = hits.some(({ call }) => call === 'node');
    for (const [rule, placeOf] of [
      [isOfNodes ? undefined : safety.max_per_node, (node: string) => node],
      [safety.max_per_zone, zoneOf],
    ] as const) {
      if (rule === undefined) continue;
      for (const [place, there] of Map.groupBy(hits, ({ pod }) => placeOf(nodes.get(pod)!))) {
        const all = [...nodes.values()].filter((node) => placeOf(node) === place).length;
        expect(there.length).toBeLessThanOrEqual(floor(rule, all));
      }
    }
  }
}

test(`${SCHEDULES} schedules break neither min_healthy nor a budget nor a limit, and leave nothing behind`, {
  timeout: 300_000,
}, async () => {
  const seen = { hits: 0, refused: 0, whole: 0 };
  await fc.assert(
    fc.asyncProperty(setups, async (setup) => {
      time.reset();
      const cluster = clusterOf(setup);
      for (const { at_ms, which, for_ms } of setup.crashes)
        time.after(at_ms, () => cluster.crash(which, for_ms));
      const outcome = await cause(setup, cluster);
      expectRulesKept(setup, cluster);
      expect(cluster.broken).toEqual([]);
      if (outcome.error !== undefined) {
        expect(outcome.error).toBeInstanceOf(UserError);
        seen.refused += 1;
      } else seen.whole += 1;
      seen.hits += cluster.hits.length;
    }),
    { numRuns: SCHEDULES, seed: 6 },
  );
  // Rules that refuse everything, or nothing, would prove nothing.
  expect(seen.hits).toBeGreaterThan(SCHEDULES);
  expect(seen.refused).toBeGreaterThan(SCHEDULES / 10);
  expect(seen.whole).toBeGreaterThan(SCHEDULES / 10);
});

describe('whatever is replaced between choice and act', () => {
  test('is not touched: every call names the UID that was chosen', { timeout: 60_000 }, async () => {
    let replaced = 0;
    await fc.assert(
      fc.asyncProperty(setups, fc.boolean(), async (setup, isAtLast) => {
        time.reset();
        const cluster = clusterOf(setup);
        /** By the UID of the other pod: the slot of the act that must not touch it. */
        const others = new Map<string, number>();
        const replace = (name: string) => {
          cluster.replace(name);
          others.set(cluster.pods_by_name.get(name)!.uid, Math.floor(time.now_ms / SLOT_MS));
          replaced += 1;
        };
        // The moment before the call is served, or some time after the look at who is there.
        if (isAtLast) {
          let calls = 0;
          cluster.before = (call, name) => {
            if (['delete', 'kill', 'sandbox-kill', 'container-pause'].includes(call) && calls++ % 2 === 0)
              replace(name);
          };
        } else {
          for (const [first_ms] of actTimes(setup.scenario, 0)) {
            time.after(first_ms! - AFTER_LOOK_MS, () => {
              const [name] = [...cluster.pods_by_name.keys()];
              if (name !== undefined) replace(name);
            });
          }
        }
        await cause(setup, cluster);
        const touched = cluster.hits.filter(
          ({ uid, call, at_ms }) => call !== 'node' && others.get(uid) === Math.floor(at_ms / SLOT_MS),
        );
        expect(touched).toEqual([]);
        expect(cluster.broken).toEqual([]);
      }),
      { numRuns: 500, seed: 6 },
    );
    expect(replaced).toBeGreaterThan(100);
  });
});

test(`from an abort to the last undoing nobody idles for more than a second, 99 times of 100 in ${ABORTS}`, {
  timeout: 60_000,
}, async () => {
  const idle_ms: number[] = [];
  const random = stream('aborts', 0, 'times');
  const settings = fc.sample(setups, { numRuns: 50 * ABORTS, seed: 6 });
  for (const setup of settings) {
    if (idle_ms.length === ABORTS) break;
    time.reset();
    const cluster = clusterOf(setup);
    const stop = new AbortController();
    let stood = 0;
    time.after(random() * WINDOW_MS, () => {
      stood = cluster.broken.length;
      cluster.countIdle();
      stop.abort(new Error('Ctrl-C'));
    });
    await cause(setup, cluster, stop);
    expect(cluster.broken).toEqual([]);
    if (stood > 0) idle_ms.push(cluster.idle_ms);
  }
  expect(idle_ms).toHaveLength(ABORTS);
  const p99 = idle_ms.toSorted((a, b) => a - b)[Math.ceil(0.99 * ABORTS) - 1]!;
  expect(p99).toBeLessThanOrEqual(1000);
});
