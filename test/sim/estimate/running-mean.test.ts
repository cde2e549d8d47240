import fc from 'fast-check';
import { sampleSkewness, sampleStandardDeviation } from 'simple-statistics';
import { expect, it } from 'vitest';
import { RunningMean } from '../../../src/sim/estimate/running-mean.ts';
import { skewedMeanInterval } from '../../../src/timeline/interval.ts';

it('has the moments of the values, as if all were kept', () => {
  const value = fc.integer({ min: -1e9, max: 1e9 }).map((thousandths) => thousandths / 1000);
  fc.assert(
    fc.property(fc.array(value, { minLength: 3, maxLength: 200 }), (values) => {
      const { count, mean, sd, skewness } = RunningMean.of(values);
      const scale = Math.max(...values.map(Math.abs));
      const kept_sd = sampleStandardDeviation(values);
      expect(count).toBe(values.length);
      expect(
        Math.abs(mean - values.reduce((sum, each) => sum + each, 0) / values.length),
      ).toBeLessThanOrEqual(1e-9 * scale);
      expect(Math.abs(sd - kept_sd)).toBeLessThanOrEqual(1e-9 * scale);
      // Of values that hardly vary rounding has the shape.
      if (kept_sd > 1e-3 * scale) expect(skewness).toBeCloseTo(sampleSkewness(values), 6);
    }),
  );
});

it('has the interval that these give', () => {
  const mean = RunningMean.of([0, 0, 0, 1, 0, 0, 7, 2]);
  expect(mean.ci95).toEqual(skewedMeanInterval(mean));
  expect(mean.half_width).toBe((mean.ci95[1] - mean.ci95[0]) / 2);
});

it('knows nothing of the spread of one value, nor of a share of nothing', () => {
  expect(RunningMean.of([3]).half_width).toBe(Number.POSITIVE_INFINITY);
  expect(RunningMean.of([0, 0, 0]).precision).toBeUndefined();
  expect(RunningMean.of([2, 2, 2])).toMatchObject({ sd: 0, skewness: 0, ci95: [2, 2], precision: 0 });
});
