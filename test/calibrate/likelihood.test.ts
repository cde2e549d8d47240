import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Family, Parametric } from '../../src/calibrate/families.ts';
import { exactly, type Interval } from '../../src/calibrate/interval.ts';
import { candidates, fitFamily, logLikelihood } from '../../src/calibrate/likelihood.ts';
import { moments } from '../../src/calibrate/probability.ts';
import { stream } from '../../src/scenario/random.ts';
import { countOf, draws, exponential, lognormal, meanOf, normal, uniform } from './draw.ts';

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const seeds = fc.integer({ min: 0, max: 1_000_000 });

function fitted<Of extends Parametric>(of: Of, intervals: readonly Interval[]): Of {
  const found = fitFamily(of.kind, intervals);
  if (found === undefined) throw new Error(`no ${of.kind} fits`);
  return found as Of;
}

describe('fitFamily of exact durations', () => {
  const N = 400;
  const exact = (of: Parametric, seed: number) => draws(N, seed, of).map(exactly);
  /** Within five standard errors of the truth: wrong in one case of a million. */
  const near = (estimate: number, truth: number, standardError: number) =>
    expect(Math.abs(estimate - truth)).toBeLessThan(5 * standardError);

  it('recovers a lognormal', () => {
    fc.assert(
      fc.property(seeds, between(5, 5000), between(0.05, 1.5), (seed, median_ms, sigma) => {
        const found = fitted(lognormal(median_ms, sigma), exact(lognormal(median_ms, sigma), seed));
        near(Math.log(found.median_ms), Math.log(median_ms), sigma / Math.sqrt(N));
        near(found.sigma, sigma, sigma / Math.sqrt(2 * N));
      }),
    );
  });

  it('recovers a normal, cut at zero or not', () => {
    fc.assert(
      fc.property(seeds, between(5, 5000), between(0.05, 1), (seed, mean_ms, share) => {
        const sd_ms = share * mean_ms;
        const found = fitted(normal(mean_ms, sd_ms), exact(normal(mean_ms, sd_ms), seed));
        near(found.mean_ms, mean_ms, sd_ms / Math.sqrt(N));
        // Of what is cut less is known: at a mean of one sd, a sixth.
        near(found.sd_ms, sd_ms, (1.2 * sd_ms) / Math.sqrt(2 * N));
      }),
    );
  });

  it('recovers an exponential', () => {
    fc.assert(
      fc.property(seeds, between(5, 5000), (seed, mean_ms) => {
        const found = fitted(exponential(mean_ms), exact(exponential(mean_ms), seed));
        near(found.mean_ms, mean_ms, mean_ms / Math.sqrt(N));
      }),
    );
  });

  it('recovers a uniform', () => {
    fc.assert(
      fc.property(seeds, between(0, 100), between(5, 5000), (seed, min_ms, width_ms) => {
        const found = fitted(
          uniform(min_ms, min_ms + width_ms),
          exact(uniform(min_ms, min_ms + width_ms), seed),
        );
        // The least of N lies beyond a share x of the width with probability exp(-N x).
        near(found.min_ms, min_ms, (3 * width_ms) / N);
        near(found.max_ms, min_ms + width_ms, (3 * width_ms) / N);
      }),
    );
  });

  it('has no bias that would show over many small samples', () => {
    const fits = Array.from({ length: 4000 }, (_, seed) => draws(10, seed, uniform(100, 200)).map(exactly));
    const ends = fits.map((sample) => fitted(uniform(0, 0), sample));
    expect(Math.abs(meanOf(ends.map(({ min_ms }) => min_ms)) - 100)).toBeLessThan(0.7);
    expect(Math.abs(meanOf(ends.map(({ max_ms }) => max_ms)) - 200)).toBeLessThan(0.7);
  });

  it('has no member that a scenario could not hold', () => {
    const wide = [1e-3, 1e9, 1e-3, 1e9].map(exactly);
    expect(fitted(lognormal(1, 1), wide).sigma).toBeLessThanOrEqual(5);
    expect(fitted(lognormal(1, 1), wide).median_ms).toBeCloseTo(1000, 0);
    const mostlyNothing = [0, 0, 0, 0, 0, 0, 0, 1].map(exactly);
    expect(fitted(normal(0, 0), mostlyNothing).mean_ms).toBeGreaterThanOrEqual(0);
    expect(fitted(uniform(0, 0), [1, 100].map(exactly)).min_ms).toBe(0);
  });
});

