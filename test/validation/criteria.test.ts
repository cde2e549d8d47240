import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOUNDS, CHECK_IDS, type CheckId, checkOf, figuresOf, isWithinLuck, missedOf } from './criteria.ts';
import { observed } from './observations.ts';

/** Twenty-one trials of one outage each, with downtimes evenly spread over a second about a mean. */
const spread = (mean_s: number) =>
  Array.from({ length: 21 }, (_, index) => observed([Math.round((mean_s - 0.5 + index / 20) * 100)]));
const alike = (failed: number, trials = 20) => Array.from({ length: trials }, () => observed([failed]));
const missed = (figures: Parameters<typeof missedOf>[0]): CheckId[] => missedOf(figures).map(({ id }) => id);

describe('figuresOf', () => {
  it('misses nothing where the two are the same', () => {
    const figures = figuresOf(spread(3), spread(3));
    expect(missed(figures)).toEqual([]);
    expect(figures.checks.map(({ id }) => id)).toEqual(CHECK_IDS);
    expect(figures.metric).toBe('downtime_s');
    expect(figures.predicted.mean).toBeCloseTo(3, 9);
    expect(figures.predicted.pi90[0]).toBeCloseTo(2.55, 9);
    expect(figures.predicted.pi90[1]).toBeCloseTo(3.45, 9);
    expect(figures.inside).toBe(19);
  });

  it('takes the error as a share of what was measured, with its sign', () => {
    expect(checkOf(figuresOf(alike(500), alike(400)), 'downtime').value).toBeCloseTo(0.25, 9);
    expect(checkOf(figuresOf(alike(300), alike(400)), 'downtime').value).toBeCloseTo(-0.25, 9);
  });

  it('holds a mean at its bound and misses one beyond', () => {
    expect(checkOf(figuresOf(alike(500), alike(400)), 'downtime').held).toBe(true);
    expect(checkOf(figuresOf(alike(501), alike(400)), 'downtime').held).toBe(false);
  });

  it('counts failed requests where less than half a second was lost, and downtime from there on', () => {
    const short = figuresOf(alike(51), alike(49));
    expect(short.metric).toBe('failed_requests');
    expect(checkOf(short, 'downtime')).toMatchObject({ unit: 'requests', bound: 2, held: true });
    expect(checkOf(figuresOf(alike(52), alike(49)), 'downtime').held).toBe(false);
    expect(figuresOf(alike(51), alike(50)).metric).toBe('downtime_s');
  });

  it('has no trouble with a prediction of nothing that comes true', () => {
    const nothing = Array.from({ length: 20 }, () => observed([]));
    const figures = figuresOf(nothing, nothing);
    expect(missed(figures)).toEqual([]);
    expect(figures.inside).toBe(20);
  });

  it('holds availability to a tenth of a point, and throughput to two hundredths', () => {
    // 300 s at 100 requests a second: 30 requests are a tenth of a point.
    const figures = (failed: number) => figuresOf(alike(failed), alike(300));
    expect(missed(figures(330))).not.toContain('availability-time');
    expect(missed(figures(331))).toContain('availability-time');
    expect(missed(figures(331))).toContain('availability-requests');
    expect(missed(figures(894))).not.toContain('throughput');
    expect(missed(figures(895))).toContain('throughput');
  });

  it('tells a wrong spread from a right one of the same mean', () => {
    const figures = figuresOf(alike(300, 200), spread(3));
    expect(checkOf(figures, 'downtime').held).toBe(true);
    expect(missed(figures)).toEqual(['inside', 'outage-duration']);
  });

  it('tells a wrong number of outages where the same time is lost', () => {
    const one = Array.from({ length: 20 }, () => observed([300]));
    const many = Array.from({ length: 20 }, () => observed([100, 100, 100]));
    expect(missed(figuresOf(one, many))).toEqual(['outage-count', 'outage-duration']);
  });

  it('leaves it to the counts where one of the two has no outage', () => {
    const none = Array.from({ length: 20 }, () => observed([]));
    const figures = figuresOf(none, alike(40));
    expect(checkOf(figures, 'outage-duration').held).toBe(true);
    expect(checkOf(figures, 'outage-count').held).toBe(false);
  });

  it('finds equal durations equal, wherever in the trial they were', () => {
    const early = Array.from({ length: 20 }, () => observed([110]));
    const late = early.map((each) => ({
      ...each,
      outages: each.outages.map(({ failed_requests }) => ({
        begin_ms: 0.1 + 0.2,
        end_ms: 0.1 + 0.2 + 1100,
        failed_requests,
      })),
    }));
    expect(checkOf(figuresOf(early, late), 'outage-duration').value).toBe(1);
  });

  it('cannot say anything without trials', () => {
    expect(() => figuresOf([], alike(1))).toThrow(RangeError);
    expect(() => figuresOf(alike(1), [])).toThrow(RangeError);
  });

  it('moves every signed error the other way when the two sides are exchanged', () => {
    const trials = fc.array(fc.integer({ min: 60, max: 700 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(trials, trials, (a, b) => {
        const of = (failed: readonly number[]) => failed.map((each) => observed([each]));
        const there = figuresOf(of(a), of(b));
        const back = figuresOf(of(b), of(a));
        for (const id of ['availability-time', 'availability-requests'] as const) {
          expect(checkOf(there, id).value).toBeCloseTo(-checkOf(back, id).value, 9);
        }
        expect(Math.sign(checkOf(there, 'downtime').value) + Math.sign(checkOf(back, 'downtime').value)).toBe(
          0,
        );
        expect(checkOf(there, 'outage-duration').value).toBeCloseTo(
          checkOf(back, 'outage-duration').value,
          9,
        );
      }),
    );
  });
});

describe('isWithinLuck', () => {
  it('is a miss that the spread of so few trials leaves open', () => {
    const [first, second] = [observed([200]), observed([500])];
    const availability = checkOf(figuresOf(spread(3), [first, second]), 'availability-time');
    expect(availability.held).toBe(false);
    expect(isWithinLuck(availability)).toBe(true);
  });

  it('is neither what holds nor what is surely wrong', () => {
    const held = checkOf(figuresOf(spread(3), spread(3)), 'availability-time');
    expect(isWithinLuck(held)).toBe(false);
    const wrong = checkOf(figuresOf(alike(300), alike(400)), 'availability-time');
    expect(wrong.held).toBe(false);
    expect(isWithinLuck(wrong)).toBe(false);
  });

  it('is any miss of a single trial, whose mean may be anything', () => {
    expect(isWithinLuck(checkOf(figuresOf(spread(3), alike(900, 1)), 'downtime'))).toBe(true);
    expect(isWithinLuck(checkOf(figuresOf(spread(3), alike(900, 2)), 'downtime'))).toBe(false);
  });

  it('is no excuse for a test, which has its own allowance', () => {
    const figures = figuresOf(alike(300, 200), spread(3));
    expect(isWithinLuck(checkOf(figures, 'outage-duration'))).toBe(false);
    expect(checkOf(figures, 'inside').bound).toBe(BOUNDS.inside_p);
  });
});
