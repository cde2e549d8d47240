import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialAtMost, compareMetric, margin, type Resolution } from '../../src/timeline/compare.ts';
import { chiSquared975, meanInterval, t975 } from '../../src/timeline/interval.ts';
import type { Measured, Predicted } from '../../src/timeline/verdict.ts';

const RESOLUTION: Resolution = { rate_per_s: 100, window_s: 12, latency_limit_ms: 1000 };

/** As of 1,000 trials spread evenly over [2.5, 3.5]. */
const PREDICTED: Predicted = { mean: 3, ci95: [2.982, 3.018], sd: 0.29, pi90: [2.55, 3.45], trials: 1000 };

const measured = (...values: number[]): Measured => ({ ...meanInterval(values), values });

const verdict = (...values: number[]) =>
  compareMetric('downtime_s', PREDICTED, measured(...values), RESOLUTION).verdict;

describe('compareMetric', () => {
  it('agrees when the mean is within the margin for certain and the trials are where they should be', () => {
    expect(verdict(2.6, 2.8, 3.0, 3.2, 3.4)).toBe('agrees');
  });

  it('differs when the mean is outside the margin for certain', () => {
    expect(verdict(4.9, 5.0, 5.1, 5.2, 5.0)).toBe('differs');
    expect(verdict(1.0, 1.1, 0.9)).toBe('differs');
  });

  it('differs when the mean is right and too few trials are within the prediction interval', () => {
    expect(verdict(1.9, 4.1, 1.8, 4.2, 1.9, 4.1, 1.8, 4.2, 1.9, 4.1)).toBe('differs');
  });

  it('is inconclusive, never agreeing, while the evidence reaches over the edge of the margin', () => {
    expect(verdict(3.4, 4.0)).toBe('inconclusive');
    expect(verdict(2.6, 4.4)).toBe('inconclusive');
  });

  it('is inconclusive when nothing was measured', () => {
    expect(compareMetric('downtime_s', PREDICTED, undefined, RESOLUTION).verdict).toBe('inconclusive');
    expect(
      compareMetric('downtime_s', PREDICTED, { mean: 0, ci95: [0, 0], values: [] }, RESOLUTION).verdict,
    ).toBe('inconclusive');
  });

  it('takes the predicted spread for two or three trials, until they contradict it', () => {
    expect(verdict(2.9, 3.3, 3.1)).toBe('agrees');
    expect(verdict(3.2, 2.8)).toBe('agrees');
    expect(verdict(2.7, 4.6)).toBe('inconclusive');
  });

  it('does not miss a loss that few runs have because no measured one had it', () => {
    // 4 % of the runs lose 10 s: outside of what 90 % of runs lose, and most of the mean.
    const values = Array.from({ length: 1000 }, (_, trial) => (trial % 25 === 0 ? 10 : 0));
    const rare: Predicted = { ...meanInterval(values), sd: 1.96, pi90: [0, 0], trials: values.length };
    const none = measured(...new Array<number>(20).fill(0));
    expect(compareMetric('downtime_s', rare, none, RESOLUTION).verdict).toBe('inconclusive');
  });

  it('is inconclusive when a single trial was predicted', () => {
    const single: Predicted = { mean: 3, ci95: [3, 3], sd: 0, pi90: [3, 3], trials: 1 };
    expect(compareMetric('downtime_s', single, measured(3, 3, 3), RESOLUTION).verdict).toBe('inconclusive');
  });

  it('does not hold a prediction to less than a few requests', () => {
    const none: Predicted = { mean: 0.01, ci95: [0.009, 0.011], sd: 0.016, pi90: [0, 0.02], trials: 1000 };
    expect(compareMetric('downtime_s', none, measured(0.03, 0.02, 0.01, 0.03, 0), RESOLUTION).verdict).toBe(
      'agrees',
    );
    expect(compareMetric('downtime_s', none, measured(0.5, 0.6, 0.5, 0.6, 0.5), RESOLUTION).verdict).toBe(
      'differs',
    );
  });

  it('gives the numbers that decided', () => {
    const { reason } = compareMetric('downtime_s', PREDICTED, measured(3, 3.1, 2.9), RESOLUTION);
    expect(reason).toContain('3 of 3 trials within the 90 % prediction interval');
    expect(reason).toContain('0.75 is allowed');
  });

  it('never agrees with a mean farther off than the margin', () => {
    const values = fc.array(fc.double({ min: 0, max: 12, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, (list) => {
        const m = measured(...list);
        if (Math.abs(m.mean - PREDICTED.mean) > margin('downtime_s', PREDICTED.mean, RESOLUTION)) {
          expect(compareMetric('downtime_s', PREDICTED, m, RESOLUTION).verdict).not.toBe('agrees');
        }
      }),
    );
  });
});

describe('margin', () => {
  it('holds availability and throughput to the same loss as downtime', () => {
    const downtime = margin('downtime_s', 3, RESOLUTION);
    expect(margin('availability_time', 1 - 3 / 12, RESOLUTION)).toBeCloseTo(downtime / 12, 12);
    expect(margin('throughput_rps', 100 * (1 - 3 / 12), RESOLUTION)).toBeCloseTo((100 * downtime) / 12, 12);
  });
});

describe('intervals', () => {
  it('has the quantiles of Student (R: qt(0.975, c(1, 5, 30, 31, 60, 120)))', () => {
    const expected = [12.7062, 2.57058, 2.04227, 2.03951, 2.0003, 1.97993];
    for (const [i, df] of [1, 5, 30, 31, 60, 120].entries())
      expect(t975(df)).toBeCloseTo(expected[i] as number, 4);
  });

  it('has the quantiles of chi-squared, near enough (R: qchisq(0.975, c(1, 2, 5, 19)))', () => {
    const expected = [5.02389, 7.37776, 12.8325, 32.8523];
    for (const [i, df] of [1, 2, 5, 19].entries()) {
      const exact = expected[i] as number;
      expect(Math.abs(chiSquared975(df) - exact) / exact).toBeLessThan(df === 1 ? 0.04 : 0.01);
    }
  });

  it('has the binomial distribution (R: pbinom(7, 10, 0.9), pbinom(14, 20, 0.9))', () => {
    expect(binomialAtMost(7, 10, 0.9)).toBeCloseTo(0.0701908, 6);
    expect(binomialAtMost(14, 20, 0.9)).toBeCloseTo(0.01125313, 6);
    expect(binomialAtMost(5, 5, 0.9)).toBeCloseTo(1, 12);
  });
});
