/**
 * All faults, at once and one after the other, at times that are fixed, repeated or drawn, in virtual time: no pod of ours
 * breaks min_healthy, a budget or a limit, whoever takes it in the end, nobody is hit who was not chosen, and everything is
 * undone, soon after an abort. What really is so is the cluster's to know: its API and its controllers are late.
 */
import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { causeFaults } from '../../../src/chaos/acts.ts';
import { CommandPace } from '../../../src/chaos/command-pace.ts';
import { actionFor } from '../../../src/chaos/fault-action.ts';
import { noJournal } from '../../../src/chaos/safety/journal.ts';
import type { ActTimes } from '../../../src/scenario/act-times.ts';
import { exponential } from '../../../src/scenario/distribution.ts';
import { UserError } from '../../../src/scenario/errors.ts';
import { stream } from '../../../src/scenario/random.ts';
import { amount, SAFETY_DEFAULT } from '../../../src/scenario/safety.ts';
import type { Deployment, Fault, FaultType, Scenario } from '../../../src/scenario/scenario.ts';
import { asCluster, CAUSABLE, LaggingCluster } from '../lagging-cluster.ts';
import { containerKill, lasting, podKill, shortScenario } from '../scenario.ts';
import { time } from '../virtual-time.ts';
import { budgetOf, MODES, safetyOf } from './random-rules.ts';

vi.mock('../../../src/chaos/clock.ts', () => ({ now_ms: () => time.now_ms }));
vi.mock('../../../src/chaos/sleep.ts', () => ({
  sleep: (duration_ms: number, signal?: AbortSignal) => time.sleep(duration_ms, signal),
}));

beforeEach(() => time.reset());

const COMPOSITIONS = 10_000;
const REMOVALS = 2000;
const ABORTS = 200;
const WINDOW_MS = 60_000;
const REMOVING = CAUSABLE.filter((type) => actionFor(type).removes !== undefined);
const UNDONE = CAUSABLE.filter((type) => actionFor(type).undo !== undefined);

interface Setup {
  readonly scenario: Scenario;
  readonly zones: readonly string[];
  readonly seed: string;
}

/** Close together more often than by chance: what is under way is what rules are broken by. */
const times: fc.Arbitrary<ActTimes> = fc.oneof(
  fc.integer({ min: 400, max: 20_000 }).map((at_ms) => [at_ms]),
  fc
    .record({
      at_ms: fc.constantFrom(400, 1000, 1200),
      every_ms: fc.constantFrom(5, 100, 2000, 7000),
      count: fc.integer({ min: 2, max: 3 }),
    })
    .map(({ at_ms, every_ms, count }) =>
      Array.from({ length: count }, (_, index) => at_ms + index * every_ms),
    ),
  fc.constantFrom(500, 5000).map((mean_ms) => ({
    first: exponential(mean_ms),
    gap: exponential(mean_ms),
    times: 3,
    until_ms: WINDOW_MS,
  })),
);

const faultOf = (type: FaultType): fc.Arbitrary<Fault> =>
  fc
    .record({
      mode: MODES,
      at_ms: times,
      grace_period_s: fc.constantFrom(0, undefined),
      duration_ms: fc.constantFrom(500, 3000, 20_000, undefined),
      replicas: fc.oneof(
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: -100, max: 100 }).map((by) => ({ by, unit: 'percent' as const })),
      ),
      effect: fc.constantFrom('NoExecute' as const, 'NoSchedule' as const),
    })
    .map(({ mode, effect, ...fields }): Fault => {
      const all = { ...mode, ...fields };
      if (type === 'pod-kill') return podKill(all);
      if (type === 'container-kill') return containerKill(all);
      const taint = { key: 'maintenance', value: 'yes', effect };
      return lasting(type as 'node-taint', { ...all, taint } as object);
    });

const STRATEGIES = fc.constantFrom<Deployment['strategy']>(
  { type: 'RollingUpdate', max_surge: { percent: 25 }, max_unavailable: { percent: 25 } },
  { type: 'RollingUpdate', max_surge: { pods: 0 }, max_unavailable: { pods: 1 } },
  { type: 'Recreate' },
);

