import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Fit, fitIntervals, fitSamples } from '../../src/calibrate/fit.ts';
import { moments } from '../../src/calibrate/probability.ts';
import { distributionSyntax } from '../../src/calibrate/writable.ts';
import { distribution as distributionSchema } from '../../src/scenario/schema/distribution.ts';
import { countOf, draws, exponential, lognormal, normal, uniform } from './draw.ts';

/** Thousands of samples are drawn and fitted anew, and the machine may be busy with other tests. */
vi.setConfig({ testTimeout: 30_000 });

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const seeds = fc.integer({ min: 0, max: 1_000_000 });

/** Every figure is one, and a scenario reads the distribution back as it is. */
function expectUsable(fit: Fit, n: number): void {
  expect(fit.n).toBe(n);
  for (const figure of [fit.mean_ms, fit.sd_ms, ...Object.values(moments(fit.distribution))]) {
    expect(Number.isFinite(figure)).toBe(true);
    expect(figure).toBeGreaterThanOrEqual(0);
  }
  if (fit.goodness !== undefined) {
    expect(Number.isFinite(fit.goodness.statistic)).toBe(true);
    expect(fit.goodness.p).toBeGreaterThan(0);
    expect(fit.goodness.p).toBeLessThanOrEqual(1);
  }
  expect(distributionSchema.parse(distributionSyntax(fit.distribution))).toEqual(fit.distribution);
}

describe('fitSamples', () => {
  it('makes something usable of any durations', () => {
    const samples = fc.array(fc.oneof(between(0, 1e9), between(0, 1), fc.constant(0), fc.constant(5)), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(samples, (values) => expectUsable(fitSamples(values), values.length)),
      { numRuns: 100 },
    );
  });

  it('makes something usable of tied and rounded durations', () => {
    const samples = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(samples, fc.constantFrom(1, 10, 1000), (values, step_ms) => {
        const scaled = values.map((value) => value * step_ms);
        expectUsable(fitSamples(scaled), values.length);
        expectUsable(fitSamples(scaled, { resolution_ms: step_ms }), values.length);
      }),
      { numRuns: 40 },
    );
  });

  it('does not mind the order of the samples or the unit', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const samples = draws(40, seed, lognormal(95, 0.3));
        const fit = fitSamples(samples);
        const backwards = fitSamples([...samples].reverse());
        expect(backwards.distribution).toEqual(fit.distribution);
        const longer = fitSamples(samples.map((value) => value * 10));
        expect(longer.distribution.kind).toBe(fit.distribution.kind);
        expect(longer.mean_ms / fit.mean_ms).toBeCloseTo(10, 9);
        expect(longer.goodness?.statistic).toBeCloseTo(fit.goodness!.statistic, 6);
      }),
      { numRuns: 30 },
    );
  });

  it.each([lognormal(95, 0.4), normal(200, 40), exponential(50), uniform(3, 15)])(
    'tells the family of 150 samples of %o, in most of 25 cases',
    (of) => {
      const right = countOf(25, (seed) => fitSamples(draws(150, seed, of)).distribution.kind === of.kind);
      // One in twenty is turned down by the test of goodness, as it says.
      expect(right).toBeGreaterThanOrEqual(20);
    },
  );
});

describe('fitIntervals', () => {
  it('makes something usable of any intervals', () => {
    const interval = fc.tuple(
      fc.oneof(between(0, 1e6), between(0, 3e10)),
      fc.oneof(between(0, 1e4), fc.constant(Number.POSITIVE_INFINITY)),
    );
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 25 }), between(0, 100), (bounds, last) => {
        const intervals = [...bounds, [last, 1000] as const].map(([low_ms, width_ms]) => ({
          low_ms,
          high_ms: low_ms + width_ms,
        }));
        expectUsable(fitIntervals(intervals), intervals.length);
      }),
      { numRuns: 150 },
    );
  });
});
