/** Where a trajectory is split, and into how many. */
export interface Levels {
  /** Importance from which a level begins, ascending. Below the first lies level 0. */
  readonly thresholds: readonly number[];
  /** Trajectories that go on from each entry into the level, the one that entered included. */
  readonly factors: readonly number[];
}

/** Plain simulation. */
export const NO_LEVELS: Levels = { thresholds: [], factors: [] };

/** What a trajectory counts in each level, from level 0 on: one part of what was split to get there. */
export function weightsOf({ factors }: Levels): Float64Array {
  const weights = new Float64Array(factors.length + 1);
  weights[0] = 1;
  for (const [index, factor] of factors.entries()) weights[index + 1] = weights[index]! / factor;
  return weights;
}
