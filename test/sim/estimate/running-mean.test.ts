import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RunningMean } from '../../../src/sim/estimate/running-mean.ts';
import { meanInterval } from '../../../src/timeline/interval.ts';

function running(values: readonly number[]): RunningMean {
  const mean = new RunningMean();
  for (const value of values) mean.add(value);
  return mean;
}

it('has the mean and the interval of the values, as if all were kept', () => {
  const value = fc.integer({ min: -1e9, max: 1e9 }).map((thousandths) => thousandths / 1000);
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 200 }), (values) => {
      const { mean, half_width } = running(values);
      const kept = meanInterval(values);
      const scale = Math.max(...values.map(Math.abs));
      expect(Math.abs(mean - kept.mean)).toBeLessThanOrEqual(1e-9 * scale);
      expect(Math.abs(half_width - (kept.ci95[1] - kept.ci95[0]) / 2)).toBeLessThanOrEqual(1e-6 * scale);
    }),
  );
});

it('knows nothing of the spread of one value, nor of a share of nothing', () => {
  expect(running([3]).half_width).toBe(Number.POSITIVE_INFINITY);
  expect(running([0, 0, 0]).precision).toBeUndefined();
  expect(running([2, 2, 2]).precision).toBe(0);
});
