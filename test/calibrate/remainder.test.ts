import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { fitSamples } from '../../src/calibrate/fit.ts';
import { moments } from '../../src/calibrate/probability.ts';
import { remainder } from '../../src/calibrate/remainder.ts';
import { Sum } from '../../src/calibrate/sum.ts';
import { distributionSyntax } from '../../src/calibrate/writable.ts';
import { constant, type Distribution } from '../../src/scenario/distribution.ts';
import { distribution as schema } from '../../src/scenario/schema/distribution.ts';
import { countOf, draws, exponential, lognormal, meanOf, normal, uniform } from './draw.ts';

/** Thousands of samples are drawn and fitted anew, and the machine may be busy with other tests. */
vi.setConfig({ testTimeout: 30_000 });

/** From one watch event to the next: what a write and its delivery take is known, the controller's work is not. */
const WRITE = lognormal(8, 0.4);
const DELIVERY = lognormal(3, 0.4);
const SYNC = lognormal(6, 0.6);

const CASES: readonly (readonly [rest: Distribution, known: readonly Distribution[]])[] = [
  [SYNC, [WRITE, DELIVERY]],
  [lognormal(95, 0.3), [WRITE, DELIVERY]],
  [lognormal(800, 0.4), [uniform(0, 1000)]],
  [normal(120, 30), [lognormal(50, 0.3)]],
  [exponential(60), [lognormal(50, 0.3)]],
  [uniform(20, 120), [lognormal(50, 0.3), constant(300)]],
  [lognormal(30, 0.5), [{ kind: 'empirical', values_ms: [10, 10, 12, 15, 19, 25, 40] }]],
];

const asInterval = (value_ms: number) => ({ low_ms: value_ms, high_ms: value_ms });

describe('the likelihood of a sum', () => {
  it.each(CASES)('recovers %o beside %o', (rest, known) => {
    const truth = moments(rest);
    const whole_ms2 = truth.variance_ms2 + known.reduce((sum, part) => sum + moments(part).variance_ms2, 0);
    const varying = known.filter((part) => part.kind !== 'constant');
    const fixed_ms = known.reduce((sum, part) => sum + (part.kind === 'constant' ? part.value_ms : 0), 0);
    const found = Array.from({ length: 10 }, (_, seed) => {
      const samples = draws(300, seed, rest, ...known).map((value) => value - fixed_ms);
      return moments(
        new Sum(samples.map(asInterval), varying).fit(rest.kind as 'normal', lognormal(truth.mean_ms, 0.5))!,
      );
    });
    const error_ms = Math.sqrt(whole_ms2 / 300);
    for (const { mean_ms } of found) expect(Math.abs(mean_ms - truth.mean_ms)).toBeLessThan(4.5 * error_ms);
    const mean_ms = meanOf(found.map((each) => each.mean_ms));
    expect(Math.abs(mean_ms - truth.mean_ms)).toBeLessThan((4 * error_ms) / Math.sqrt(10));
    const sd_ms = meanOf(found.map(({ variance_ms2 }) => Math.sqrt(variance_ms2)));
    expect(Math.abs(sd_ms / Math.sqrt(truth.variance_ms2) - 1)).toBeLessThan(0.12);
  });

  it('takes the slow half into account that is known within bounds only', () => {
    const rest = lognormal(20, 0.6);
    const values = draws(400, 7, rest, WRITE);
    const half_ms = values.toSorted((a, b) => a - b)[200]!;
    const samples = values.map((value) => {
      const low_ms = half_ms + 15 * Math.floor((value - half_ms) / 15);
      return value < half_ms ? asInterval(value) : { low_ms, high_ms: low_ms + 15 };
    });
    const true_ms = moments(rest).mean_ms;
    const found = remainder(samples, [WRITE]);
    expect(Math.abs(found.mean_ms / true_ms - 1)).toBeLessThan(0.1);
    expect(moments(found.distribution).mean_ms).toBeCloseTo(found.mean_ms, 1);
    // Left out, they would be missed.
    const fast = remainder(
      values.filter((value) => value < half_ms),
      [WRITE],
    );
    expect(fast.mean_ms / true_ms).toBeLessThan(0.75);
  });

  it('is that of the samples themselves where the known part is next to nothing', () => {
    const samples = draws(200, 1, lognormal(95, 0.3));
    const beside = new Sum(samples.map(asInterval), [normal(1e-3, 1e-4)]).fit(
      'lognormal',
      lognormal(50, 0.5),
    );
    const alone = fitSamples(samples).distribution;
    expect(beside).toMatchObject({ kind: 'lognormal' });
    const [a, b] = [beside, alone] as [typeof SYNC, typeof SYNC];
    expect(Math.abs(a.median_ms / b.median_ms - 1)).toBeLessThan(0.003);
    expect(Math.abs(a.sigma / b.sigma - 1)).toBeLessThan(0.02);
  });
});

