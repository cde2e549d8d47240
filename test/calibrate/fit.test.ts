import { describe, expect, it, vi } from 'vitest';
import { fitIntervals, fitSamples } from '../../src/calibrate/fit.ts';
import { exactly } from '../../src/calibrate/interval.ts';
import { candidates, logLikelihood } from '../../src/calibrate/likelihood.ts';
import { constant } from '../../src/scenario/distribution.ts';
import { draws, exponential, lognormal, normal, uniform } from './draw.ts';

/** Thousands of samples are drawn and fitted anew, and the machine may be busy with other tests. */
vi.setConfig({ testTimeout: 30_000 });

/** Downtimes in ms of the one replica killed by force, as measured on the testbed (docs/validation.md). */
const DOWNTIMES = [
  2620, 2580, 2670, 2750, 3560, 3420, 2540, 3510, 2920, 2880, 2800, 3140, 3460, 2840, 3010, 3170, 2810, 2720,
  3270, 2790,
];

describe('candidates', () => {
  /**
   * numpy 2 and scipy 1.17.1: mean, sd (n - 1) and logpdf of the values or their logarithms; AICc by its formula.
   * Ours count each value as the microsecond around it, which adds 20 * log(0.001) to each.
   */
  const REFERENCE = {
    uniform: { member: uniform(2486.315789473684, 3613.684210526316), aicc: 285.81153694635316 },
    lognormal: { member: lognormal(2956.5458215944977, 0.10736436267295547), aicc: 290.87342140417974 },
    normal: { member: normal(2973, 325.85272747055535), aicc: 291.92124460388135 },
    exponential: { member: exponential(2973), aicc: 362.1152951421462 },
  } as const;
  const found = candidates(DOWNTIMES.map(exactly));

  it('ranks the families', () => {
    expect(found.map(({ member }) => member.kind)).toEqual(Object.keys(REFERENCE));
  });

  it.each(found)('$member.kind has the reference values', ({ member, aicc }) => {
    const reference = REFERENCE[member.kind];
    for (const [name, value] of Object.entries(reference.member)) {
      const own: unknown = member[name as keyof typeof member];
      if (typeof value === 'number') expect(own).toBeCloseTo(value, 8);
    }
    const perMicrosecond = -2 * DOWNTIMES.length * Math.log(0.001);
    expect(aicc - perMicrosecond).toBeCloseTo(reference.aicc, 7);
  });
});

describe('the test of goodness', () => {
  it("has the statistic of scipy's anderson, and about the p of its goodness_of_fit", () => {
    // Drawn so that the normal is the best family; scipy 1.17.1 of the same values.
    const values = [
      152, 181.5, 188, 191.2, 195.4, 197.3, 199.1, 200.4, 201.9, 203.3, 205.8, 208.2, 213.6, 236.5,
    ];
    const { distribution, goodness } = fitSamples(values);
    expect(distribution.kind).toBe('normal');
    expect(goodness?.family).toBe('normal');
    expect(goodness?.statistic).toBeCloseTo(0.6021949755804936, 9);
    expect(Math.abs(goodness!.p - 0.093)).toBeLessThan(0.05);
  });

  it('turns a true family down in one case of twenty, as it says', () => {
    let rejected = 0;
    for (let seed = 0; seed < 200; seed += 1) {
      const { goodness } = fitSamples(draws(60, seed, exponential(40)));
      if (goodness!.p < 0.05) rejected += 1;
    }
    expect(rejected).toBeGreaterThan(1);
    expect(rejected).toBeLessThan(24);
  });
});