describe('candidates', () => {
  it.each([
    [lognormal(95, 0.4), 92],
    [lognormal(8, 0.4), 92],
    [normal(200, 40), 75],
    [normal(10, 12), 95],
    [exponential(50), 92],
    [uniform(3, 15), 95],
  ] as const)('rank the family of 150 durations from %o first in %i of 100 cases or more', (of, least) => {
    const right = countOf(
      100,
      (seed) => candidates(draws(150, seed, of).map(exactly))[0]?.member.kind === of.kind,
    );
    expect(right).toBeGreaterThanOrEqual(least);
  });

  it('come in the order of what they cost', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 8, max: 60 }), (seed, n) => {
        const found = candidates(draws(n, seed, lognormal(95, 0.5)).map(exactly));
        expect(found.length).toBeGreaterThan(1);
        for (const [i, { aicc }] of found.entries()) {
          expect(Number.isFinite(aicc)).toBe(true);
          expect(aicc).toBeGreaterThanOrEqual(found[i - 1]?.aicc ?? Number.NEGATIVE_INFINITY);
        }
      }),
    );
  });
});

describe('fitFamily of durations between two looks', () => {
  /** What a look once a second tells of durations that begin at any time in between. */
  function looked(values: readonly number[], seed: number): Interval[] {
    const random = stream(String(seed), 0, 'looks');
    return values.map((value) => {
      const first_ms = random() * 1000;
      const before_ms = first_ms + Math.floor((value - first_ms) / 1000) * 1000;
      return { low_ms: Math.max(0, before_ms), high_ms: before_ms + 1000 };
    });
  }

  it.each([
    lognormal(2000, 0.4),
    lognormal(600, 0.5),
    normal(3000, 800),
    normal(900, 700),
    exponential(2500),
    uniform(500, 4500),
  ])('recovers %o', (of) => {
    const truth = moments(of);
    const sd_ms = Math.sqrt(truth.variance_ms2);
    // A look a second adds a variance of about 1000^2 / 12 to that of the mean.
    const error_ms = Math.sqrt((truth.variance_ms2 + 1000 ** 2 / 12) / 200);
    const found = Array.from({ length: 20 }, (_, seed) =>
      moments(fitted(of, looked(draws(200, seed, of), seed))),
    );
    for (const { mean_ms, variance_ms2 } of found) {
      expect(Math.abs(mean_ms - truth.mean_ms)).toBeLessThan(4.5 * error_ms);
      expect(Math.abs(Math.sqrt(variance_ms2) / sd_ms - 1)).toBeLessThan(0.4);
    }
    const mean_ms = meanOf(found.map((each) => each.mean_ms));
    expect(Math.abs(mean_ms - truth.mean_ms)).toBeLessThan((3.5 * error_ms) / Math.sqrt(20));
    const sd = meanOf(found.map(({ variance_ms2 }) => Math.sqrt(variance_ms2)));
    expect(Math.abs(sd / sd_ms - 1)).toBeLessThan(0.05);
  });

  it('is at a maximum: no member a little beside it is likelier', () => {
    const families: Family[] = ['lognormal', 'normal', 'exponential', 'uniform'];
    fc.assert(
      fc.property(seeds, fc.constantFrom(...families), (seed, family) => {
        const intervals = looked(draws(30, seed, lognormal(2000, 0.5)), seed);
        const best = fitFamily(family, intervals)!;
        const most = logLikelihood(best, intervals);
        for (const [name, value] of Object.entries(best)) {
          if (typeof value !== 'number') continue;
          for (const factor of [0.98, 1.02]) {
            const beside = { ...best, [name]: value * factor } as Parametric;
            expect(logLikelihood(beside, intervals)).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
