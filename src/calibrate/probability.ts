/** Probabilities and moments of a Distribution, as src/scenario/sample.ts draws from it. */
import { gamma, gammaln } from 'simple-statistics';
import type { Distribution } from '../scenario/distribution.ts';
import { RESOLUTION_MS } from './interval.ts';
import { logNormalMass, normalCdf, normalDensity } from './standard-normal.ts';

/** P(X <= x). Nothing is drawn below zero; a normal's negative tail is drawn as zero. */
export function cdf(distribution: Distribution, x_ms: number): number {
  if (x_ms < 0) return 0;
  switch (distribution.kind) {
    case 'constant':
      return x_ms >= distribution.value_ms ? 1 : 0;
    case 'uniform': {
      const { min_ms, max_ms } = distribution;
      if (x_ms >= max_ms) return 1;
      return Math.max(0, (x_ms - min_ms) / (max_ms - min_ms));
    }
    case 'normal':
      if (distribution.sd_ms === 0) return x_ms >= distribution.mean_ms ? 1 : 0;
      return normalCdf((x_ms - distribution.mean_ms) / distribution.sd_ms);
    case 'lognormal':
      if (distribution.sigma === 0) return x_ms >= distribution.median_ms ? 1 : 0;
      return normalCdf(Math.log(x_ms / distribution.median_ms) / distribution.sigma);
    case 'exponential':
      return -Math.expm1(-x_ms / distribution.mean_ms);
    case 'weibull':
      return -Math.expm1(-((x_ms / distribution.scale_ms) ** distribution.shape));
    case 'erlang':
      return 1 - Math.exp(logErlangSurvival(distribution, x_ms));
    case 'hyperexponential':
      return distribution.branches.reduce(
        (sum, { weight, mean_ms }) => sum - weight * Math.expm1(-x_ms / mean_ms),
        0,
      );
    case 'empirical':
      return distribution.values_ms.filter((value) => value <= x_ms).length / distribution.values_ms.length;
  }
}

/**
 * The logarithm of P(low < X <= high), right far out in the tails too. A low of zero or less takes zero in.
 *
 * @param high_ms may be infinite
 */
export function logMass(distribution: Distribution, low_ms: number, high_ms: number): number {
  if (low_ms <= 0) return Math.log(cdf(distribution, high_ms));
  switch (distribution.kind) {
    case 'normal':
      if (distribution.sd_ms === 0) break;
      return logNormalMass(
        (low_ms - distribution.mean_ms) / distribution.sd_ms,
        (high_ms - distribution.mean_ms) / distribution.sd_ms,
      );
    case 'lognormal':
      if (distribution.sigma === 0) break;
      return logNormalMass(
        Math.log(low_ms / distribution.median_ms) / distribution.sigma,
        Math.log(high_ms / distribution.median_ms) / distribution.sigma,
      );
    case 'exponential':
      return (
        -low_ms / distribution.mean_ms + Math.log(-Math.expm1((low_ms - high_ms) / distribution.mean_ms))
      );
    case 'weibull': {
      const low = (low_ms / distribution.scale_ms) ** distribution.shape;
      const high = (high_ms / distribution.scale_ms) ** distribution.shape;
      return -low + Math.log(-Math.expm1(low - high));
    }
    case 'erlang':
      return logDifference(logErlangSurvival(distribution, low_ms), logErlangSurvival(distribution, high_ms));
    case 'hyperexponential':
      return logSum(
        distribution.branches.map(
          ({ weight, mean_ms }) =>
            Math.log(weight) - low_ms / mean_ms + Math.log(-Math.expm1((low_ms - high_ms) / mean_ms)),
        ),
      );
  }
  return Math.log(cdf(distribution, high_ms) - cdf(distribution, low_ms));
}

/** The logarithm of the density at x > 0, per millisecond. Constant and empirical have none. */
export function logDensity(
  distribution: Exclude<Distribution, { kind: 'constant' | 'empirical' }>,
  x_ms: number,
): number {
  switch (distribution.kind) {
    case 'uniform': {
      const { min_ms, max_ms } = distribution;
      return x_ms < min_ms || x_ms > max_ms ? Number.NEGATIVE_INFINITY : -Math.log(max_ms - min_ms);
    }
    case 'normal':
      return logNormalDensity((x_ms - distribution.mean_ms) / distribution.sd_ms, distribution.sd_ms);
    case 'lognormal':
      return logNormalDensity(
        Math.log(x_ms / distribution.median_ms) / distribution.sigma,
        distribution.sigma * x_ms,
      );
    case 'exponential':
      return -x_ms / distribution.mean_ms - Math.log(distribution.mean_ms);
    case 'weibull': {
      const { scale_ms, shape } = distribution;
      const ratio = x_ms / scale_ms;
      return Math.log(shape / scale_ms) + (shape - 1) * Math.log(ratio) - ratio ** shape;
    }
    case 'erlang': {
      const { mean_ms, phases } = distribution;
      const per_ms = phases / mean_ms;
      return (phases - 1) * Math.log(per_ms * x_ms) + Math.log(per_ms) - per_ms * x_ms - gammaln(phases);
    }
    case 'hyperexponential':
      return logSum(
        distribution.branches.map(({ weight, mean_ms }) => Math.log(weight / mean_ms) - x_ms / mean_ms),
      );
  }
}