describe('remainder', () => {
  it('finds the work of a controller between two watch events', () => {
    const fit = remainder(draws(300, 1, SYNC, WRITE, DELIVERY), [WRITE, DELIVERY]);
    expect(fit.distribution.kind).toBe('lognormal');
    const { median_ms, sigma } = fit.distribution as typeof SYNC;
    expect(Math.abs(median_ms - 6)).toBeLessThan(1);
    expect(Math.abs(sigma - 0.6)).toBeLessThan(0.15);
    expect(fit.n).toBe(300);
    expect(Math.abs(fit.mean_ms - moments(SYNC).mean_ms)).toBeLessThan(1);
    expect(Math.abs(fit.sd_ms - Math.sqrt(moments(SYNC).variance_ms2))).toBeLessThan(1);
    expect(fit.goodness).toMatchObject({ family: 'lognormal' });
    expect(fit.goodness?.p).toBeGreaterThan(0.05);
  });

  it('is the same for the same samples', () => {
    const samples = draws(50, 1, SYNC, WRITE);
    expect(remainder(samples, [WRITE])).toEqual(remainder(samples, [WRITE]));
  });

  it('mostly has the family of the rest', () => {
    const right = (of: Distribution) =>
      countOf(4, (seed) => {
        const fit = remainder(draws(100, seed, of, lognormal(50, 0.3)), [lognormal(50, 0.3)]);
        return fit.distribution.kind === of.kind;
      });
    for (const of of [exponential(60), uniform(20, 120), constant(120)]) {
      expect(right(of)).toBeGreaterThanOrEqual(3);
    }
  });

  it('says that it does not fit where the known parts are not what they were taken for', () => {
    const humps = [...draws(40, 1, normal(100, 3)), ...draws(40, 2, normal(400, 3))];
    expect(remainder(humps, [lognormal(8, 0.4)]).warning).toMatch(
      /the best family, \w+, does not fit the samples/,
    );
  });

  it('takes away what never varies, and fits the rest as it fits anything', () => {
    const samples = draws(60, 1, SYNC, constant(300));
    const fit = remainder(samples, [constant(100), constant(200)]);
    expect(fit).toEqual(fitSamples(samples.map((value) => value - 300)));
    const short = remainder([...samples, 250, 299], [constant(300)]);
    expect(short.warning).toMatch(/^2 of 62 samples are shorter than the known parts \(300 ms\)/);
    expect(remainder(samples, []).distribution).toEqual(fitSamples(samples).distribution);
  });

  it('warns where the known parts vary more than what was measured', () => {
    const fit = remainder(draws(50, 1, constant(10), lognormal(50, 0.1)), [lognormal(50, 0.4)]);
    expect(fit.distribution.kind).toBe('constant');
    expect(fit.sd_ms).toBe(0);
    expect(fit.warning).toMatch(
      /the known parts vary more \(sd 22\.\d ms\) than what was measured \(sd \d\.\d+ ms\): the rest is taken as constant/,
    );
    // That no constant explains so narrow a sum is said too.
    expect(fit.warning).toMatch(/the best family, constant, does not fit/);
  });

  it('warns where the spread of the rest is lost in that of the known parts', () => {
    const fit = remainder(draws(200, 3, lognormal(30, 0.05), lognormal(50, 0.5)), [lognormal(50, 0.5)]);
    expect(fit.distribution.kind).toBe('constant');
    expect(fit.warning).toMatch(/the spread of the rest cannot be told|the rest is taken as constant/);
  });

  it('has nothing left where the known parts take longer than what was measured', () => {
    const fit = remainder(draws(50, 1, lognormal(20, 0.4)), [lognormal(50, 0.4)]);
    expect(fit.distribution).toEqual(constant(0));
    expect(fit.mean_ms).toBe(0);
    expect(fit.warning).toMatch(
      /^the known parts take longer \(mean 54\.2 ms\) than what was measured \(mean 2\d(\.\d)? ms\): nothing is left/,
    );
  });

  it('goes by the moments where the samples are too few to choose', () => {
    const samples = [20, 26, 31, 24];
    const fit = remainder(samples, [uniform(0, 4)]);
    expect(fit.distribution.kind).toBe('lognormal');
    const { mean_ms, variance_ms2 } = moments(fit.distribution);
    expect(mean_ms).toBeCloseTo(25.25 - 2, 2);
    expect(variance_ms2).toBeCloseTo(fit.sd_ms ** 2, 1);
    expect(fit.warning).toMatch(/^4 samples are too few/);
    expect(remainder([20], [uniform(0, 4)]).distribution).toEqual(constant(18));
  });

  it('makes something usable of any samples and any known parts', () => {
    const duration = fc.double({ min: 0, max: 1e6, noNaN: true });
    const part: fc.Arbitrary<Distribution> = fc.oneof(
      duration.map(constant),
      fc.tuple(duration, duration).map(([a, b]) => uniform(Math.min(a, b), Math.max(a, b))),
      fc.tuple(duration, duration).map(([mean_ms, sd_ms]) => normal(mean_ms, sd_ms)),
      fc
        .tuple(fc.double({ min: 0.001, max: 1e5, noNaN: true }), fc.double({ min: 0, max: 2, noNaN: true }))
        .map(([median_ms, sigma]) => lognormal(median_ms, sigma)),
      fc.double({ min: 0.001, max: 1e5, noNaN: true }).map(exponential),
    );
    const samples = fc.oneof(
      fc.array(duration, { minLength: 1, maxLength: 15 }),
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 8, maxLength: 15 }),
    );
    fc.assert(
      fc.property(samples, fc.array(part, { maxLength: 2 }), (values, known) => {
        const fit = remainder(values, known);
        for (const figure of [fit.mean_ms, fit.sd_ms, fit.goodness?.statistic ?? 0]) {
          expect(Number.isFinite(figure)).toBe(true);
        }
        expect(schema.parse(distributionSyntax(fit.distribution))).toEqual(fit.distribution);
      }),
      { numRuns: 25 },
    );
  });

  it('refuses what is no duration', () => {
    expect(() => remainder([], [WRITE])).toThrow(RangeError);
    expect(() => remainder([-1], [WRITE])).toThrow(RangeError);
  });
});
