import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile, quantileInterval } from '../../src/timeline/quantile.ts';

const ranks = (count: number) => Float64Array.from({ length: count }, (_, index) => index + 1);

describe('the interval of a quantile', () => {
  it.each([
    // R: qbinom(c(0.025, 0.975), n, q), and one more at the upper end.
    [100, 0.5, 40, 61],
    [100, 0.95, 90, 100],
    [1000, 0.05, 37, 65],
    [72, 0.5, 28, 45],
  ])('of %d values, %d: ranks %d and %d', (count, q, low, high) => {
    expect(quantileInterval(ranks(count), q)).toEqual([low, high]);
  });

  it('is told from 72 values on for the ends of the range of 90 %', () => {
    for (const q of [0.05, 0.95]) {
      expect(quantileInterval(ranks(71), q)).toBeUndefined();
      expect(quantileInterval(ranks(72), q)).toBeDefined();
    }
    expect(quantileInterval([], 0.5)).toBeUndefined();
  });

  it('holds the quantile of the values, mirrors with them, and narrows with their number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 72, max: 20_000 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (count, q) => {
          const [low, high] = quantileInterval(ranks(count), q)!;
          const between = quantile(ranks(count), q);
          expect(low).toBeLessThanOrEqual(between);
          expect(high).toBeGreaterThanOrEqual(between);
          const [mirroredLow, mirroredHigh] = quantileInterval(ranks(count), 1 - q)!;
          expect(Math.abs(count + 1 - high - mirroredLow)).toBeLessThanOrEqual(1);
          expect(Math.abs(count + 1 - low - mirroredHigh)).toBeLessThanOrEqual(1);
          // Twice 1.96 standard deviations of the binomial, and the ends.
          expect(high - low).toBeLessThanOrEqual(3.92 * Math.sqrt(count * q * (1 - q)) + 3);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('holds for a million values', () => {
    const [low, high] = quantileInterval(ranks(1_000_000), 0.05)!;
    expect(low).toBeCloseTo(50_000 - 427, -1.5);
    expect(high).toBeCloseTo(50_000 + 428, -1.5);
  });
});
