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
        (other, low_ms, width_ms) => {
          const seen = { low_ms, high_ms: low_ms + width_ms };
          const again = observedAlike(other, seen);
          expect(again.high_ms - again.low_ms).toBeCloseTo(width_ms, 6);
          const looks = (again.low_ms - seen.low_ms) / width_ms;
          expect(looks).toBeCloseTo(Math.round(looks), 6);
          expect(again.low_ms).toBeLessThanOrEqual(other + 1e-6);
          expect(again.high_ms).toBeGreaterThanOrEqual(other - 1e-6);
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
