/** The rules of `safety`, as a run keeps to them. */
import { describe, expect, test } from 'vitest';
import { chooseTargets } from '../../../src/chaos/choose.ts';
import { EXIT } from '../../../src/scenario/errors.ts';
import { SAFETY_DEFAULT } from '../../../src/scenario/safety.ts';
import type { DisruptionBudget, Fault, Safety, Scenario, Workload } from '../../../src/scenario/scenario.ts';
import { FakeCluster, type FakeOptions } from '../fake-cluster.ts';
import { expectUserError, ofType, run } from '../run.ts';
import { containerKill, lasting, podKill, shortScenario } from '../scenario.ts';

const BUDGET: DisruptionBudget = {
  ...{ name: 'nginx', namespace: 'default', position: { file: '', line: 1, column: 1 } },
  ...{ selector: { app: 'nginx' }, min_available: { pods: 1 }, max_unavailable: undefined },
  unhealthy_pod_eviction_policy: 'IfHealthyBudget',
};

function limited(
  faults: readonly Fault[],
  safety: Partial<Safety>,
  { options = {}, ...more }: Partial<Scenario> & { readonly options?: FakeOptions } = {},
) {
  const scenario = shortScenario(faults, { safety: { ...SAFETY_DEFAULT, ...safety }, ...more });
  return { scenario, cluster: new FakeCluster(scenario, options) };
}

const hits = (cluster: FakeCluster) =>
  cluster.calls.filter((call) => /^(delete|kill|evict|sandbox-kill|node-|container-|patch Node)/.test(call));

describe.concurrent('nothing is hit, and the run ends with aborted and everything in order, where an act would break', () => {
  test.each<[string, Fault, Partial<Safety>, string, FakeOptions]>([
    ['max_victims', podKill({ mode: 'all' }), { max_victims: { pods: 1 } }, 'would hit 2 pods', {}],
    ['min_healthy', podKill({ mode: 'all' }), { min_healthy: { pods: 1 } }, 'would leave 0 healthy', {}],
    [
      'min_healthy by a node',
      lasting('node-loss'),
      { min_healthy: { pods: 2 } },
      'would leave 1 healthy',
      {},
    ],
    [
      'min_healthy by a taint',
      lasting('node-taint'),
      { min_healthy: { pods: 2 } },
      'would leave 1 healthy',
      {},
    ],
    ['min_healthy by a scale', lasting('scale'), { min_healthy: { pods: 2 } }, 'would leave 1 healthy', {}],
    ['max_per_node', podKill({ mode: 'all' }), { max_per_node: { pods: 0 } }, 'on node node-', {}],
    [
      'max_per_zone',
      podKill({ mode: 'all' }),
      { max_per_zone: { percent: 50 } },
      'on zone a; safety.max_per_zone allows 1',
      { zones: ['a'] },
    ],
    [
      'the zone of a node that has none',
      podKill(),
      { max_per_zone: { pods: 1 } },
      'no zone is known',
      { zones: [] },
    ],
    [
      'a label that protects the workload',
      lasting('bad-image'),
      { protected_labels: { tier: 'db' } },
      'which its labels keep from faults',
      { labels: { tier: 'db' } },
    ],
  ])('%s', async (_, fault, safety, message, options) => {
    const { scenario, cluster } = limited([fault], safety, { options });
    const { error, journal, trials } = await run(cluster, scenario);
    expectUserError(error, EXIT.aborted, message);
    expect(hits(cluster)).toEqual([]);
    expect(ofType(trials[0]!, 'fault-begin')).toEqual([]);
    expect(cluster.template.replicas).toBe(2);
    expect(journal.filter(({ act }) => act !== undefined && act !== 'create' && act !== 'remove')).toEqual(
      [],
    );
  });

  test('a disruption budget, by its status or by the pods there are, whichever is less', async () => {
    for (const [mode, allowed] of [
      ['all', undefined],
      ['all', 2],
      ['one', 0],
    ] as const) {
      const options = allowed === undefined ? {} : { allowed };
      const { scenario, cluster } = limited(
        [podKill({ mode })],
        {},
        { disruption_budgets: [BUDGET], options },
      );
      const { error } = await run(cluster, scenario);
      expectUserError(error, EXIT.aborted, 'of which PodDisruptionBudget default/nginx lets');
      expect(hits(cluster)).toEqual([]);
    }
  });
});

test.concurrent('node-taint with NoExecute asks the disruption budgets, which Kubernetes would not, unless told otherwise', async () => {
  const faults = [lasting('node-taint')];
  const disruption_budgets = [{ ...BUDGET, min_available: { pods: 2 } }];
  const held = limited(faults, {}, { disruption_budgets });
  const { error } = await run(held.cluster, held.scenario);
  expectUserError(
    error,
    EXIT.aborted,
    'node-taint would delete 1 pod of which PodDisruptionBudget default/nginx lets 0 go',
  );
  expect(hits(held.cluster)).toEqual([]);
  const told = limited(faults, { ignore_disruption_budgets: true }, { disruption_budgets });
  expect((await run(told.cluster, told.scenario)).error).toBeUndefined();
  expect(hits(told.cluster)).toEqual(['patch Node node-2', 'patch Node node-2']);
});

