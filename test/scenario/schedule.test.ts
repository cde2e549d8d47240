import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../../src/scenario/random.ts';
import { meanRate_per_s, rateAt_per_s, schedule } from '../../src/scenario/schedule.ts';

const never = () => {
  throw new Error('a constant schedule draws nothing');
};

test('a constant schedule is evenly spaced from 0 and has rate x duration requests', () => {
  const times = schedule({ arrivals: 'constant', rate_per_s: 3, steps: [], duration_ms: 2000 }, never);
  expect([...times]).toEqual([0, 1000 / 3, 2000 / 3, 1000, 4000 / 3, 5000 / 3]);
});

test('every schedule ascends within [0, duration)', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('constant' as const, 'poisson' as const),
      fc.double({ min: 0.01, max: 2000, noNaN: true }),
      fc.double({ min: 1, max: 5000, noNaN: true }),
      fc.string(),
      (arrivals, rate_per_s, duration_ms, seed) => {
        const times = schedule({ arrivals, rate_per_s, steps: [], duration_ms }, stream(seed, 0, 'arrivals'));
        expect(times.every((at_ms, index) => at_ms >= (times[index - 1] ?? 0))).toBe(true);
        expect(times.every((at_ms) => at_ms < duration_ms)).toBe(true);
        if (arrivals === 'constant') {
          expect(times[0]).toBe(0);
          expect((times.length * 1000) / rate_per_s).toBeGreaterThanOrEqual(duration_ms * (1 - 1e-12));
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('Poisson arrivals have the rate as mean and variance of their count', () => {
  const counts = Array.from({ length: 2000 }, (_, trial) =>
    schedule(
      { arrivals: 'poisson', rate_per_s: 50, steps: [], duration_ms: 1000 },
      stream('7', trial, 'arrivals'),
    ),
  ).map((times) => times.length);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  expect(mean).toBeGreaterThan(49.4);
  expect(mean).toBeLessThan(50.6);
  expect(variance).toBeGreaterThan(44);
  expect(variance).toBeLessThan(57);
});

test('every step of the rate begins anew, evenly spaced', () => {
  const load = {
    arrivals: 'constant' as const,
    rate_per_s: 2,
    steps: [
      { at_ms: 900, rate_per_s: 10 },
      { at_ms: 1200, rate_per_s: 1 },
    ],
    duration_ms: 3000,
  };
  expect([...schedule(load, never)]).toEqual([0, 500, 900, 1000, 1100, 1200, 2200]);
  expect(meanRate_per_s(load)).toBeCloseTo((1.8 + 3 + 1.8) / 3, 12);
});

test('a Poisson schedule has about as many requests in each stretch as its rate says', () => {
  const steps = [{ at_ms: 50_000, rate_per_s: 400 }];
  const load = { arrivals: 'poisson' as const, rate_per_s: 100, steps, duration_ms: 100_000 };
  const times = schedule(load, stream('steps', 0, 'arrivals'));
  const early = times.filter((at_ms) => at_ms < 50_000).length;
  // 5,000 and 20,000 expected; four standard deviations.
  expect(Math.abs(early - 5000)).toBeLessThan(283);
  expect(Math.abs(times.length - early - 20_000)).toBeLessThan(566);
});

test('the rate at a moment is that of the last step before it', () => {
  const load = {
    rate_per_s: 2,
    steps: [
      { at_ms: 900, rate_per_s: 10 },
      { at_ms: 1500, rate_per_s: 5 },
    ],
  };
  expect([0, 899, 900, 1499, 1500, 1e9].map((at_ms) => rateAt_per_s(load, at_ms))).toEqual([
    2, 2, 10, 10, 5, 5,
  ]);
});
