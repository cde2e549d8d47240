import { expect, test } from 'vitest';
import { longestBeat_ms, wanderFor_ms } from '../../src/chaos/wander.ts';
import { loadScenario } from '../../src/scenario/load.ts';

const validation = (name: string) => loadScenario(`scenarios/validation/${name}.yaml`);

test.each([
  ['two-one-forced', 1000, 'the kubelet looks at its containers'],
  ['one-probe-5s', 1000, 'a new pod has probes in a step of their own'],
  ['one-hang', 2000, 'the liveness probe asks'],
  ['two-node-loss', 10_000, 'the lease is renewed'],
  ['one-autoscaled', 15_000, 'the autoscaler looks at its metrics'],
])('%s begins anywhere within %d ms, in which %s', (name, longest_ms) => {
  const scenario = validation(name);
  expect(longestBeat_ms(scenario)).toBe(longest_ms);
  const waits_ms = Array.from({ length: 200 }, (_, trial) => wanderFor_ms(scenario, trial));
  expect(Math.min(...waits_ms)).toBeGreaterThanOrEqual(0);
  expect(Math.min(...waits_ms)).toBeLessThan(longest_ms * 0.05);
  expect(Math.max(...waits_ms)).toBeLessThan(longest_ms);
  expect(Math.max(...waits_ms)).toBeGreaterThan(longest_ms * 0.95);
  expect(wanderFor_ms(scenario, 3)).toBe(waits_ms[3]);
});
