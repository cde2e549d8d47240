import fc from 'fast-check';
import { expect, it } from 'vitest';
import { step } from '../../../src/sim/cause.ts';
import { Budget, budgetShares } from '../../../src/sim/estimate/budget.ts';

const LOAD = { rate_per_s: 100, steps: [{ at_ms: 5000, rate_per_s: 10 }], duration_ms: 10_000 };

const recovery = (at_ms: number, begin_ms = 0) => ({
  at_ms,
  cause: step(step(undefined, 'fault', begin_ms), 'kube-proxy sync', at_ms),
});

const outage = (begin_ms: number, end_ms: number) => ({ begin_ms, end_ms, failed_requests: 1 });

function budget_s(outages: ReturnType<typeof outage>[], recoveries: ReturnType<typeof recovery>[]) {
  const budget = new Budget();
  budget.add(budgetShares(outages, recoveries, LOAD));
  return Object.fromEntries(budget.lines().map(({ mechanism, seconds }) => [mechanism, seconds]));
}

it('gives the next request one gap between requests at the most, and the rest to those that still fail', () => {
  const shares = budget_s([outage(1000, 2400)], [recovery(2000)]);
  expect(shares).toEqual({
    'kube-proxy sync': 1,
    'next request': 0.01,
    'requests that still fail': expect.closeTo(0.39, 9),
  });
});

it('knows the gap of the rate that the load has by then', () => {
  const shares = budget_s([outage(6000, 8400)], [recovery(8000)]);
  expect(shares['next request']).toBeCloseTo(0.1, 9);
});

it('does not wait for the next request where an outage begins after the last that came back', () => {
  const shares = budget_s([outage(1000, 2005), outage(3000, 3010), outage(4000, 4020)], [recovery(2000)]);
  expect(shares['next request']).toBeCloseTo(0.005, 9);
  expect(shares['requests that still fail']).toBeCloseTo(0.03, 9);
});

it('says of what lasts to the end that it was not back', () => {
  expect(budget_s([outage(9000, 10_000)], [])).toEqual({ 'not back within the window': 1 });
});

it('adds up to the downtime, whatever came back and when', () => {
  const time_ms = fc.integer({ min: 0, max: 10_000 });
  const stretches = fc.uniqueArray(time_ms, { maxLength: 12 }).map((times) => {
    const sorted = times.sort((a, b) => a - b);
    return Array.from({ length: sorted.length >> 1 }, (_, n) => outage(sorted[2 * n]!, sorted[2 * n + 1]!));
  });
  const recoveries = fc
    .array(fc.tuple(time_ms, time_ms))
    .map((pairs) =>
      pairs
        .map(([a, b]) => recovery(Math.max(a, b), Math.min(a, b)))
        .sort((one, other) => one.at_ms - other.at_ms),
    );
  fc.assert(
    fc.property(stretches, recoveries, (outages, backs) => {
      const lines = Object.values(budget_s(outages, backs));
      const down_s = outages.reduce((sum, { begin_ms, end_ms }) => sum + (end_ms - begin_ms) / 1000, 0);
      expect(lines.reduce((a, b) => a + b, 0)).toBeCloseTo(down_s, 9);
      for (const each of lines) expect(each).toBeGreaterThan(0);
    }),
  );
});
