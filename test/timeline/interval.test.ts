import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  meanInterval,
  skewedMeanInterval,
  t975,
  wilsonInterval,
  withinRange,
} from '../../src/timeline/interval.ts';

describe('the interval of a proportion', () => {
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d in %d is as published (Newcombe 1998, method 3)', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });

  /** P(the interval of so many trials holds the proportion), exactly. */
  function coverage(proportion: number, trials: number): number {
    let covered = 0;
    let log_probability = trials * Math.log(1 - proportion);
    for (let successes = 0; successes <= trials; successes += 1) {
      const [low, high] = wilsonInterval(successes, trials);
      if (low <= proportion && proportion <= high) covered += Math.exp(log_probability);
      log_probability +=
        Math.log((trials - successes) / (successes + 1)) + Math.log(proportion / (1 - proportion));
    }
    return covered;
  }

  it('covers 95 % of cases over all proportions, and 92 % of each that is not near an end', () => {
    const proportions = Array.from({ length: 198 }, (_, index) => (index + 1) / 200 + 0.0025);
    const covered = proportions.map((proportion) => coverage(proportion, 200));
    const mean = covered.reduce((sum, share) => sum + share, 0) / covered.length;
    expect(mean).toBeGreaterThan(0.945);
    expect(mean).toBeLessThan(0.955);
    expect(Math.min(...covered)).toBeGreaterThan(0.92);
  });

  it('holds the share, lies within [0, 1], and mirrors success and failure', () => {
    const outcome = fc
      .integer({ min: 1, max: 100_000 })
      .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));
    fc.assert(
      fc.property(outcome, ([successes, trials]) => {
        const [low, high] = wilsonInterval(successes, trials);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(successes / trials);
        expect(high).toBeGreaterThanOrEqual(successes / trials);
        const mirrored = wilsonInterval(trials - successes, trials);
        expect(mirrored[0]).toBeCloseTo(1 - high, 12);
        expect(mirrored[1]).toBeCloseTo(1 - low, 12);
      }),
    );
  });
});

describe('the interval of a mean', () => {
  const moments = fc
    .record({
      count: fc.integer({ min: 3, max: 100_000 }),
      mean: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      sd: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      // No sample is more skewed than one with a single value off the rest: the square root of its size.
      share: fc.double({ min: -1, max: 1, noNaN: true }),
    })
    .map(({ share, ...rest }) => ({ ...rest, skewness: share * Math.sqrt(rest.count) }));

  it("is Student's where there is no skewness, however little is left of it", () => {
    const values = [1, 2, 3, 4, 5];
    const student = meanInterval(values).ci95;
    for (const skewness of [0, 1e-12, -1e-300]) {
      const [low, high] = skewedMeanInterval({ count: 5, mean: 3, sd: Math.sqrt(2.5), skewness });
      expect(low).toBeCloseTo(student[0], 10);
      expect(high).toBeCloseTo(student[1], 10);
    }
  });

  it("is Willink's (2005, with b = skewness / 6 sqrt(n)), computed another way", () => {
    const [count, mean, sd, skewness] = [25, 10, 3, 1.2];
    const b = skewness / (6 * Math.sqrt(count));
    const g = (t: number) => (Math.cbrt(1 + 6 * b * (t - b)) - 1) / (2 * b);
    const error = sd / Math.sqrt(count);
    const [low, high] = skewedMeanInterval({ count, mean, sd, skewness });
    expect(low).toBeCloseTo(mean - error * g(t975(24)), 10);
    expect(high).toBeCloseTo(mean - error * g(-t975(24)), 10);
  });

  it('holds the mean of the values, and its longer side lies along the longer tail', () => {
    fc.assert(
      fc.property(moments, (each) => {
        const [low, high] = skewedMeanInterval(each);
        expect(low).toBeLessThanOrEqual(each.mean);
        expect(high).toBeGreaterThanOrEqual(each.mean);
        const longer = high - each.mean - (each.mean - low);
        expect(longer * Math.sign(each.skewness)).toBeGreaterThanOrEqual(-1e-9 * (high - low + 1));
      }),
    );
  });

  it('mirrors with the values', () => {
    fc.assert(
      fc.property(moments, ({ count, mean, sd, skewness }) => {
        const [low, high] = skewedMeanInterval({ count, mean, sd, skewness });
        const mirrored = skewedMeanInterval({ count, mean: -mean, sd, skewness: -skewness });
        expect(mirrored).toEqual([-high, -low].map((end) => expect.closeTo(end, 6)));
      }),
    );
  });

  it('is everything where one value is all there is', () => {
    expect(skewedMeanInterval({ count: 1, mean: 3, sd: 0, skewness: 0 })).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

describe('a range that values cannot leave', () => {
  it('ends the interval', () => {
    expect(withinRange([-0.1, 0.4], { count: 10, mean: 0.1, sd: 0.2 }, [0, 1])).toEqual([0, 0.4]);
    expect(withinRange([0.8, 1.1], { count: 10, mean: 0.95, sd: 0.2 }, [0, 1])).toEqual([0.8, 1]);
  });

  it('leaves room for what was not seen, where all values lie at one end', () => {
    const unseen = wilsonInterval(0, 200)[1];
    expect(withinRange([0, 0], { count: 200, mean: 0, sd: 0 }, [0, 30])).toEqual([0, 30 * unseen]);
    expect(withinRange([1, 1], { count: 200, mean: 1, sd: 0 }, [0, 1])).toEqual([1 - unseen, 1]);
    // Somewhere between, a constant is one.
    expect(withinRange([2, 2], { count: 200, mean: 2, sd: 0 }, [0, 30])).toEqual([2, 2]);
  });

  it('never shuts the mean out', () => {
    expect(withinRange([95, 105], { count: 10, mean: 100.4, sd: 1 }, [0, 100])).toEqual([95, 100.4]);
  });
});
