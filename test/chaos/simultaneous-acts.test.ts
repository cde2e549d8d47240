/** Acts that are due at once, in virtual time: each counts for the next, and none waits longer than it must. */
import { beforeEach, expect, test, vi } from 'vitest';
import { causeFaults } from '../../src/chaos/acts.ts';
import { CommandPace } from '../../src/chaos/command-pace.ts';
import { type Intent, type Journal, noJournal } from '../../src/chaos/safety/journal.ts';
import { stream } from '../../src/scenario/random.ts';
import { SAFETY_DEFAULT } from '../../src/scenario/safety.ts';
import type { Deployment, DisruptionBudget, Fault, Safety } from '../../src/scenario/scenario.ts';
import { asCluster, LaggingCluster } from './lagging-cluster.ts';
import { containerKill, lasting, podKill, shortScenario } from './scenario.ts';
import { time } from './virtual-time.ts';

vi.mock('../../src/chaos/clock.ts', () => ({ now_ms: () => time.now_ms }));
vi.mock('../../src/chaos/sleep.ts', () => ({
  sleep: (duration_ms: number, signal?: AbortSignal) => time.sleep(duration_ms, signal),
}));

beforeEach(() => time.reset());

const DUE_MS = 1000;
/** Of one call at the most: see LaggingCluster. */
const CALL_MS = 40;

interface Options {
  readonly replicas?: number;
  readonly safety?: Partial<Safety>;
  readonly strategy?: Deployment['strategy'];
  readonly abort_at_ms?: number;
  readonly budgets?: readonly DisruptionBudget[];
  /** Of the cluster's luck. */
  readonly seed?: number;
}

const ONE_BY_ONE = { type: 'RollingUpdate', max_surge: { pods: 0 }, max_unavailable: { pods: 1 } } as const;

/** @returns when which fault began, on whom, and what became of it all */
async function cause(faults: readonly Fault[], options: Options = {}) {
  const { replicas = 4, safety = {}, strategy = ONE_BY_ONE, abort_at_ms, budgets = [], seed = 0 } = options;
  const workload = { ...shortScenario([]).workloads[0]!, replicas, strategy } as Deployment;
  const rules = { ...SAFETY_DEFAULT, ...safety };
  const scenario = shortScenario(faults, {
    ...{ workloads: [workload], safety: rules, disruption_budgets: budgets },
  });
  const cluster = new LaggingCluster({
    ...{ workload, zones: ['a', 'b', 'c'], budgets, protected_share: 0 },
    random: stream('simultaneous', seed, 'cluster'),
  });
  const calls: { readonly call: string; readonly at_ms: number }[] = [];
  cluster.before = (call) => calls.push({ call, at_ms: time.now_ms });
  const begun: { readonly type: string; readonly names: readonly string[]; readonly at_ms: number }[] = [];
  const outcomes: string[] = [];
  const journal: Journal = {
    ...noJournal,
    intend:
      async ({ act }: Intent) =>
      async (outcome) =>
        void outcomes.push(`${act} ${outcome}`),
  };
  const [stop, over] = [new AbortController(), new AbortController()];
  time.after(30_000, () => over.abort());
  if (abort_at_ms !== undefined) time.after(abort_at_ms, () => stop.abort(new Error('Ctrl-C')));
  const causing = causeFaults({
    ...{ scenario, cluster: asCluster(cluster), trial: 0, entry_node: 'node-1', start_ms: 0 },
    ...{ journal, records: undefined, pace: new CommandPace(), undo_patience_ms: 10_000 },
    ...{ recorder: { record: () => {} }, begun: () => {}, tell: () => {} },
    progress: (text) => {
      const [type = '', names = ''] = text.split(': ');
      begun.push({ type, names: names.split(', '), at_ms: time.now_ms });
    },
    stop: stop.signal,
    over: AbortSignal.any([stop.signal, over.signal]),
    failed: () => stop.abort(),
  });
  const error = await time.until(causing).then(
    () => undefined,
    (caught: Error) => caught.message,
  );
  expect(cluster.broken).toEqual([]);
  return { begun, calls, error, outcomes, cluster };
}

const at_ms = [DUE_MS];

test('all begin when they are due, and whom one deletes no other chooses', async () => {
  const kills = [
    podKill({ at_ms }),
    podKill({ at_ms }),
    podKill({ at_ms }),
    lasting('container-pause', { at_ms }),
  ];
  const { begun, error } = await cause(kills);
  expect(error).toBeUndefined();
  expect(begun.map((act) => act.at_ms)).toEqual([DUE_MS, DUE_MS, DUE_MS, DUE_MS]);
  expect(new Set(begun.flatMap(({ names }) => names)).size).toBe(4);
});

