import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../src/timeline/interval.ts';

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
