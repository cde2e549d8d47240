import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTS_MAX, actTimes, type DrawnTimes, evenTimes } from '../../src/scenario/act-times.ts';
import { constant, exponential, uniform } from '../../src/scenario/distribution.ts';

describe('even times', () => {
  test('without repetition there is one', () => {
    expect(evenTimes(2000, undefined, 10_000)).toEqual([2000]);
  });

  test('a repetition without number goes on until the window ends, which itself is outside', () => {
    expect(evenTimes(2000, { every_ms: 4000, times: undefined }, 10_000)).toEqual([2000, 6000]);
    expect(evenTimes(2000, { every_ms: 4000, times: undefined }, 10_001)).toEqual([2000, 6000, 10_000]);
  });

  test('are evenly spaced from the first, within the window, and bounded in number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 5001, max: 50_000 }),
        (at_ms, every_ms, window_ms) => {
          const times = evenTimes(at_ms, { every_ms, times: undefined }, window_ms);
          expect(times[0]).toBe(at_ms);
          expect(times.length).toBeLessThanOrEqual(ACTS_MAX);
          for (const [k, time] of times.entries()) {
            expect(time).toBe(at_ms + k * every_ms);
            expect(time).toBeLessThan(window_ms);
          }
          if (times.length < ACTS_MAX) expect(times.at(-1)! + every_ms).toBeGreaterThanOrEqual(window_ms);
        },
      ),
    );
  });
});

describe('drawn times', () => {
  const timesOf = (at_ms: DrawnTimes, trial = 0, seed = 's') =>
    actTimes({ faults: [{ at_ms }], seed }, trial)[0]!;
  const poisson: DrawnTimes = {
    first: exponential(1000),
    gap: exponential(1000),
    times: undefined,
    until_ms: 60_000,
  };

  test('are the same for the same seed and trial, and others in every other', () => {
    expect(timesOf(poisson, 3)).toEqual(timesOf(poisson, 3));
    expect(timesOf(poisson, 3)).not.toEqual(timesOf(poisson, 4));
    expect(timesOf(poisson, 3)).not.toEqual(timesOf(poisson, 3, 'other'));
  });

  test('of two faults have nothing to do with each other', () => {
    const both = actTimes({ faults: [{ at_ms: poisson }, { at_ms: poisson }], seed: 's' }, 0);
    expect(both[0]).toEqual(timesOf(poisson));
    expect(both[1]).not.toEqual(both[0]);
    expect(actTimes({ faults: [{ at_ms: [5] }, { at_ms: poisson }], seed: 's' }, 0)).toEqual([[5], both[1]]);
  });

  test('come as often as their mean says: a failure a second is a Poisson number of them', () => {
    const counts = Array.from({ length: 500 }, (_, trial) => timesOf(poisson, trial).length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    // Four standard errors of a Poisson number of 60: sqrt(60 / 500), and sqrt(2 / 500) of its variance.
    expect(Math.abs(mean - 60)).toBeLessThan(4 * Math.sqrt(60 / 500));
    expect(Math.abs(variance / 60 - 1)).toBeLessThan(4 * Math.sqrt(2 / 500));
  });

  test('ascend, end before the load does, and are bounded in number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
        fc.nat(50),
        (first_ms, gap_ms, times, trial) => {
          const drawn: DrawnTimes = {
            first: uniform(0, first_ms),
            gap: uniform(0, gap_ms),
            times,
            until_ms: 10_000,
          };
          const at_ms = timesOf(drawn, trial);
          expect(at_ms).toEqual(at_ms.toSorted((a, b) => a - b));
          expect(at_ms.length).toBeLessThanOrEqual(times ?? ACTS_MAX);
          for (const each of at_ms) expect(each).toBeLessThan(10_000);
        },
      ),
    );
  });

  test('without a gap there is one', () => {
    expect(timesOf({ first: constant(20), gap: undefined, times: undefined, until_ms: 100 })).toEqual([20]);
  });
});
