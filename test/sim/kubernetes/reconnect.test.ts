import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEASE, REFLECTOR, reconnected_ms } from '../../../src/sim/kubernetes/reconnect.ts';

const never = () => 0;
const AT_ZERO = { lost_ms: 0, whole_ms: 0, attempt_ms: never, turned_away: 0 };

describe('reconnected_ms', () => {
  it('waits twice as long after each failure, up to the longest wait', () => {
    const attempt = (whole_ms: number) => reconnected_ms(LEASE, { ...AT_ZERO, whole_ms }, never);
    // 0.2 s, 0.4 s, 0.8 s, ..., then 7 s.
    const attempts = [200, 600, 1400, 3000, 6200, 12_600, 19_600, 26_600];
    for (const [index, at_ms] of attempts.entries()) {
      expect(attempt(at_ms)).toBe(at_ms);
      expect(attempt((attempts[index - 1] ?? 0) + 1)).toBe(at_ms);
    }
  });

  it('lets an attempt that is under way succeed', () => {
    const at = (whole_ms: number) =>
      reconnected_ms(LEASE, { ...AT_ZERO, whole_ms, attempt_ms: () => 3000 }, never);
    // Begun at 0.2 s and given up at 3.2 s; the next from 3.6 s to 6.6 s.
    expect(at(200)).toBe(200);
    expect(at(3199)).toBe(3199);
    expect(at(3200)).toBe(3600);
    expect(at(5000)).toBe(5000);
  });

  it('waits once more for each time that it is turned away', () => {
    const at = (whole_ms: number, turned_away: number) =>
      reconnected_ms(LEASE, { ...AT_ZERO, whole_ms, turned_away }, never);
    expect(at(700, 0)).toBe(1400);
    expect(at(700, 1)).toBe(3000);
    expect(at(700, 2)).toBe(6200);
  });

  it('is never before the link is whole, nor later than the longest wait after it', () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(600_000),
        fc.nat(6000),
        fc.nat(2),
        fc.infiniteStream(unit),
        (lost_ms, away_ms, attempt_ms, turned_away, luck) => {
          const uniform = () => luck.next().value as number;
          const whole_ms = lost_ms + away_ms;
          const broken = { lost_ms, whole_ms, attempt_ms: () => attempt_ms, turned_away };
          const back_ms = reconnected_ms(REFLECTOR, broken, uniform);
          expect(back_ms).toBeGreaterThanOrEqual(whole_ms);
          expect(back_ms).toBeLessThanOrEqual(whole_ms + 60_000 * (1 + turned_away));
          // A wait is at most four times as long as all that came before it, the first aside.
          if (attempt_ms === 0 && turned_away === 0)
            expect(back_ms - whole_ms).toBeLessThanOrEqual(4 * away_ms + 1600);
        },
      ),
    );
  });
});