/** The logarithm of P(X > x): as long as fewer than all phases have ended, of which there are Poisson many. */
function logErlangSurvival({ mean_ms, phases }: Erlang, x_ms: number): number {
  const expected = (phases * x_ms) / mean_ms;
  if (expected === 0) return 0;
  if (expected === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  const ended = Array.from({ length: phases }, (_, k) => k * Math.log(expected) - gammaln(k + 1));
  return Math.min(0, logSum(ended) - expected);
}

type Erlang = Extract<Distribution, { kind: 'erlang' }>;

/** log(exp(a) + exp(b) + ...) without leaving the range of numbers. */
function logSum(logs: readonly number[]): number {
  const largest = Math.max(...logs);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return largest + Math.log(logs.reduce((sum, each) => sum + Math.exp(each - largest), 0));
}

/** log(exp(a) - exp(b)), of a not below b. */
const logDifference = (a: number, b: number): number => a + Math.log(-Math.expm1(b - a));

const LOG_2PI = Math.log(2 * Math.PI);

const logNormalDensity = (z: number, scale: number): number => -(z * z) / 2 - LOG_2PI / 2 - Math.log(scale);

/** Mean and variance, in ms and ms^2, of what is drawn: a normal's negative tail counts as zero. */
export function moments(distribution: Distribution): { mean_ms: number; variance_ms2: number } {
  switch (distribution.kind) {
    case 'constant':
      return { mean_ms: distribution.value_ms, variance_ms2: 0 };
    case 'uniform': {
      const { min_ms, max_ms } = distribution;
      return { mean_ms: (min_ms + max_ms) / 2, variance_ms2: (max_ms - min_ms) ** 2 / 12 };
    }
    case 'normal': {
      const { mean_ms: mu, sd_ms: sd } = distribution;
      if (sd === 0) return { mean_ms: mu, variance_ms2: 0 };
      const above = normalCdf(mu / sd);
      const edge = sd * normalDensity(mu / sd);
      const mean_ms = mu * above + edge;
      return { mean_ms, variance_ms2: Math.max(0, (mu ** 2 + sd ** 2) * above + mu * edge - mean_ms ** 2) };
    }
    case 'lognormal': {
      const { median_ms, sigma } = distribution;
      const mean_ms = median_ms * Math.exp(sigma ** 2 / 2);
      return { mean_ms, variance_ms2: mean_ms ** 2 * Math.expm1(sigma ** 2) };
    }
    case 'exponential':
      return { mean_ms: distribution.mean_ms, variance_ms2: distribution.mean_ms ** 2 };
    case 'weibull': {
      const { scale_ms, shape } = distribution;
      const mean_ms = scale_ms * gamma(1 + 1 / shape);
      return { mean_ms, variance_ms2: scale_ms ** 2 * gamma(1 + 2 / shape) - mean_ms ** 2 };
    }
    case 'erlang': {
      const { mean_ms, phases } = distribution;
      return { mean_ms, variance_ms2: mean_ms ** 2 / phases };
    }
    case 'hyperexponential': {
      const { branches } = distribution;
      const mean_ms = branches.reduce((sum, each) => sum + each.weight * each.mean_ms, 0);
      const squares = branches.reduce((sum, each) => sum + 2 * each.weight * each.mean_ms ** 2, 0);
      return { mean_ms, variance_ms2: squares - mean_ms ** 2 };
    }
    case 'empirical': {
      const { values_ms } = distribution;
      const mean_ms = values_ms.reduce((sum, value) => sum + value, 0) / values_ms.length;
      const squares = values_ms.reduce((sum, value) => sum + (value - mean_ms) ** 2, 0);
      return { mean_ms, variance_ms2: squares / values_ms.length };
    }
  }
}

/** Bounds (low, high] that all but a few in a million draws lie within. */
export function reach(distribution: Distribution): { low_ms: number; high_ms: number } {
  switch (distribution.kind) {
    case 'constant':
      return { low_ms: distribution.value_ms, high_ms: distribution.value_ms };
    case 'uniform':
      return { low_ms: distribution.min_ms, high_ms: distribution.max_ms };
    case 'normal': {
      const { mean_ms, sd_ms } = distribution;
      return { low_ms: Math.max(0, mean_ms - 5 * sd_ms), high_ms: mean_ms + 5 * sd_ms };
    }
    case 'lognormal': {
      const factor = Math.exp(5 * distribution.sigma);
      return { low_ms: distribution.median_ms / factor, high_ms: distribution.median_ms * factor };
    }
    case 'exponential':
      return { low_ms: 0, high_ms: 14 * distribution.mean_ms };
    case 'weibull':
      return { low_ms: 0, high_ms: distribution.scale_ms * 14 ** (1 / distribution.shape) };
    case 'erlang':
      // 13 standard deviations above the mean; of one phase that is the exponential's.
      return { low_ms: 0, high_ms: distribution.mean_ms * (1 + 13 / Math.sqrt(distribution.phases)) };
    case 'hyperexponential':
      return { low_ms: 0, high_ms: 14 * Math.max(...distribution.branches.map(({ mean_ms }) => mean_ms)) };
    case 'empirical':
      return {
        low_ms: Math.min(...distribution.values_ms) - RESOLUTION_MS,
        high_ms: Math.max(...distribution.values_ms),
      };
  }
}
