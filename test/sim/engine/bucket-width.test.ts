import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketWidth } from '../../../src/sim/engine/bucket-width.ts';

const FIRST_HUNDRED = Float64Array.from({ length: 16 }, (_, i) => (100 * i) / 16);

describe('bucketWidth', () => {
  it('follows the pace at which events were taken', () => {
    expect(bucketWidth(0, FIRST_HUNDRED, 100, 1)).toBe(8);
    expect(bucketWidth(0, FIRST_HUNDRED, 100, 0.5)).toBe(4);
  });

  it('goes by what waits while the pace is not known, or was slower', () => {
    for (const gap of [Number.POSITIVE_INFINITY, 1e9])
      expect(bucketWidth(0, FIRST_HUNDRED, 100, gap)).toBe(8);
  });

  it('is not misled by outliers', () => {
    const sample = FIRST_HUNDRED.slice();
    sample.fill(1e300, 14);
    expect(bucketWidth(0, sample, 100, 1)).toBe(bucketWidth(0, FIRST_HUNDRED, 100, 1));
  });

  it('tells a crowd at one time from what comes after it', () => {
    const sample = Float64Array.from({ length: 16 }, (_, i) => (i < 13 ? 7 : 8));
    expect(bucketWidth(7, sample, 1000, Number.POSITIVE_INFINITY)).toBeGreaterThan(0);
    expect(bucketWidth(7, sample.fill(7), 1000, Number.POSITIVE_INFINITY)).toBe(0);
  });

  it('is a finite number for any times, and not negative', () => {
    const time = fc.double({ noNaN: true });
    const sample = fc.array(time, { minLength: 16, maxLength: 16 });
    const gap = fc.double({ noNaN: true, min: Number.MIN_VALUE });
    fc.assert(
      fc.property(time, sample, fc.integer({ min: 16, max: 1e9 }), gap, (first, times, events, ofGap) => {
        const earliest = Math.min(first, ...times);
        const width = bucketWidth(earliest, Float64Array.from(times).sort(), events, ofGap);
        expect(width).toBeGreaterThanOrEqual(0);
        expect(width).toBeLessThanOrEqual(Number.MAX_VALUE);
      }),
      { numRuns: 2000 },
    );
  });
});
