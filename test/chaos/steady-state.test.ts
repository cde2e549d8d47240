import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import type { Autoscaler, Scenario, Workload } from '../../src/scenario/scenario.ts';
import { FakeCluster } from './fake-cluster.ts';
import { expectUserError, ofType, run, started } from './run.ts';
import { lasting, podKill, shortScenario } from './scenario.ts';

/** The same with another kind of workload. */
function withKind(kind: Workload['kind'], faults: Scenario['faults']): Scenario {
  const scenario = shortScenario(faults);
  return {
    ...scenario,
    workloads: scenario.workloads.map((workload) => ({ ...workload, kind }) as Workload),
    objects: scenario.objects.map((object) => (object.kind === 'Deployment' ? { ...object, kind } : object)),
  };
}

const rules = { stabilization_window_s: 0, select_policy: 'Max', policies: [], tolerance: 0.1 } as const;

describe.concurrent('steady state', () => {
  test.each(['StatefulSet', 'DaemonSet'] as const)(
    'of a %s comes back after a kill of its own pods',
    async (kind) => {
      const scenario = withKind(kind, [podKill({ mode: 'all' })]);
      const cluster = new FakeCluster(scenario);
      const { error, trials } = await run(cluster, scenario);
      expect(error).toBeUndefined();
      expect(ofType(trials[0]!, 'fault-begin')[0]!.targets).toHaveLength(2);
      expect(cluster.objects.size).toBe(0);
    },
  );

  test('of an autoscaled workload has as many replicas as the autoscaler keeps at the least', async () => {
    const { scenario } = started([podKill()]);
    const autoscaler: Autoscaler = {
      name: 'web',
      namespace: scenario.load.namespace,
      position: { file: 'web.yaml', line: 1, column: 1 },
      workload: 'nginx',
      min_replicas: 1,
      max_replicas: 4,
      has_behavior: false,
      metrics: [],
      scale_up: rules,
      scale_down: rules,
    };
    const autoscaled = { ...scenario, autoscalers: [autoscaler] };
    const { error } = await run(new FakeCluster(autoscaled), autoscaled, { steady_deadline_ms: 400 });
    expectUserError(error, EXIT.configuration, '2 replicas, though its autoscaler says 1');
    const two = { ...scenario, autoscalers: [{ ...autoscaler, min_replicas: 2 }] };
    expect((await run(new FakeCluster(two), two)).error).toBeUndefined();
  });

  test.each([
    ['is not Ready', { ready: false }],
    ['has the taint a:NoSchedule', { taints: [{ key: 'a', value: '', effect: 'NoSchedule' }] }],
    ['is cordoned', { unschedulable: true }],
  ] as const)('waits for a node that %s and was not so before', async (what, change) => {
    const { scenario, cluster } = started([lasting('node-loss')]);
    cluster.after = (call) => {
      if (call !== 'node-return node-2') return;
      cluster.changeNode('node-2', change);
      setTimeout(() => cluster.changeNode('node-2', { ready: true, taints: [], unschedulable: false }), 600);
    };
    const { error, progress } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(progress).toContainEqual(
      expect.objectContaining({ state: 'restoring', detail: `node node-2 ${what}` }),
    );
  });

  test('takes a node that was cordoned before for what it is', async () => {
    const { scenario, cluster } = started([lasting('node-partition')], { nodes: 3 });
    cluster.changeNode('node-3', { unschedulable: true, ready: false });
    const { error } = await run(cluster, scenario);
    expect(error).toBeUndefined();
  });
});
