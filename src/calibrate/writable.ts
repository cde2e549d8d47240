/** Distributions as a file can hold them, and as it writes them. */
import type { Distribution } from '../scenario/distribution.ts';
import { msToDuration } from '../scenario/units.ts';
import { RESOLUTION_MS } from './interval.ts';

/** A duration to the microsecond, as src/scenario/units.ts reads it. */
const toMicroseconds = (duration_ms: number): number => Math.round(duration_ms * 1000) / 1000;

/** One that must not be 0. */
const positive = (duration_ms: number): number => Math.max(RESOLUTION_MS, toMicroseconds(duration_ms));

const toFourDecimals = (value: number): number => Math.round(value * 10_000) / 10_000;

/** The nearest distribution that a file can hold: durations to the microsecond, sigma to four decimals. */
export function writable(distribution: Distribution): Distribution {
  switch (distribution.kind) {
    case 'constant':
      return { ...distribution, value_ms: toMicroseconds(distribution.value_ms) };
    case 'uniform':
      return {
        ...distribution,
        min_ms: toMicroseconds(distribution.min_ms),
        max_ms: toMicroseconds(distribution.max_ms),
      };
    case 'normal':
      return {
        ...distribution,
        mean_ms: toMicroseconds(distribution.mean_ms),
        sd_ms: toMicroseconds(distribution.sd_ms),
      };
    case 'lognormal':
      return {
        ...distribution,
        median_ms: positive(distribution.median_ms),
        sigma: toFourDecimals(distribution.sigma),
      };
    case 'exponential':
    case 'erlang':
      return { ...distribution, mean_ms: positive(distribution.mean_ms) };
    case 'weibull':
      return {
        ...distribution,
        scale_ms: positive(distribution.scale_ms),
        shape: toFourDecimals(distribution.shape),
      };
    case 'hyperexponential':
      return {
        ...distribution,
        branches: distribution.branches.map(({ weight, mean_ms }) => ({
          weight,
          mean_ms: positive(mean_ms),
        })),
      };
    case 'empirical':
      return { ...distribution, values_ms: distribution.values_ms.map(toMicroseconds) };
  }
}

/** A distribution in the syntax of a scenario's `timing`; a scenario reads from it the one that `writable` gives. */
export function distributionSyntax(distribution: Distribution): unknown {
  const held = writable(distribution);
  switch (held.kind) {
    case 'constant':
      return msToDuration(held.value_ms);
    case 'uniform':
      return { uniform: { min: msToDuration(held.min_ms), max: msToDuration(held.max_ms) } };
    case 'normal':
      return { normal: { mean: msToDuration(held.mean_ms), sd: msToDuration(held.sd_ms) } };
    case 'lognormal':
      return { lognormal: { median: msToDuration(held.median_ms), sigma: held.sigma } };
    case 'exponential':
      return { exponential: { mean: msToDuration(held.mean_ms) } };
    case 'weibull':
      return { weibull: { scale: msToDuration(held.scale_ms), shape: held.shape } };
    case 'erlang':
      return { erlang: { mean: msToDuration(held.mean_ms), phases: held.phases } };
    case 'hyperexponential':
      return {
        hyperexponential: held.branches.map(({ weight, mean_ms }) => ({
          weight,
          mean: msToDuration(mean_ms),
        })),
      };
    case 'empirical':
      return { empirical: held.values_ms.map(msToDuration) };
  }
}
