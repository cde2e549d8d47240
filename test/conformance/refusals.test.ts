/** What `safety` refuses it refuses in both arms, with the same words. */
import { expect, test } from 'vitest';
import { SAFETY_DEFAULT } from '../../src/scenario/safety.ts';
import type { DisruptionBudget, Fault, Safety } from '../../src/scenario/scenario.ts';
import { SimulatedWorld } from '../../src/sim/world.ts';
import { FakeCluster } from '../chaos/fake-cluster.ts';
import { run } from '../chaos/run.ts';
import { containerKill, lasting, podKill, shortScenario } from '../chaos/scenario.ts';

const BUDGET: DisruptionBudget = {
  ...{ name: 'nginx', namespace: 'default', position: { file: '', line: 1, column: 1 } },
  ...{ selector: { app: 'nginx' }, min_available: { pods: 2 }, max_unavailable: undefined },
  unhealthy_pod_eviction_policy: 'IfHealthyBudget',
};

const { service, namespace } = shortScenario([]).load;
const REMOVAL: Fault = {
  ...{ type: 'endpoint-removal', service, namespace, at_ms: [100], duration_ms: 150 },
  position: { file: '', line: 1, column: 1 },
};

test.each<[string, Fault, Partial<Safety>, readonly DisruptionBudget[]]>([
  ['max_victims', podKill({ mode: 'all' }), { max_victims: { percent: 50 } }, []],
  ['min_healthy', containerKill({ mode: 'all' }), { min_healthy: { pods: 1 } }, []],
  ['min_healthy, by a node', lasting('node-loss'), { min_healthy: { percent: 100 } }, []],
  ['min_healthy, by a scale', lasting('scale', { replicas: 0 }), { min_healthy: { pods: 1 } }, []],
  ['a budget', podKill(), {}, [BUDGET]],
  ['min_healthy, by a Service without endpoints', REMOVAL, { min_healthy: { pods: 1 } }, []],
  ['max_victims, by errors for all requests', lasting('http-abort'), { max_victims: { pods: 1 } }, []],
  ['a namespace', podKill(), { namespaces: ['elsewhere'] }, []],
])('%s', async (rule, fault, safety, disruption_budgets) => {
  const scenario = shortScenario([fault], { safety: { ...SAFETY_DEFAULT, ...safety }, disruption_budgets });
  const { refusal } = new SimulatedWorld(scenario).simulate(0, { record: () => {} });
  const { error } = await run(new FakeCluster(scenario), scenario);
  expect(refusal).toBeDefined();
  // A namespace is looked at before anything else is.
  if (rule === 'a namespace') expect((error as Error).message).toContain('safety.namespaces');
  else expect((error as Error).message).toBe(refusal);
});

test('what is done to a node and hits none of its pods is not refused', async () => {
  const safety = { ...SAFETY_DEFAULT, min_healthy: { percent: 100 }, max_victims: { pods: 0 } };
  const scenario = shortScenario([lasting('node-cordon')], { safety });
  expect(new SimulatedWorld(scenario).simulate(0, { record: () => {} }).refusal).toBeUndefined();
  expect((await run(new FakeCluster(scenario), scenario)).error).toBeUndefined();
});