const setupsOf = (types: readonly FaultType[]): fc.Arbitrary<Setup> =>
  fc
    .integer({ min: 1, max: 8 })
    .chain((replicas) =>
      fc.record({
        replicas: fc.constant(replicas),
        safety: safetyOf(replicas),
        budgets: budgetOf(replicas),
        strategy: STRATEGIES,
        faults: fc.array(
          fc.constantFrom(...types).chain((type) => faultOf(type)),
          { minLength: 1, maxLength: 4 },
        ),
        zones: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 4 }),
        seed: fc.string(),
      }),
    )
    .map(({ replicas, safety, budgets: disruption_budgets, strategy, faults, zones, seed }) => {
      const workload = { ...shortScenario([]).workloads[0]!, replicas, strategy } as Deployment;
      const scenario = shortScenario(faults, { seed, safety, disruption_budgets, workloads: [workload] });
      return { scenario, zones, seed };
    });

/** An act as it is told when it is about to begin. */
interface Begun {
  readonly type: FaultType;
  readonly names: readonly string[];
  /** By name of the pod. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly ready: readonly string[];
}

const clusterOf = ({ scenario, zones, seed }: Setup): LaggingCluster =>
  new LaggingCluster({
    ...{ workload: scenario.workloads[0]!, zones, protected_share: 0 },
    ...{ budgets: scenario.disruption_budgets, random: stream(seed, 0, 'cluster') },
  });

/** One trial's faults. @param stop aborts it */
async function cause({ scenario }: Setup, cluster: LaggingCluster, stop = new AbortController()) {
  const over = new AbortController();
  const cancel = time.after(WINDOW_MS, () => over.abort());
  const acts: Begun[] = [];
  const progress = (text: string) => {
    const [type = '', names = ''] = text.split(': ');
    const pods = [...cluster.pods_by_name.values()];
    acts.push({
      type: type as FaultType,
      names: names === 'nothing to hit' ? [] : names.split(', '),
      nodes: new Map(pods.map(({ name, node }) => [name, node])),
      ready: pods.filter((pod) => pod.ready && !pod.terminating).map(({ name }) => name),
    });
  };
  const causing = causeFaults({
    ...{ scenario, cluster: asCluster(cluster), trial: 0, entry_node: 'node-1', start_ms: 0 },
    ...{ journal: noJournal, records: undefined, pace: new CommandPace(), undo_patience_ms: 10_000 },
    ...{ recorder: { record: () => {} }, begun: () => {}, tell: () => {}, progress },
    stop: stop.signal,
    over: AbortSignal.any([stop.signal, over.signal]),
    failed: () => stop.abort(),
  });
  let error: unknown;
  try {
    await time.until(causing);
  } catch (caught) {
    error = caught;
  }
  cancel();
  return { error, acts };
}

function expectRulesKept(setup: Setup, cluster: LaggingCluster, acts: readonly Begun[]): void {
  const { safety, workloads, disruption_budgets: budgets } = setup.scenario;
  const { replicas } = workloads[0]!;
  for (const { call, pod, node, healthy_after, ready_after } of cluster.hits) {
    if (safety.min_healthy !== undefined) {
      expect(healthy_after, call).toBeGreaterThanOrEqual(amount(safety.min_healthy, replicas, 'up'));
    }
    // What a controller takes nobody has named.
    if (call === 'controller') continue;
    const isOfNodes = call === 'node' || call === 'taint' || call === 'evict';
    const isNamed = acts.some(({ names }) => names.includes(pod) || (isOfNodes && names.includes(node)));
    expect(isNamed, `${call} ${pod}`).toBe(true);
    if (call !== 'evict' && (!['delete', 'taint'].includes(call) || safety.ignore_disruption_budgets))
      continue;
    for (const { min_available, max_unavailable } of budgets) {
      const gone = max_unavailable === undefined ? undefined : amount(max_unavailable, replicas, 'up');
      const wanted = gone === undefined ? amount(min_available!, replicas, 'up') : replicas - gone;
      expect(ready_after, call).toBeGreaterThanOrEqual(wanted);
    }
  }
  for (const act of acts) expectBlastRadius(setup, act);
}

/** Shares of a node or a zone are of the pods that were there when it was chosen: the other property counts them. */
function expectBlastRadius({ scenario: { safety, workloads }, zones }: Setup, act: Begun): void {
  const { type, names, nodes, ready } = act;
  const { on } = actionFor(type);
  const isLeftAlone = type === 'node-cordon' || type === 'node-taint';
  if ((on !== 'pods' && on !== 'nodes') || isLeftAlone) return;
  const hit = on === 'pods' ? names : ready.filter((pod) => names.includes(nodes.get(pod)!));
  if (safety.max_victims !== undefined) {
    expect(hit.length, type).toBeLessThanOrEqual(amount(safety.max_victims, workloads[0]!.replicas, 'down'));
  }
  const zoneOf = (node: string | undefined) => zones[Number(node?.split('-')[1]) - 1];
  for (const [most, placeOf] of [
    [on === 'nodes' ? undefined : safety.max_per_node, (pod: string) => nodes.get(pod)],
    [type === 'zone-outage' ? undefined : safety.max_per_zone, (pod: string) => zoneOf(nodes.get(pod))],
  ] as const) {
    if (most === undefined || !('pods' in most)) continue;
    for (const there of Map.groupBy(hit, placeOf).values()) {
      expect(there.length, type).toBeLessThanOrEqual(most.pods);
    }
  }
}

test(`${COMPOSITIONS} compositions of all faults break no rule, hit nobody who was not chosen, and leave nothing behind`, {
  timeout: 600_000,
}, async () => {
  const seen = { hits: 0, refused: 0, whole: 0, begun: new Set<FaultType>() };
  await fc.assert(
    fc.asyncProperty(setupsOf(CAUSABLE), async (setup) => {
      time.reset();
      const cluster = clusterOf(setup);
      const { error, acts } = await cause(setup, cluster);
      expectRulesKept(setup, cluster, acts);
      expect(cluster.broken).toEqual([]);
      if (error === undefined) seen.whole += 1;
      else {
        expect(error).toBeInstanceOf(UserError);
        seen.refused += 1;
      }
      for (const { type } of acts) seen.begun.add(type);
      seen.hits += cluster.hits.length;
    }),
    { numRuns: COMPOSITIONS },
  );
  // Rules that refuse everything, or nothing, would prove nothing.
  expect([...seen.begun].toSorted()).toEqual([...CAUSABLE].toSorted());
  expect(seen.hits).toBeGreaterThan(COMPOSITIONS / 2);
  expect(seen.refused).toBeGreaterThan(COMPOSITIONS / 10);
  expect(seen.whole).toBeGreaterThan(COMPOSITIONS / 10);
});

test(`${REMOVALS} compositions of what deletes and what evicts keep disruption budgets, which both of them share`, {
  timeout: 120_000,
}, async () => {
  const calls = new Set<string>();
  await fc.assert(
    fc.asyncProperty(setupsOf(REMOVING), async ({ scenario, ...setup }) => {
      time.reset();
      const guarded = { ...setup, scenario: { ...scenario, safety: SAFETY_DEFAULT } };
      const cluster = clusterOf(guarded);
      const { acts } = await cause(guarded, cluster);
      expectRulesKept(guarded, cluster, acts);
      expect(cluster.broken).toEqual([]);
      for (const { call } of cluster.hits) calls.add(call);
    }),
    { numRuns: REMOVALS },
  );
  expect([...calls].toSorted()).toEqual(['delete', 'evict', 'taint']);
});

test(`from an abort to the last undoing nobody idles for more than a second, 99 times of 100 in ${ABORTS}, over all that is undone`, {
  timeout: 120_000,
}, async () => {
  const idle_ms: number[] = [];
  const stood = new Set<FaultType>();
  const random = stream('aborts', 0, 'times');
  for (const setup of fc.sample(setupsOf(UNDONE), 50 * ABORTS)) {
    if (idle_ms.length >= ABORTS && stood.size === UNDONE.length) break;
    time.reset();
    const cluster = clusterOf(setup);
    const stop = new AbortController();
    let isStanding = false;
    time.after(random() * 10_000, () => {
      isStanding = cluster.broken.length > 0;
      cluster.countIdle();
      stop.abort(new Error('Ctrl-C'));
    });
    const { acts } = await cause(setup, cluster, stop);
    expect(cluster.broken).toEqual([]);
    if (!isStanding) continue;
    idle_ms.push(cluster.idle_ms);
    for (const { type } of acts) stood.add(type);
  }
  expect(idle_ms.length).toBeGreaterThanOrEqual(ABORTS);
  expect([...stood].toSorted()).toEqual([...UNDONE].toSorted());
  const p99 = idle_ms.toSorted((a, b) => a - b)[Math.ceil(0.99 * idle_ms.length) - 1]!;
  expect(p99).toBeLessThanOrEqual(1000);
});
