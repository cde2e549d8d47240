import type { Branch, Distribution } from './distribution.ts';

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
    case 'weibull':
      return distribution.scale_ms * (-Math.log(1 - random())) ** (1 / distribution.shape);
    case 'erlang': {
      const { phases, mean_ms } = distribution;
      let sum = 0;
      for (let phase = 0; phase < phases; phase++) sum -= Math.log(1 - random());
      return (sum * mean_ms) / phases;
    }
    case 'hyperexponential':
      return -Math.log(1 - random()) * chosen(distribution.branches, random()).mean_ms;
    case 'empirical':
      return distribution.values_ms[Math.floor(random() * distribution.values_ms.length)]!;
  }
}

/** The branch at a uniform number, each with a width of its weight; the last takes what rounding leaves. */
function chosen(branches: readonly Branch[], at: number): Branch {
  let left = at;
  for (const branch of branches) {
    left -= branch.weight;
    if (left < 0) return branch;
  }
  return branches.at(-1)!;
}

/** Box and Muller's transform, without keeping the second value: two draws a call. */
function standardNormal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}
