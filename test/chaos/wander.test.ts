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

test('a few trials are dealt out evenly over the beat, from wherever the seed begins', () => {
  const scenario = validation('two-one-forced');
  const firsts = new Set<number>();
  for (const seed of ['a', 'b', 'c', 'd']) {
    const waits_ms = Array.from({ length: 20 }, (_, trial) => wanderFor_ms({ ...scenario, seed }, trial));
    firsts.add(waits_ms[0]!);
    const inOrder = [...waits_ms].sort((a, b) => a - b);
    const gaps_ms = inOrder.map((wait_ms, place) => wait_ms - (inOrder[place - 1] ?? inOrder.at(-1)! - 1000));
    // By chance the longest of 20 gaps is 180 ms on average.
    expect(Math.max(...gaps_ms)).toBeLessThan(100);
  }
  expect(firsts.size).toBe(4);
});
