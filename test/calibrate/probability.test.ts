import { describe, expect, it } from 'vitest';
import { cdf, logDensity, logMass, moments, reach } from '../../src/calibrate/probability.ts';
import { type Distribution, erlang, hyperexponential, weibull } from '../../src/scenario/distribution.ts';
import { draws, exponential, lognormal, meanOf, normal, uniform } from './draw.ts';

const ALL: readonly Distribution[] = [
  { kind: 'constant', value_ms: 12 },
  uniform(3, 15),
  normal(200, 20),
  normal(10, 12),
  lognormal(95, 0.3),
  exponential(50),
  weibull(60, 1.5),
  erlang(50, 3),
  hyperexponential([
    { weight: 1, mean_ms: 10 },
    { weight: 3, mean_ms: 80 },
  ]),
  { kind: 'empirical', values_ms: [5, 1, 1, 20] },
];

/** scipy 1.17.1 at x: cdf, logpdf, log(cdf(x) - cdf(x - 4)). */
const REFERENCE = [
  [lognormal(95, 0.3), 80, 0.28337848361657336, -4.2610618680290555, -2.902545713573565],
  [normal(200, 20), 180, 0.15865525393145707, -4.4146708067586635, -3.1330288321625064],
  [exponential(50), 30, 0.4511883639059736, -4.512023005428146, -3.0854619918623647],
  [uniform(3, 15), 7, 0.3333333333333333, -2.4849066497880004, -1.0986122886681098],
] as const;

/** The same from the formulas, written out in another language. */
const BY_FORMULA = [
  [
    { kind: 'weibull', scale_ms: 50, shape: 2 },
    30,
    0.302323673928969,
    -4.089701448634192,
    -2.7272654747106766,
  ],
  [
    { kind: 'erlang', mean_ms: 50, phases: 3 },
    30,
    0.26937891406058745,
    -4.1309845675157435,
    -2.7642900076768218,
  ],
  [
    {
      kind: 'hyperexponential',
      branches: [
        { weight: 0.25, mean_ms: 10 },
        { weight: 0.75, mean_ms: 80 },
      ],
    },
    30,
    0.47208627381480484,
    -4.868092825595915,
    -3.4249722697922396,
  ],
] as const;

it.each([...REFERENCE, ...BY_FORMULA])(
  '%o has the reference probabilities',
  (of, x_ms, below, density, mass) => {
    expect(cdf(of, x_ms)).toBeCloseTo(below, 9);
    expect(logDensity(of, x_ms)).toBeCloseTo(density, 9);
    expect(logMass(of, x_ms - 4, x_ms)).toBeCloseTo(mass, 6);
  },
);

describe.each(ALL)('%o', (of) => {
  const values = draws(20_000, 1, of);

  it('has the distribution function of what is drawn', () => {
    for (const x_ms of [0, 1, 4, 5, 12, 50, 95, 180, 210, 1000]) {
      const share = values.filter((value) => value <= x_ms).length / values.length;
      expect(Math.abs(cdf(of, x_ms) - share)).toBeLessThan(0.015);
    }
    expect(cdf(of, -1)).toBe(0);
  });

  it('has the moments of what is drawn', () => {
    const { mean_ms, variance_ms2 } = moments(of);
    const mean = meanOf(values);
    expect(Math.abs(mean - mean_ms)).toBeLessThanOrEqual(0.02 * mean_ms);
    const variance = meanOf(values.map((value) => (value - mean) ** 2));
    expect(Math.abs(variance - variance_ms2)).toBeLessThanOrEqual(0.06 * variance_ms2);
  });

  it('reaches about as far as what is drawn', () => {
    const { low_ms, high_ms } = reach(of);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(low_ms);
    expect(Math.max(...values)).toBeLessThanOrEqual(high_ms);
  });
});

it('keeps the far tails apart, where probabilities are nothing', () => {
  expect(logMass(exponential(1), 1000, 1001)).toBeCloseTo(-1000 + Math.log(1 - Math.exp(-1)), 9);
  expect(logMass(normal(100, 1), 150, 151)).toBeGreaterThan(logMass(normal(100, 1), 151, 152));
  expect(logMass(lognormal(1, 0.1), 1e9, 1e10)).toBeLessThan(-1000);
  expect(logMass(uniform(3, 15), 20, 30)).toBe(Number.NEGATIVE_INFINITY);
});

it('of one phase, one branch or shape 1 is the exponential', () => {
  const one = [{ weight: 5, mean_ms: 7 }];
  for (const of of [weibull(7, 1), erlang(7, 1), hyperexponential(one)]) {
    for (const x_ms of [0, 0.001, 3, 7, 100, 10_000]) {
      expect(cdf(of, x_ms)).toBeCloseTo(cdf(exponential(7), x_ms), 12);
      expect(logMass(of, x_ms, x_ms + 1)).toBeCloseTo(logMass(exponential(7), x_ms, x_ms + 1), 9);
      expect(logMass(of, x_ms, Number.POSITIVE_INFINITY)).toBeCloseTo(-x_ms / 7, 9);
    }
  }
});

it('counts what a negative tail is cut to: zero is in an interval from zero on', () => {
  const cut = normal(0, 1);
  expect(Math.exp(logMass(cut, 0, 1))).toBeCloseTo(cdf(cut, 1), 9);
  expect(Math.exp(logMass(cut, -1, 0))).toBeCloseTo(0.5, 9);
});

it('knows a spread of nothing', () => {
  expect(moments(normal(5, 0))).toEqual({ mean_ms: 5, variance_ms2: 0 });
  for (const of of [normal(5, 0), lognormal(5, 0), uniform(5, 5)]) {
    expect([cdf(of, 4.9), cdf(of, 5)]).toEqual([0, 1]);
    expect(logMass(of, 4, 6)).toBe(0);
    expect(logMass(of, 5.5, 6)).toBe(Number.NEGATIVE_INFINITY);
  }
});
