import type { Distribution } from './distribution.ts';

/**
 * One value of the distribution, in milliseconds, at least 0. The same in both arms: the simulator draws an
 * application's start from it, and so does the application that the embedded cluster runs.
 *
 * @param random uniform in [0, 1); each family draws a fixed number of times, so streams stay in step
 */
export function sample_ms(distribution: Distribution, random: () => number): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value_ms;
    case 'uniform':
      return distribution.min_ms + (distribution.max_ms - distribution.min_ms) * random();
    case 'normal':
      return Math.max(0, distribution.mean_ms + distribution.sd_ms * standardNormal(random));
    case 'lognormal':
      return distribution.median_ms * Math.exp(distribution.sigma * standardNormal(random));
    case 'exponential':
      return -Math.log(1 - random()) * distribution.mean_ms;
    case 'empirical':
      return distribution.values_ms[Math.floor(random() * distribution.values_ms.length)]!;
  }
}

/** Box and Muller's transform, without keeping the second value: two draws a call. */
function standardNormal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}
