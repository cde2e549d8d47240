/**
 * A duration that may vary: one value, or a family with its parameters. All in milliseconds, all on [0, inf):
 * what falls below zero (the normal's tail) is taken as 0.
 */
export type Distribution =
  | { readonly kind: 'constant'; readonly value_ms: number }
  | { readonly kind: 'uniform'; readonly min_ms: number; readonly max_ms: number }
  | { readonly kind: 'normal'; readonly mean_ms: number; readonly sd_ms: number }
  /** `median_ms` is exp(mu); `sigma` is the standard deviation of the logarithm, without unit. */
  | { readonly kind: 'lognormal'; readonly median_ms: number; readonly sigma: number }
  | { readonly kind: 'exponential'; readonly mean_ms: number }
  /** Each value equally likely. */
  | { readonly kind: 'empirical'; readonly values_ms: readonly number[] };

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

/** The mean, in milliseconds (of the normal before its negative tail is cut off). */
export function mean_ms(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value_ms;
    case 'uniform':
      return (distribution.min_ms + distribution.max_ms) / 2;
    case 'normal':
    case 'exponential':
      return distribution.mean_ms;
    case 'lognormal':
      return distribution.median_ms * Math.exp(distribution.sigma ** 2 / 2);
    case 'empirical':
      return distribution.values_ms.reduce((sum, value) => sum + value, 0) / distribution.values_ms.length;
  }
}