test.each<[string, Fault, Fault]>([
  ['two kills', podKill({ at_ms }), podKill({ at_ms })],
  ['a rollout and a kill', lasting('rollout-restart', { at_ms }), podKill({ at_ms })],
  ['a kill and a rollout', podKill({ at_ms }), lasting('rollout-restart', { at_ms })],
  ['a scale and a pause', lasting('scale', { at_ms, replicas: 3 }), lasting('container-pause', { at_ms })],
  ['a pause and a drain', lasting('container-pause', { at_ms }), lasting('node-drain', { at_ms })],
])('what the first takes counts for the second: %s', async (_, first, second) => {
  const { begun, error, cluster } = await cause([first, second], { safety: { min_healthy: { pods: 3 } } });
  expect(error).toMatch(
    /would leave [012] healthy pods of Deployment default\/nginx; safety.min_healthy wants 3/,
  );
  // The first is done all the same: the second is refused when its time has come.
  expect(begun).toMatchObject([{ type: first.type, at_ms: DUE_MS }]);
  for (const { healthy_after } of cluster.hits) expect(healthy_after).toBeGreaterThanOrEqual(3);
});

test('a scale and a rollout count both: what is left of it may be unavailable', async () => {
  const faults = [lasting('rollout-restart', { at_ms }), lasting('scale', { at_ms, replicas: 2 })];
  const { error } = await cause(faults, { replicas: 8, safety: { min_healthy: { pods: 2 } } });
  expect(error).toContain('scale would leave 1 healthy pods');
  expect((await cause(faults, { replicas: 8, safety: { min_healthy: { pods: 1 } } })).error).toBeUndefined();
});

test('what the end of a scale will take again counts while it lasts', async () => {
  const up = lasting('scale', { at_ms, replicas: 6, duration_ms: 20_000 });
  const kill = podKill({ at_ms: [DUE_MS + 10_000], mode: 'fixed', value: 2 });
  const { error, cluster } = await cause([up, kill], { safety: { min_healthy: { pods: 3 } } });
  expect(error).toContain('pod-kill would leave 2 healthy pods');
  for (const { healthy_after } of cluster.hits) expect(healthy_after).toBeGreaterThanOrEqual(3);
});

test('two that change one workload begin one after the other, and both are undone', async () => {
  const faults = [lasting('bad-readiness', { at_ms }), lasting('bad-image', { at_ms })];
  const { begun, error } = await cause(faults);
  expect(error).toBeUndefined();
  const [first, second] = begun;
  expect(first?.at_ms).toBe(DUE_MS);
  expect(second?.at_ms).toBeGreaterThan(DUE_MS);
  // Two calls of the first, and four of the second's look.
  expect(second?.at_ms).toBeLessThanOrEqual(DUE_MS + 6 * CALL_MS);
});

test('what an eviction may be refused is waited for, where it is due before', async () => {
  const faults = [
    lasting('pod-eviction', { at_ms, mode: 'all' }),
    containerKill({ at_ms: [DUE_MS + 100], mode: 'all' }),
  ];
  const { begun, calls } = await cause(faults);
  const lastEvicted_ms = Math.max(...calls.filter(({ call }) => call === 'evict').map((each) => each.at_ms));
  const looked = calls.find(({ call, at_ms: asked_ms }) => call === 'list' && asked_ms > DUE_MS);
  expect(looked?.at_ms).toBeGreaterThan(lastEvicted_ms);
  expect(begun.at(-1)).toMatchObject({ type: 'container-kill', names: ['nothing to hit'] });
});

const ALL_BUT_ONE: DisruptionBudget = {
  ...{ name: 'nginx', namespace: 'default', position: { file: '', line: 1, column: 1 } },
  ...{ selector: { app: 'nginx' }, min_available: undefined, max_unavailable: { pods: 1 } },
  unhealthy_pod_eviction_policy: 'IfHealthyBudget',
};

test.each(['pod-eviction', 'node-drain'] as const)(
  'a %s asks the budget only once what is deleted without asking is gone',
  async (type) => {
    let asked = 0;
    // Calls take their time by luck: which would come first otherwise differs.
    for (let seed = 0; seed < 50; seed += 1) {
      time.reset();
      const faults = [podKill({ at_ms }), lasting(type, { at_ms, mode: 'one' })];
      const { begun, calls, cluster, error } = await cause(faults, { budgets: [ALL_BUT_ONE], seed });
      expect(error).toBeUndefined();
      expect(begun).toMatchObject([{ type: 'pod-kill', at_ms: DUE_MS }, { type }]);
      const removing = calls.filter(({ call }) => call === 'delete' || call === 'evict');
      expect(removing[0]?.call).toBe('delete');
      asked += removing.length - 1;
      for (const { ready_after } of cluster.hits) expect(ready_after).toBeGreaterThanOrEqual(3);
    }
    expect(asked).toBeGreaterThan(50);
  },
);

test.each([DUE_MS - 290, DUE_MS - 200, DUE_MS - 1])(
  'an abort at %d ms, before they are due, lets go of all: nothing is done, and nobody waits for ever',
  async (abort_at_ms) => {
    const faults = [
      ...[podKill({ at_ms }), lasting('scale', { at_ms }), lasting('bad-image', { at_ms })],
      ...[
        lasting('node-drain', { at_ms }),
        lasting('node-taint', { at_ms }),
        lasting('zone-outage', { at_ms }),
      ],
    ];
    const { begun, error, outcomes, cluster } = await cause(faults, { replicas: 6, abort_at_ms });
    expect([begun, error, cluster.hits]).toEqual([[], undefined, []]);
    expect(outcomes.filter((outcome) => !outcome.endsWith(' not-done'))).toEqual([]);
    expect(time.now_ms).toBeLessThan(abort_at_ms + 5 * CALL_MS);
  },
);
