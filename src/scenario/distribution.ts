/**
 * A duration that may vary: one value, or a family with its parameters. All in milliseconds, all on [0, inf):
 * what falls below zero (the normal's tail) is taken as 0.
 */
import { gamma } from 'simple-statistics';

export type Distribution =
  | { readonly kind: 'constant'; readonly value_ms: number }
  | { readonly kind: 'uniform'; readonly min_ms: number; readonly max_ms: number }
  | { readonly kind: 'normal'; readonly mean_ms: number; readonly sd_ms: number }
  /** `median_ms` is exp(mu); `sigma` is the standard deviation of the logarithm, without unit. */
  | { readonly kind: 'lognormal'; readonly median_ms: number; readonly sigma: number }
  | { readonly kind: 'exponential'; readonly mean_ms: number }
  /** P(X > x) = exp(-(x / scale)^shape): a shape below 1 wears in, above 1 wears out; 2 is Rayleigh's. */
  | { readonly kind: 'weibull'; readonly scale_ms: number; readonly shape: number }
  /** The sum of so many exponential phases, each with its share of the mean. */
  | { readonly kind: 'erlang'; readonly mean_ms: number; readonly phases: number }
  /** One of several exponential distributions, by chance; the weights add up to 1. */
  | { readonly kind: 'hyperexponential'; readonly branches: readonly Branch[] }
  /** Each value equally likely. */
  | { readonly kind: 'empirical'; readonly values_ms: readonly number[] };

export interface Branch {
  readonly weight: number;
  readonly mean_ms: number;
}

export const constant = (value_ms: number): Distribution => ({ kind: 'constant', value_ms });
export const uniform = (min_ms: number, max_ms: number): Distribution => ({
  kind: 'uniform',
  min_ms,
  max_ms,
});
export const lognormal = (median_ms: number, sigma: number): Distribution => ({
  kind: 'lognormal',
  median_ms,
  sigma,
});
export const exponential = (mean_ms: number): Distribution => ({ kind: 'exponential', mean_ms });
export const weibull = (scale_ms: number, shape: number): Distribution => ({
  kind: 'weibull',
  scale_ms,
  shape,
});
export const erlang = (mean_ms: number, phases: number): Distribution => ({
  kind: 'erlang',
  mean_ms,
  phases,
});

/** @param branches weights of any sum above 0; only their ratios count */
export function hyperexponential(branches: readonly Branch[]): Distribution {
  const sum = branches.reduce((total, { weight }) => total + weight, 0);
  return {
    kind: 'hyperexponential',
    branches: branches.map(({ weight, mean_ms }) => ({ weight: weight / sum, mean_ms })),
  };
}

/** The mean, in milliseconds (of the normal before its negative tail is cut off). */
export function mean_ms(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value_ms;
    case 'uniform':
      return (distribution.min_ms + distribution.max_ms) / 2;
    case 'normal':
    case 'exponential':
    case 'erlang':
      return distribution.mean_ms;
    case 'lognormal':
      return distribution.median_ms * Math.exp(distribution.sigma ** 2 / 2);
    case 'weibull':
      return distribution.scale_ms * gamma(1 + 1 / distribution.shape);
    case 'hyperexponential':
      return distribution.branches.reduce((sum, { weight, mean_ms }) => sum + weight * mean_ms, 0);
    case 'empirical':
      return distribution.values_ms.reduce((sum, value) => sum + value, 0) / distribution.values_ms.length;
  }
}