describe('fitSamples', () => {
  it('says what it rests on', () => {
    const fit = fitSamples(DOWNTIMES);
    expect(fit.distribution).toEqual(uniform(2486.316, 3613.684));
    expect(fit.n).toBe(20);
    expect(fit.mean_ms).toBeCloseTo(2973, 9);
    expect(fit.sd_ms).toBeCloseTo(325.85272747055535, 9);
    expect(fit.goodness?.family).toBe('uniform');
    expect(fit.warning).toBeUndefined();
  });

  it('is the same for the same samples, and another only in its p for another seed', () => {
    const samples = draws(50, 3, lognormal(95, 0.3));
    const fit = fitSamples(samples);
    expect(fitSamples(samples)).toEqual(fit);
    const other = fitSamples(samples, { seed: 'other' });
    expect(other).toEqual({ ...fit, goodness: { ...fit.goodness, p: other.goodness?.p } });
  });

  it('takes two humps as they are: no family fits', () => {
    const humps = [...draws(25, 1, normal(100, 5)), ...draws(25, 2, normal(900, 5))];
    const fit = fitSamples(humps);
    expect(fit.distribution.kind).toBe('empirical');
    const values = fit.distribution.kind === 'empirical' ? fit.distribution.values_ms : [];
    expect(values).toHaveLength(50);
    for (const [i, value] of [...humps].sort((a, b) => a - b).entries()) {
      expect(values[i]).toBeCloseTo(value, 2);
    }
    expect(fit.goodness?.p).toBeLessThan(0.05);
    // The rejected family is no reason to warn, the spread of the mean is.
    expect(fit.warning).toMatch(/^the mean is known to ±\d+ %: about \d+ more samples would make it ±10 %$/);
  });

  it('takes the best family all the same where the samples are too few to stand for themselves, and says so', () => {
    const humps = [...draws(10, 1, normal(100, 5)), ...draws(10, 2, normal(900, 5))];
    const fit = fitSamples(humps);
    expect(fit.distribution.kind).not.toBe('empirical');
    expect(fit.warning).toMatch(/the best family, \w+, does not fit the samples \(p = 0\.0\d*\)/);
  });

  it('keeps at most a thousand values of an empirical distribution, and its quantiles', () => {
    const humps = [...draws(1000, 1, normal(100, 5)), ...draws(2000, 2, normal(900, 5))];
    const { distribution } = fitSamples(humps);
    const values = distribution.kind === 'empirical' ? distribution.values_ms : [];
    expect(values).toHaveLength(1000);
    expect(values.filter((value) => value < 500)).toHaveLength(333);
  });

  it('finds no family in fewer than eight samples: the lognormal, or the normal for zeros, with a warning', () => {
    const few = fitSamples([90, 100, 110]);
    expect(few.distribution.kind).toBe('lognormal');
    expect(few.goodness).toBeUndefined();
    expect(few.warning).toBe('3 samples are too few to tell the distribution: at least 8 are needed');
    expect(fitSamples([0, 100, 110]).distribution.kind).toBe('normal');
    expect(fitSamples([7]).distribution).toEqual(constant(7));
    expect(fitSamples([7]).warning).toBe(
      '1 sample is too few to tell the distribution: at least 8 are needed',
    );
  });

  it('says how many more samples the mean needs, and with those says nothing', () => {
    const { warning } = fitSamples(draws(40, 7, exponential(50)));
    const more = Number(/about (\d+) more/.exec(warning ?? '')?.[1]);
    expect(more).toBeGreaterThan(200);
    expect(fitSamples(draws(40 + 2 * more, 7, exponential(50))).warning).toBeUndefined();
  });

  it('has a constant for samples that do not vary', () => {
    const fit = fitSamples(Array.from({ length: 10 }, () => 12.5));
    expect(fit).toEqual({
      distribution: constant(12.5),
      n: 10,
      mean_ms: 12.5,
      sd_ms: 0,
      goodness: undefined,
      warning: undefined,
    });
    expect(fitSamples(Array.from({ length: 10 }, () => 0)).distribution).toEqual(constant(0));
  });

  it('takes zeros for what a negative tail was cut to', () => {
    const fit = fitSamples(draws(300, 5, normal(10, 8)));
    expect(fit.distribution).toMatchObject({ kind: 'normal' });
    const { mean_ms, sd_ms } = fit.distribution as ReturnType<typeof normal>;
    expect(Math.abs(mean_ms - 10)).toBeLessThan(1.5);
    expect(Math.abs(sd_ms - 8)).toBeLessThan(1);
  });

  it('sees through rounding to whole seconds, when told of it', () => {
    const samples = draws(200, 1, lognormal(2000, 0.3)).map((value) => Math.round(value / 1000) * 1000);
    const told = fitSamples(samples, { resolution_ms: 1000 });
    expect(told.distribution.kind).toBe('lognormal');
    const { median_ms, sigma } = told.distribution as ReturnType<typeof lognormal>;
    expect(Math.abs(median_ms - 2000)).toBeLessThan(150);
    expect(Math.abs(sigma - 0.3)).toBeLessThan(0.04);
    expect(told.goodness?.p).toBeGreaterThan(0.05);
    // Untold, four different values can be nothing but themselves.
    expect(fitSamples(samples).distribution.kind).toBe('empirical');
    expect(fitSamples([2000, 2000, 2000], { resolution_ms: 1000 }).distribution).toEqual(constant(2000));
  });

  it('is not misled by rounding that is fine beside the spread', () => {
    const samples = draws(100, 1, lognormal(95, 0.3));
    const rounded = samples.map((value) => Math.round(value));
    expect(fitSamples(rounded, { resolution_ms: 1 }).distribution).toEqual(fitSamples(rounded).distribution);
  });

  it('refuses what is no duration', () => {
    expect(() => fitSamples([])).toThrow(RangeError);
    expect(() => fitSamples([1, -0.1])).toThrow('a duration cannot be -0.1 ms');
    expect(() => fitSamples([1, Number.NaN])).toThrow(RangeError);
    expect(() => fitSamples([1, Number.POSITIVE_INFINITY])).toThrow(RangeError);
  });

  it('takes well under a second for a thousand samples', () => {
    const samples = draws(1000, 1, lognormal(95, 0.3));
    const before = process.cpuUsage();
    fitSamples(samples);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});

describe('fitIntervals', () => {
  const seconds = (...lows: number[]) =>
    lows.map((low) => ({ low_ms: low * 1000, high_ms: low * 1000 + 1000 }));
  const SECONDS = seconds(0, 1, 1, 2, 2, 2, 3, 3, 5, 1);

  it('has the maximum that a numeric search over scipy has', () => {
    // scipy 1.17.1: -log(cdf(high) - cdf(low)) by minimize(method='Nelder-Mead') to 1e-13.
    const found = Object.fromEntries(candidates(SECONDS).map(({ member }) => [member.kind, member]));
    expect(found.lognormal).toMatchObject({
      median_ms: expect.closeTo(2178.2188, 0),
      sigma: expect.closeTo(0.54499, 3),
    });
    expect(found.normal).toMatchObject({
      mean_ms: expect.closeTo(2470.7303, 0),
      sd_ms: expect.closeTo(1368.8089, 0),
    });
    expect(found.exponential).toMatchObject({ mean_ms: expect.closeTo(2466.3034, 0) });
    expect(logLikelihood(found.lognormal!, SECONDS)).toBeCloseTo(-16.687009288161747, 6);
    expect(logLikelihood(found.normal!, SECONDS)).toBeCloseTo(-16.85806164733573, 6);
    expect(logLikelihood(found.exponential!, SECONDS)).toBeCloseTo(-19.09542504884438, 6);
  });

  it('takes in a sample whose end was not seen', () => {
    const cut = [
      ...SECONDS.filter(({ low_ms }) => low_ms !== 5000),
      { low_ms: 3500, high_ms: Number.POSITIVE_INFINITY },
    ];
    const found = candidates(cut).find(({ member }) => member.kind === 'lognormal')!.member;
    expect(found).toMatchObject({
      median_ms: expect.closeTo(2147.2586, 0),
      sigma: expect.closeTo(0.52069, 3),
    });
    expect(logLikelihood(found, cut)).toBeCloseTo(-14.883201648876458, 6);
    expect(fitIntervals(cut).n).toBe(10);
  });

  it('of exact values is what fitSamples is', () => {
    const samples = draws(40, 2, lognormal(95, 0.3));
    const exact = fitIntervals(samples.map((value) => ({ low_ms: value, high_ms: value })));
    expect(exact.distribution).toEqual(fitSamples(samples).distribution);
    expect(exact.goodness).toEqual(fitSamples(samples).goodness);
  });

  it('has a constant where one value explains all, and says how far that is from known', () => {
    const fit = fitIntervals([
      ...seconds(1, 1, 1, 1, 1),
      ...[1200, 1300, 1400].map((low_ms) => ({ low_ms, high_ms: low_ms + 1000 })),
    ]);
    expect(fit.distribution).toEqual(constant(1700));
    expect(fit.warning).toBe(
      'one value between 1400 and 2000 ms explains all samples: finer ones would tell more',
    );
  });

  it('says when no family fits', () => {
    const humps = [...seconds(...Array(20).fill(1)), ...seconds(...Array(20).fill(30))];
    expect(fitIntervals(humps).warning).toMatch(/does not fit the samples/);
  });

  it('refuses what is no interval of durations', () => {
    expect(() => fitIntervals([])).toThrow(RangeError);
    expect(() => fitIntervals([{ low_ms: 2, high_ms: 1 }])).toThrow(
      'a duration cannot lie between 2 and 1 ms',
    );
    expect(() => fitIntervals([{ low_ms: -1, high_ms: 1 }])).toThrow(RangeError);
    expect(() => fitIntervals([{ low_ms: 1, high_ms: Number.NaN }])).toThrow(RangeError);
    expect(() => fitIntervals([{ low_ms: 1, high_ms: Number.POSITIVE_INFINITY }])).toThrow(
      'no sample has an end',
    );
  });
});

it('takes what no family explains as it is, also where half is known within bounds only', () => {
  const humps = [...draws(40, 1, normal(20, 3)), ...draws(40, 2, normal(80, 3))];
  const samples = humps.map((value, index) => {
    const low_ms = 10 * Math.floor(value / 10);
    return index % 2 === 0 ? { low_ms: value, high_ms: value } : { low_ms, high_ms: low_ms + 10 };
  });
  const { distribution, mean_ms, warning } = fitIntervals(samples);
  expect(distribution.kind).toBe('empirical');
  expect(Math.abs(mean_ms - 50)).toBeLessThan(1.5);
  expect(warning).not.toContain('does not fit');
  const values_ms = distribution.kind === 'empirical' ? distribution.values_ms : [];
  expect(values_ms.filter((value) => value > 30 && value < 70)).toEqual([]);
});
