/** Distributions in words. */
import type { Distribution } from './distribution.ts';
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
    case 'empirical':
      return `one of ${value.values_ms.length} measured values`;
  }
}
