import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timelineChart, timeTicks } from '../../src/report/html/timeline-chart.ts';
import { binomialQuantile, timelineSeries, valueAt } from '../../src/report/html/timeline-series.ts';
import { agrees, flawless } from './examples.ts';

const series = timelineSeries(agrees.prediction, agrees.measurement);

test('the measured share falls with each trial that goes down, and comes back', () => {
  const at = (at_ms: number) => valueAt(series.measured, at_ms)?.up;
  expect(at(0)).toBe(1);
  expect(at(5015)).toBeCloseTo(1 / 3, 12);
  expect(at(6000)).toBeCloseTo(0, 12);
  expect(at(7550)).toBeCloseTo(1 / 3, 12);
  expect(at(7800)).toBeCloseTo(2 / 3, 12);
  expect(at(29_000)).toBeCloseTo(1, 12);
});

test('the predicted share is one less the share that is down, at every step', () => {
  const { step_ms, share } = agrees.prediction!.down_share;
  for (const [index, down] of share.entries()) {
    expect(valueAt(series.predicted, index * step_ms)?.up).toBeCloseTo(1 - down, 12);
  }
});

test('the band is certain where the prediction is, and wide where runs part', () => {
  expect(valueAt(series.band, 1000)).toMatchObject({ low: 1, high: 1 });
  expect(valueAt(series.band, 6000)).toMatchObject({ low: 0, high: 0 });
  expect(valueAt(series.band, 7650)).toMatchObject({ low: 0, high: 1 });
});

describe('what is drawn', () => {
  test('is the part in which something happens, with a margin', () => {
    expect(series).toMatchObject({ from_ms: 4000, to_ms: 9500, window_ms: 30_000 });
  });

  test('is the whole window where nothing goes down, whatever was done', () => {
    expect(flawless.measurement!.faults.length).toBeGreaterThan(0);
    const calm = timelineSeries(flawless.prediction, flawless.measurement);
    expect(calm).toMatchObject({ from_ms: 0, to_ms: 30_000 });
  });

  test('is the whole window where what happens takes most of it', () => {
    const outages = [{ trial: 0, outages: [{ begin_ms: 5000, end_ms: 25_000, failed_requests: 2000 }] }];
    const long = timelineSeries(agrees.prediction, { ...agrees.measurement!, outages });
    expect(long).toMatchObject({ from_ms: 0, to_ms: 30_000 });
  });
});

test('the description says so where runs are down to the end', () => {
  const { step_ms, share } = agrees.prediction!.down_share;
  const prediction = { ...agrees.prediction!, down_share: { step_ms, share: share.map(() => 0.25) } };
  expect(timelineChart(timelineSeries(prediction, undefined)).text).toContain(
    'at worst 75 % of the runs are up; at the end 75 % are.',
  );
});

describe('binomial quantile', () => {
  test('is what the tables say', () => {
    expect(binomialQuantile(0.5, 10, 0.5)).toBe(5);
    expect(binomialQuantile(0.05, 10, 0.5)).toBe(2);
    expect(binomialQuantile(0.95, 10, 0.5)).toBe(8);
    expect(binomialQuantile(0.95, 20, 0.9)).toBe(20);
    expect(binomialQuantile(0.05, 20, 0.9)).toBe(16);
  });

  test('is right where the chance of no success is too small for a double', () => {
    expect(binomialQuantile(0.05, 1000, 0.999)).toBe(997);
    expect(binomialQuantile(0.95, 1000, 0.999)).toBe(1000);
    expect(binomialQuantile(0.05, 1000, 0.9)).toBe(884);
    expect(binomialQuantile(0.95, 1000, 0.9)).toBe(915);
  });

  test('lies between none and all and grows with the probability', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, p) => {
        const low = binomialQuantile(0.05, n, p);
        const high = binomialQuantile(0.95, n, p);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeGreaterThanOrEqual(low);
        expect(high).toBeLessThanOrEqual(n);
      }),
    );
  });
});

test('ticks are round, within the range, and few', () => {
  expect(timeTicks(4000, 9500)).toEqual([4000, 5000, 6000, 7000, 8000, 9000]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 500, max: 1e7 }), (from_ms, length) => {
      const ticks = timeTicks(from_ms, from_ms + length);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.every((at_ms) => at_ms >= from_ms && at_ms <= from_ms + length)).toBe(true);
    }),
  );
});