describe('a rollout counts', () => {
  const [nginx] = shortScenario([]).workloads;
  const recreated = [{ ...nginx!, strategy: { type: 'Recreate' } } as Workload];

  test.each(['bad-image', 'bad-readiness', 'rollout-restart'] as const)(
    'as many pods as its strategy takes at once: %s of Recreate all of them',
    async (type) => {
      const place = limited([lasting(type)], { min_healthy: { pods: 1 } }, { workloads: recreated });
      const { error } = await run(place.cluster, place.scenario);
      expectUserError(error, EXIT.aborted, `${type} would leave 0 healthy pods of Deployment default/nginx`);
      expect(place.cluster.calls.filter((call) => call.startsWith('patch'))).toEqual([]);
    },
  );

  test('none where its strategy is to take none, as a quarter of two rounded down', async () => {
    const { scenario, cluster } = limited([lasting('bad-image')], { min_healthy: { pods: 2 } });
    expect((await run(cluster, scenario)).error).toBeUndefined();
  });

  test('while it is under way, and so does a scale: what they may still take is not healthy', async () => {
    const { scenario, cluster } = limited(
      [podKill()],
      { min_healthy: { pods: 1 } },
      { workloads: recreated, options: { start_ms: 1 } },
    );
    for (const object of scenario.objects) await cluster.apply(object);
    const ready = async () => (await cluster.pods('default', { app: 'nginx' })).filter((pod) => pod.ready);
    await expect.poll(ready).toHaveLength(2);
    const choice = { scenario, cluster, trial: 0, entry_node: 'node-1' };
    const choose = () => chooseTargets(choice, scenario.faults[0]!, 'victims/0/0');
    expect(await choose()).toHaveLength(1);
    const workload = cluster.workload.bind(cluster);
    for (const state of [{ is_rolling: true }, { replicas: 1 }]) {
      cluster.workload = async () => ({ ...(await workload())!, ...state });
      await expect(choose()).rejects.toThrow('would leave 0 healthy pods of Deployment default/nginx');
    }
  });
});

test.concurrent('what keeps to the rules is done', async () => {
  const { scenario, cluster } = limited(
    [podKill({ mode: 'one' })],
    {
      ...{ max_victims: { pods: 1 }, max_per_node: { pods: 1 }, max_per_zone: { percent: 50 } },
      ...{
        min_healthy: { percent: 50 },
        namespaces: ['default'],
        opt_in_label: { key: 'app', value: 'nginx' },
      },
    },
    { disruption_budgets: [BUDGET], options: { zones: ['a'] } },
  );
  const { error } = await run(cluster, scenario);
  expect(error).toBeUndefined();
  expect(hits(cluster)).toHaveLength(1);
});

test.concurrent('a budget is passed over where that is said in so many words', async () => {
  const { scenario, cluster } = limited(
    [podKill({ mode: 'all' })],
    { ignore_disruption_budgets: true },
    { disruption_budgets: [BUDGET] },
  );
  expect((await run(cluster, scenario)).error).toBeUndefined();
  expect(hits(cluster)).toHaveLength(2);
});

test.concurrent('a pod that was killed a moment ago does not count as healthy, though the API still says so', async () => {
  const faults = [containerKill({ at_ms: [50, 60] })];
  const { scenario, cluster } = limited(faults, { min_healthy: { pods: 1 } });
  // As long as the kubelet has not looked, nothing is seen of it.
  const kill = cluster.killContainer.bind(cluster);
  cluster.killContainer = async (pod, container) => {
    cluster.calls.push(`kill ${pod.name}`);
    setTimeout(() => void kill(pod, container), 200);
  };
  const { error } = await run(cluster, scenario);
  expectUserError(error, EXIT.aborted, 'would leave 0 healthy pods');
  expect(cluster.calls.filter((call) => /^kill nginx-[^/]*$/.test(call))).toHaveLength(1);
});

test.concurrent('a pod that is stopped and has no probe does not count as healthy', async () => {
  const faults = [
    lasting('container-pause', { at_ms: [50], duration_ms: undefined }),
    podKill({ mode: 'fixed', value: 1, at_ms: [200] }),
  ];
  const { scenario, cluster } = limited(faults, { min_healthy: { pods: 1 } });
  const { error } = await run(cluster, scenario);
  // Unless luck has it that the stopped one is deleted.
  const [paused] = hits(cluster).filter((call) => call.startsWith('container-pause'));
  const deleted = hits(cluster).find((call) => call.startsWith('delete'));
  if (error === undefined) expect(deleted).toContain(paused!.split(' ')[1]);
  else expectUserError(error, EXIT.aborted, 'would leave 0 healthy pods');
  expect(cluster.broken).toEqual([]);
});

test.concurrent('only pods that carry the opt-in label, or whose workload does, are candidates', async () => {
  const optIn = { opt_in_label: { key: 'chaos', value: 'yes' } };
  const none = limited([podKill({ mode: 'all' })], optIn);
  const { error, trials } = await run(none.cluster, none.scenario);
  expect(error).toBeUndefined();
  expect(ofType(trials[0]!, 'fault-begin')[0]!.targets).toEqual([]);
  expect(hits(none.cluster)).toEqual([]);

  const all = limited([podKill({ mode: 'all' })], optIn, { options: { labels: { chaos: 'yes' } } });
  expect((await run(all.cluster, all.scenario)).error).toBeUndefined();
  expect(hits(all.cluster)).toHaveLength(2);
});

test.concurrent('a namespace that the scenario protects, or does not allow, is refused before the cluster is asked', async () => {
  for (const safety of [{ protected_namespaces: ['default'] }, { namespaces: ['other'] }]) {
    const { scenario, cluster } = limited([podKill()], safety);
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'namespace default');
    expect(cluster.calls).toEqual([]);
  }
});
