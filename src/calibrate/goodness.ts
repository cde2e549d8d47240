/** Whether a fitted distribution can have brought forth what was seen. */
import type { Distribution } from '../scenario/distribution.ts';

export interface Goodness {
  readonly test: 'anderson-darling';
  /** The family that was tested; another than the chosen one where it was turned down. */
  readonly family: Distribution['kind'];
  readonly statistic: number;
  /** How likely a statistic of at least this is, were the family right; in (0, 1]. */
  readonly p: number;
}

/** A family whose p is below this is turned down. */
export const REJECTION_P = 0.05;

/** Below this share a probability is nothing: a value that cannot be costs much, but not everything. */
const PROBABILITY_MIN = 1e-15;

/**
 * Anderson and Darling's A^2: how far probabilities lie from being evenly spread over [0, 1], the ends weighing
 * most, where the tails of a delay are.
 *
 * @param probabilities of each value, the chance of one that is not greater; at least one
 */
export function andersonDarling(probabilities: readonly number[]): number {
  const n = probabilities.length;
  const sorted = Float64Array.from(probabilities, (u) =>
    Math.min(1 - PROBABILITY_MIN, Math.max(PROBABILITY_MIN, u)),
  ).sort();
  let sum = 0;
  for (let i = 0; i < n; i += 1) {
    sum += (2 * i + 1) * (Math.log(sorted[i]!) + Math.log1p(-sorted[n - 1 - i]!));
  }
  return -n - sum / n;
}

/**
 * The share of simulated samples that fit no better than the seen one does, each fitted anew as that was
 * (parametric bootstrap: Lilliefors' test for any family and any way to observe).
 *
 * @param simulated the statistic of a sample drawn from the fitted distribution; undefined where none could be
 * fitted, which counts as worse
 */
export function bootstrapP(statistic: number, rounds: number, simulated: () => number | undefined): number {
  let worse = 0;
  for (let round = 0; round < rounds; round += 1) {
    const other = simulated();
    if (other === undefined || other >= statistic) worse += 1;
  }
  return (worse + 1) / (rounds + 1);
}
