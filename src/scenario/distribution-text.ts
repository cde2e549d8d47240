/** Distributions in words. */
import type { Branch, Distribution } from './distribution.ts';
import { msToDuration } from './units.ts';

/** A distribution as a person would say it: "2s", "uniform from 1s to 3s". */
export function distributionText(value: Distribution): string {
  switch (value.kind) {
    case 'constant':
      return msToDuration(value.value_ms);
    case 'uniform':
      return `uniform from ${msToDuration(value.min_ms)} to ${msToDuration(value.max_ms)}`;
    case 'normal':
      return `normal with a mean of ${msToDuration(value.mean_ms)} and sd ${msToDuration(value.sd_ms)}`;
    case 'lognormal':
      return `lognormal with a median of ${msToDuration(value.median_ms)} and sigma ${value.sigma}`;
    case 'exponential':
      return `exponential with a mean of ${msToDuration(value.mean_ms)}`;
    case 'weibull':
      return `weibull with a scale of ${msToDuration(value.scale_ms)} and shape ${value.shape}`;
    case 'erlang':
      return `erlang with a mean of ${msToDuration(value.mean_ms)} in ${value.phases} phases`;
    case 'hyperexponential':
      return `exponential with a mean of ${value.branches.map(branchText).join(' or ')}`;
    case 'empirical':
      return `one of ${value.values_ms.length} measured values`;
  }
}

/** "2h (25 %)" */
const branchText = ({ weight, mean_ms }: Branch): string =>
  `${msToDuration(mean_ms)} (${Number((100 * weight).toPrecision(3))} %)`;
