import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPart, exactly, isExact, observedAlike, rounded } from '../../src/calibrate/interval.ts';

const contains = ({ low_ms, high_ms }: { low_ms: number; high_ms: number }, value_ms: number) =>
  low_ms === high_ms ? low_ms === value_ms : low_ms <= value_ms && value_ms <= high_ms;

describe('observedAlike', () => {
  const value = fc.double({ min: 0, max: 1e5, noNaN: true });

  it('sees another duration between two looks of the same period and phase', () => {
    fc.assert(
      fc.property(
        value,
        value,
        fc.double({ min: 0.5, max: 2000, noNaN: true }),
        (other, low_ms, about_ms) => {
          const seen = { low_ms, high_ms: low_ms + about_ms };
          // As doubles have it: over a hundred thousand looks the difference adds up.
          const width_ms = seen.high_ms - seen.low_ms;
          const again = observedAlike(other, seen);
          // A nanosecond: far below what any clock resolves, far above what doubles of this size leave over.
          const rounding_ms = 1e-6;
          expect(Math.abs(again.high_ms - again.low_ms - width_ms)).toBeLessThanOrEqual(rounding_ms);
          const looks = Math.round((again.low_ms - seen.low_ms) / width_ms);
          expect(Math.abs(again.low_ms - seen.low_ms - looks * width_ms)).toBeLessThanOrEqual(rounding_ms);
          expect(again.low_ms).toBeLessThanOrEqual(other + rounding_ms);
          expect(again.high_ms).toBeGreaterThanOrEqual(other - rounding_ms);
          expect(again.high_ms).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('sees what was seen exactly as exactly, and zero as the least there is', () => {
    expect(observedAlike(7, exactly(3))).toEqual({ low_ms: 7, high_ms: 7 });
    expect(observedAlike(0, exactly(3))).toEqual(exactly(0));
    expect(isExact(exactly(0)) && contains(exactly(0), 0)).toBe(true);
  });

  it('loses sight of a duration where the other was lost', () => {
    const lost = { low_ms: 30_000, high_ms: Number.POSITIVE_INFINITY };
    expect(observedAlike(40_000, lost)).toEqual(lost);
    expect(observedAlike(20_000, lost)).toEqual(exactly(20_000));
  });
});

describe('commonPart', () => {
  it('is what all leave possible', () => {
    expect(commonPart([rounded(10, 4), rounded(11, 4)])).toEqual({ low_ms: 9, high_ms: 12 });
    expect(commonPart([exactly(5), exactly(5)])).toEqual({ low_ms: 5, high_ms: 5 });
    expect(commonPart([exactly(5), { low_ms: 4, high_ms: 9 }])).toEqual({ low_ms: 5, high_ms: 5 });
  });

  it('is nothing for neighbours, which share no more than an end', () => {
    expect(commonPart([rounded(10, 1), rounded(11, 1)])).toBeUndefined();
    expect(commonPart([exactly(5), exactly(6)])).toBeUndefined();
    expect(commonPart([exactly(5), { low_ms: 5, high_ms: 9 }])).toBeUndefined();
  });
});
