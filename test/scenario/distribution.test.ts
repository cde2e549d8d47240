import { expect, test } from 'vitest';
import {
  constant,
  erlang,
  exponential,
  hyperexponential,
  lognormal,
  mean_ms,
  uniform,
  weibull,
} from '../../src/scenario/distribution.ts';
import { distributionText } from '../../src/scenario/distribution-text.ts';
import { YEAR_MS } from '../../src/scenario/units.ts';

test.each([
  [constant(5), 5],
  [uniform(2, 4), 3],
  [exponential(7), 7],
  [lognormal(10, 2), 10 * Math.exp(2)],
  // Gamma(1 + 1/shape), by hand: 1, sqrt(pi)/2, 2, 10!.
  [weibull(100, 1), 100],
  [weibull(100, 2), 50 * Math.sqrt(Math.PI)],
  [weibull(100, 0.5), 200],
  [weibull(100, 0.1), 362_880_000],
  // Abramowitz and Stegun, table 6.1: Gamma(1.4) = 0.8872638175.
  [weibull(1, 2.5), 0.8872638175],
  [erlang(9, 4), 9],
  [
    hyperexponential([
      { weight: 1, mean_ms: 10 },
      { weight: 3, mean_ms: 30 },
    ]),
    25,
  ],
  [{ kind: 'empirical', values_ms: [1, 2, 6] } as const, 3],
])('the mean of %o is %f', (distribution, mean) => {
  expect(mean_ms(distribution) / mean).toBeCloseTo(1, 9);
});

test('only the ratios of weights count', () => {
  const halves = [
    { weight: 0.5, mean_ms: 1 },
    { weight: 0.5, mean_ms: 2 },
  ];
  expect(hyperexponential(halves.map((each) => ({ ...each, weight: 17 })))).toEqual(hyperexponential(halves));
  expect(hyperexponential(halves)).toEqual({ kind: 'hyperexponential', branches: halves });
});

test.each([
  [exponential(3 * YEAR_MS), 'exponential with a mean of 3y'],
  [lognormal(7_200_000, 0.8), 'lognormal with a median of 2h and sigma 0.8'],
  [weibull(500, 2), 'weibull with a scale of 500ms and shape 2'],
  [erlang(90 * 60_000, 3), 'erlang with a mean of 90m in 3 phases'],
  [
    hyperexponential([
      { weight: 1, mean_ms: 3_600_000 },
      { weight: 2, mean_ms: 7_200_000 },
    ]),
    'exponential with a mean of 1h (33.3 %) or 2h (66.7 %)',
  ],
])('%o in words', (distribution, text) => {
  expect(distributionText(distribution)).toBe(text);
});
