import { expect, test } from 'vitest';
import { RootSum } from '../../../src/sim/rare/estimate.ts';

test('weights let no mean go beyond the horizon', () => {
  const sum = new RootSum();
  for (const downtime_ms of [990, 1040]) {
    sum.add({ tallies: Float64Array.of(downtime_ms, 1, 0), outage_chance: 1, events: 1 });
  }
  expect(sum.estimate().downtime_ms.mean).toBe(1015);
  const { mean, ci95 } = sum.estimate(1000).downtime_ms;
  expect(mean).toBe(1000);
  expect(ci95[0]).toBeLessThan(1000);
  expect(ci95[1]).toBe(1000);
});
