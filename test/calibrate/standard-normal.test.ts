import { expect, it } from 'vitest';
import { logNormalMass, normalCdf } from '../../src/calibrate/standard-normal.ts';

/** scipy 1.17.1, stats.norm.cdf */
const CDF: readonly (readonly [number, number])[] = [
  [-20, 2.7536241186061556e-89],
  [-8, 6.22096057427174e-16],
  [-3, 0.0013498980316300933],
  [-1, 0.15865525393145707],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [2, 0.9772498680518208],
  [6, 0.9999999990134123],
];

/** By scipy 1.17.1's special.log_ndtr: log(P(low < Z <= high)). */
const LOG_MASS: readonly (readonly [number, number, number])[] = [
  [-50, -49.9, -1249.8411418668054],
  [38, 40, -726.5572160188201],
  [-1, 2, -0.20016629432446256],
  [-9, -8, -35.01361859343716],
  [8, Number.POSITIVE_INFINITY, -35.01343715991456],
  [Number.NEGATIVE_INFINITY, -40, -804.6084420137539],
];

it.each(CDF)('the distribution function at %d is to seven digits what it should be', (z, expected) => {
  expect(normalCdf(z) / expected).toBeCloseTo(1, 7);
});

it.each(LOG_MASS)('the logarithm of the mass from %d to %d is right however small', (low, high, expected) => {
  expect(logNormalMass(low, high)).toBeCloseTo(expected, 6);
});

it('there is nothing in an interval without a width', () => {
  expect(logNormalMass(1, 1)).toBe(Number.NEGATIVE_INFINITY);
  expect(logNormalMass(-60, -60)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
  expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
});
