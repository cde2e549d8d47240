/** What `safety` refuses in a cluster is refused in the simulator. */
import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import { SAFETY_DEFAULT } from '../../src/scenario/safety.ts';
import type { DisruptionBudget, Fault, Safety, Scenario, Workload } from '../../src/scenario/scenario.ts';
import { predict } from '../../src/sim/predict.ts';
import { SimulatedWorld } from '../../src/sim/world.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';

const NGINX = loadScenario('scenarios/nginx-x2.yaml');
const ON = {
  ...{ position: NGINX.faults[0]!.position, workload: 'nginx', namespace: 'default' },
  value: undefined,
};

const kill = (at_ms: readonly number[], mode: 'one' | 'all' = 'one'): Fault => ({
  ...{ ...ON, type: 'pod-kill', mode, at_ms, grace_period_s: 0 },
});
const containerKill = (at_ms: readonly number[]): Fault => ({
  ...{ ...ON, type: 'container-kill', mode: 'one', at_ms, container: 'nginx' },
});
const pause = (at_ms: readonly number[]): Fault => ({
  ...{ ...ON, type: 'container-pause', mode: 'one', at_ms, container: 'nginx', duration_ms: undefined },
});

const taint = (effect: 'NoExecute' | 'NoSchedule'): Fault => ({
  ...{ ...ON, type: 'node-taint', mode: 'one', at_ms: [2000], duration_ms: undefined },
  taint: { key: 'maintenance', value: 'yes', effect },
});

const BUDGET: DisruptionBudget = {
  ...{ name: 'nginx', namespace: 'default', position: ON.position, selector: { app: 'nginx' } },
  ...{ min_available: { pods: 1 }, max_unavailable: undefined },
  unhealthy_pod_eviction_policy: 'IfHealthyBudget',
};

const ruled = (
  faults: readonly Fault[],
  safety: Partial<Safety>,
  more: Partial<Scenario> = {},
): Scenario => ({
  ...NGINX,
  ...{ faults, safety: { ...SAFETY_DEFAULT, ...safety } },
  ...more,
});

function trial(scenario: Scenario, number = 0) {
  const events: TimelineEvent[] = [];
  const { refusal } = new SimulatedWorld(scenario).simulate(number, {
    record: (event) => void events.push(event),
  });
  const of = (type: 'fault-begin' | 'fault-end') =>
    events.flatMap((event) => (event.type === type ? [{ name: event.name, at_ms: event.at_ms }] : []));
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  return { refusal, begun: of('fault-begin'), ended: of('fault-end'), notes };
}

describe('an act is refused, and with it all that come after,', () => {
  test.each<[string, Scenario, string]>([
    [
      'max_victims',
      ruled([kill([2000], 'all'), kill([9000])], { max_victims: { pods: 1 } }),
      'would hit 2 pods',
    ],
    [
      'min_healthy',
      ruled([kill([2000], 'all'), kill([9000])], { min_healthy: { pods: 1 } }),
      'would leave 0 healthy',
    ],
    ['max_per_zone', ruled([kill([2000], 'all')], { max_per_zone: { percent: 50 } }), 'on zone zone-a'],
    [
      'a budget',
      ruled([kill([2000], 'all')], {}, { disruption_budgets: [BUDGET] }),
      'of which PodDisruptionBudget default/nginx lets 1 go',
    ],
    [
      'a budget of which a taint asks nobody',
      ruled([taint('NoExecute')], {}, { disruption_budgets: [{ ...BUDGET, min_available: { pods: 2 } }] }),
      'node-taint would delete 1 pod of which PodDisruptionBudget default/nginx lets 0 go',
    ],
  ])('by %s', (_, scenario, message) => {
    const { refusal, begun, notes } = trial(scenario);
    expect(refusal).toContain(message);
    expect(begun).toEqual([]);
    expect(notes).toEqual([`aborted: ${refusal}`]);
  });

  test('while the last one is not over: the replacement is not ready, the kubelet has not looked', () => {
    for (const first of [kill([2000, 2100]), containerKill([2000, 2001])]) {
      const { refusal, begun } = trial(ruled([first, kill([9000])], { min_healthy: { pods: 1 } }));
      expect(refusal).toContain('would leave 0 healthy pods of Deployment default/nginx');
      expect(begun).toHaveLength(1);
    }
    const apart = trial(ruled([kill([2000, 9000])], { min_healthy: { pods: 1 } }));
    expect(apart).toMatchObject({ refusal: undefined, notes: [] });
    expect(apart.begun).toHaveLength(2);
  });

  test.each(['network-partition', 'dns-outage'] as const)(
    'while a %s stands on the only other pod, though the API calls that ready',
    (type) => {
      const policy = { ...ON, type, mode: 'one', at_ms: [2000], duration_ms: undefined } as const;
      const scenario = ruled([policy, kill([9000])], { min_healthy: { pods: 1 } });
      const refusals = Array.from({ length: 20 }, (_, number) => trial(scenario, number).refusal);
      expect([...new Set(refusals)].toSorted()).toEqual([
        // Where the pod that is killed is the one that was away.
        expect.stringContaining('pod-kill would leave 0 healthy pods of Deployment default/nginx'),
        undefined,
      ]);
    },
  );

  test('and what stands is undone at once', () => {
    const { begun, ended } = trial(ruled([pause([2000]), kill([4000], 'all')], { min_healthy: { pods: 1 } }));
    expect(begun).toEqual([{ name: 'container-pause', at_ms: 2000 }]);
    expect(ended).toEqual([{ name: 'container-pause', at_ms: 4000 }]);
  });
});

