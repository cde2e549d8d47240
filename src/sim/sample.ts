import type { Distribution } from '../scenario/distribution.ts';
import { below, exponential, normal, type Uniform } from './engine/random.ts';

/** Draws a duration in milliseconds, at least 0. */
export function sample_ms(distribution: Distribution, uniform: Uniform): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value_ms;
    case 'uniform':
      return distribution.min_ms + uniform() * (distribution.max_ms - distribution.min_ms);
    case 'normal':
      return Math.max(0, distribution.mean_ms + distribution.sd_ms * normal(uniform));
    case 'lognormal':
      return distribution.median_ms * Math.exp(distribution.sigma * normal(uniform));
    case 'exponential':
      return distribution.mean_ms * exponential(uniform);
    case 'empirical':
      return distribution.values_ms[below(distribution.values_ms.length, uniform)] as number;
  }
}
