import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FaultFilter } from '../../../src/sim/traffic/fault-filter.ts';
import { environment } from '../kubernetes/environment.ts';

/** What becomes of so many requests at 0, with the time. */
function passed(requests: number, change: Partial<FaultFilter>) {
  const { environment: place } = environment();
  const filter = Object.assign(new FaultFilter(place), change);
  const fates: { readonly fate: 'forwarded' | 'answered'; readonly at_ms: number }[] = [];
  const met = (fate: 'forwarded' | 'answered') => () => void fates.push({ fate, at_ms: place.now_ms });
  for (let index = 0; index < requests; index += 1) filter.pass(met('forwarded'), met('answered'));
  const atOnce = fates.length;
  // What has come by now keeps what it met.
  filter.delay = undefined;
  filter.abort = { percentage: 100 };
  place.simulation.runUntil(60_000);
  return { fates, atOnce };
}

describe('a fault filter', () => {
  it('without faults forwards at once', () => {
    const { fates, atOnce } = passed(100, {});
    expect(atOnce).toBe(100);
    expect(fates.every(({ fate, at_ms }) => fate === 'forwarded' && at_ms === 0)).toBe(true);
  });

  it('delays and aborts their shares, each on its own, the abort after the delay', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 5000 }),
        (slow, failed, delay_ms) => {
          const { fates } = passed(2000, {
            delay: { percentage: slow, delay_ms },
            abort: { percentage: failed },
          });
          expect(fates).toHaveLength(2000);
          expect(fates.every(({ at_ms }) => at_ms === 0 || at_ms === delay_ms)).toBe(true);
          const near = (share: number, percentage: number) => {
            // Five standard deviations.
            const p = percentage / 100;
            expect(Math.abs(share - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / 2000));
          };
          const late = fates.filter(({ at_ms }) => at_ms > 0);
          const answered = fates.filter(({ fate }) => fate === 'answered');
          near(late.length / 2000, slow);
          near(answered.length / 2000, failed);
          near(late.filter(({ fate }) => fate === 'answered').length / 2000, (slow * failed) / 100);
        },
      ),
      { numRuns: 30 },
    );
  });
});
