/**
 * The distribution that samples known exactly or within bounds make most likely, of no family: Turnbull's estimate
 * (B. W. Turnbull, "The empirical distribution function with arbitrarily grouped, censored and truncated data",
 * J. R. Statist. Soc. B 38, 1976), which for exact samples gives each its equal share.
 */
import { type Interval, middle } from './interval.ts';

/** Far more than it takes until nothing moves by a thousandth. */
const ROUNDS = 1000;
const SETTLED = 1e-6;

/** A value and its probability; values rise. */
export interface Mass {
  readonly value_ms: number;
  readonly share: number;
}

/**
 * The mass may lie on exact values and on the middles of intervals; within an interval nothing tells values apart, so any
 * point of it would do.
 *
 * @param samples at least one, each with an end
 */
export function turnbull(samples: readonly Interval[]): readonly Mass[] {
  const values_ms = [...new Set(samples.map(middle))].sort((a, b) => a - b);
  const within = samples.map((sample) => {
    const own_ms = middle(sample);
    return values_ms.flatMap((value_ms, at) =>
      value_ms === own_ms || (value_ms > sample.low_ms && value_ms <= sample.high_ms) ? [at] : [],
    );
  });
  let shares = new Float64Array(values_ms.length).fill(1 / values_ms.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = new Float64Array(shares.length);
    for (const places of within) {
      const total = places.reduce((sum, at) => sum + shares[at]!, 0);
      for (const at of places) next[at]! += shares[at]! / total / samples.length;
    }
    const moved = next.reduce((most, share, at) => Math.max(most, Math.abs(share - shares[at]!)), 0);
    shares = next;
    if (moved < SETTLED) break;
  }
  return values_ms.map((value_ms, at) => ({ value_ms, share: shares[at]! }));
}

/** The values that so many equal shares of the mass begin with the middle of. */
export function quantilesOf(masses: readonly Mass[], count: number): readonly number[] {
  const quantiles: number[] = [];
  let below = 0;
  for (const { value_ms, share } of masses) {
    below += share;
    while (quantiles.length < count && (quantiles.length + 0.5) / count <= below) quantiles.push(value_ms);
  }
  // Rounding may leave the last share a sliver short.
  while (quantiles.length < count) quantiles.push(masses.at(-1)!.value_ms);
  return quantiles;
}
