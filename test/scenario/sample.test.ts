import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  constant,
  type Distribution,
  erlang,
  exponential,
  hyperexponential,
  lognormal,
  mean_ms,
  uniform,
  weibull,
} from '../../src/scenario/distribution.ts';
import { stream } from '../../src/scenario/random.ts';
import { sample_ms } from '../../src/scenario/sample.ts';

const DRAWS = 20_000;
/** Of a share or a mean of independent draws; beyond five of them lies one in two million. */
const STANDARD_ERRORS = 5;

const duration = fc.double({ min: 0.001, max: 1e12, noNaN: true });
const seed = fc.integer().map(String);

/** A member, the standard deviation over its mean, and the chance of at most its mean, by theory. */
interface Known {
  readonly member: Distribution;
  readonly variation: number;
  readonly belowMean: number;
}

const weibulls = fc.tuple(duration, fc.constantFrom(0.7, 1, 1.5, 2, 4)).map(([scale_ms, shape]): Known => {
  const member = weibull(scale_ms, shape);
  const squares = mean_ms(weibull(1, shape / 2)) / mean_ms(weibull(1, shape)) ** 2;
  return {
    member,
    variation: Math.sqrt(squares - 1),
    belowMean: -Math.expm1(-((mean_ms(member) / scale_ms) ** shape)),
  };
});

const erlangs = fc.tuple(duration, fc.integer({ min: 1, max: 20 })).map(([mean, phases]): Known => {
  let term = Math.exp(-phases);
  let survival = 0;
  for (let k = 0; k < phases; k++) {
    survival += term;
    term *= phases / (k + 1);
  }
  return { member: erlang(mean, phases), variation: 1 / Math.sqrt(phases), belowMean: 1 - survival };
});

const branch = fc.record({
  weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
  mean_ms: fc.double({ min: 1, max: 100, noNaN: true }),
});
const mixtures = fc.array(branch, { minLength: 1, maxLength: 5 }).map((branches): Known => {
  const member = hyperexponential(branches);
  const weights = branches.reduce((sum, { weight }) => sum + weight, 0);
  const over = (of: (mean: number) => number) =>
    branches.reduce((sum, each) => sum + (each.weight / weights) * of(each.mean_ms), 0);
  const mean = over((each) => each);
  return {
    member,
    variation: Math.sqrt(over((each) => 2 * each ** 2) / mean ** 2 - 1),
    belowMean: over((each) => -Math.expm1(-mean / each)),
  };
});

describe.each([
  ['weibull', weibulls],
  ['erlang', erlangs],
  ['hyperexponential', mixtures],
] as const)('%s', (_, known) => {
  test('is drawn with the mean and the chance of at most it that theory gives', () => {
    fc.assert(
      fc.property(known, seed, ({ member, variation, belowMean }, chosen) => {
        const random = stream(chosen, 0, 'draws');
        const mean = mean_ms(member);
        let sum = 0;
        let below = 0;
        for (let k = 0; k < DRAWS; k++) {
          const value = sample_ms(member, random);
          sum += value;
          if (value <= mean) below += 1;
        }
        const error = STANDARD_ERRORS / Math.sqrt(DRAWS);
        expect(Math.abs(sum / DRAWS / mean - 1)).toBeLessThan(error * variation);
        const spread = Math.sqrt(belowMean * (1 - belowMean));
        expect(Math.abs(below / DRAWS - belowMean)).toBeLessThan(error * spread);
      }),
      { numRuns: 20 },
    );
  });
});

test('a family draws as often whatever comes out, so streams stay in step', () => {
  const members: readonly (readonly [Distribution, number])[] = [
    [constant(5), 0],
    [uniform(1, 2), 1],
    [{ kind: 'normal', mean_ms: 5, sd_ms: 9 }, 2],
    [lognormal(5, 1), 2],
    [exponential(5), 1],
    [weibull(5, 2), 1],
    [erlang(5, 7), 7],
    [
      hyperexponential([
        { weight: 1, mean_ms: 1 },
        { weight: 2, mean_ms: 50 },
      ]),
      2,
    ],
    [{ kind: 'empirical', values_ms: [1, 2, 3] }, 1],
  ];
  for (const [member, times] of members) {
    for (let trial = 0; trial < 50; trial++) {
      const uniforms = stream('1', trial, 'count');
      let drawn = 0;
      const value = sample_ms(member, () => {
        drawn += 1;
        return uniforms();
      });
      expect(drawn).toBe(times);
      expect(value).toBeGreaterThanOrEqual(0);
    }
  }
});

test('the ends of the uniform numbers give finite durations', () => {
  for (const end of [0, 1 - 2 ** -53]) {
    for (const member of [
      weibull(5, 0.1),
      erlang(5, 100),
      hyperexponential([
        { weight: 0.1, mean_ms: 1 },
        { weight: 0.2, mean_ms: 2 },
        { weight: 0.7, mean_ms: 3 },
      ]),
    ]) {
      expect(sample_ms(member, () => end)).toSatisfy(Number.isFinite);
    }
  }
});