describe('of acts that are due at once each counts for the next:', () => {
  const four = (faults: readonly Fault[], safety: Partial<Safety> = {}): Scenario => {
    const scenario = ruled(faults, safety);
    return {
      ...scenario,
      workloads: scenario.workloads.map((each) => ({ ...each, replicas: 4 }) as Workload),
    };
  };
  const restart: Fault = { ...ON, type: 'rollout-restart', at_ms: [2000] };
  const scale: Fault = { ...ON, type: 'scale', at_ms: [2000], replicas: 3, duration_ms: 5000 };
  const partition: Fault = {
    ...{ ...ON, type: 'network-partition', mode: 'one', at_ms: [2000], duration_ms: undefined },
  };

  test.each<[string, Fault, Fault]>([
    ['two kills', kill([2000]), kill([2000])],
    ['a killed container and a kill', containerKill([2000]), kill([2000], 'all')],
    ['a rollout and a kill', restart, kill([2000])],
    ['a kill and a rollout', kill([2000]), restart],
    ['a scale and a kill', scale, kill([2000])],
    ['pods that are cut off and a kill', partition, kill([2000], 'all')],
    ['a pause and a taint', pause([2000]), taint('NoExecute')],
  ])('%s', (_, first, second) => {
    const { refusal, begun } = trial(four([first, second], { min_healthy: { pods: 3 } }));
    expect(refusal).toMatch(/would leave [012] healthy pods of Deployment default\/nginx/);
    expect(begun).toEqual([{ name: first.type, at_ms: 2000 }]);
  });

  test('whom one deletes no other chooses', () => {
    const events: TimelineEvent[] = [];
    const scenario = four([kill([2000]), kill([2000]), kill([2000]), kill([2000])]);
    new SimulatedWorld(scenario).simulate(0, { record: (event) => void events.push(event) });
    const hit = events.flatMap((event) => (event.type === 'fault-begin' ? event.targets : []));
    expect(new Set(hit).size).toBe(4);
  });

  test('what the end of a scale will take again counts while it lasts, and not after it', () => {
    const up: Fault = { ...scale, replicas: 6, duration_ms: 8000 };
    const late = (at_ms: number): Fault => ({ ...kill([at_ms]), mode: 'fixed', value: 2 }) as Fault;
    const rules = { min_healthy: { pods: 3 } };
    expect(trial(four([up, late(9000)], rules)).refusal).toContain('would leave 2 healthy pods');
    expect(trial(four([up, { ...kill([9000]) }], rules)).refusal).toBeUndefined();
    expect(trial(four([up, kill([12_000])], rules)).refusal).toBeUndefined();
  });
});

test('a taint that lets pods stay asks no budget', () => {
  const disruption_budgets = [{ ...BUDGET, min_available: { pods: 2 } }];
  expect(trial(ruled([taint('NoSchedule')], {}, { disruption_budgets })).refusal).toBeUndefined();
  const told = ruled([taint('NoExecute')], { ignore_disruption_budgets: true }, { disruption_budgets });
  expect(trial(told).refusal).toBeUndefined();
});

test('a budget is passed over where that is said in so many words', () => {
  const scenario = ruled(
    [kill([2000], 'all')],
    { ignore_disruption_budgets: true },
    { disruption_budgets: [BUDGET] },
  );
  expect(trial(scenario)).toMatchObject({ refusal: undefined, begun: [{ at_ms: 2000 }] });
});

test('a prediction says in how many of its trials a run would end, on any number of threads', async () => {
  const scenario = ruled([kill([2000, 2100])], { min_healthy: { pods: 1 } });
  const { warnings } = await predict(scenario, { trials: 80 });
  expect(warnings[0]).toMatch(
    /^in 80 of 80 simulated trials a rule of safety refused an act, as in "pod-kill would leave 0/,
  );
  const calm = await predict(ruled([kill([2000])], { min_healthy: { pods: 1 } }), { trials: 80 });
  expect(calm.warnings.join()).not.toContain('refused');
});
