/** Poisson probabilities for uniformisation. */
import { wrong } from './input.ts';

export interface PoissonWeights {
  /** The first number of events that has a weight. */
  readonly left: number;
  /** The last. */
  readonly right: number;
  /** weight[n - left]: the probability of n events. */
  readonly weight: Float64Array;
  /** tail[n - left]: the probability of more than n events, each exact relative to itself. */
  readonly tail: Float64Array;
}

/**
 * Relative to the largest weight, where the weights end. So far out that even a chain which needs many events to get
 * anywhere keeps all of its digits; twelve per cent more steps at a mean of 1e5.
 */
const LEAST = 1e-290;
/** The window alone has seven million entries by then. */
const MEAN_MAX = 1e10;

/**
 * From the most likely number outwards, each weight from its neighbour by one multiplication, then scaled to a sum
 * of 1: as Fox and Glynn, "Computing Poisson probabilities" (CACM 31, 1988), but with the ends found by looking
 * instead of by bounds, of which some are wrong in the paper (Jansen, "Understanding Fox and Glynn's Computing
 * Poisson probabilities", 2011).
 *
 * @param mean above zero
 * @throws UserError where the mean is beyond any patience
 */
export function poissonWeights(mean: number): PoissonWeights {
  if (!(mean <= MEAN_MAX)) {
    throw wrong(
      `${mean.toExponential(1)} events within the time asked for are too many`,
      'ask for the steady state, or leave out what is that much faster than the rest',
    );
  }
  const mode = Math.floor(mean);
  const below: number[] = [];
  for (let n = mode, weight = 1; n > 0; n -= 1) {
    weight *= n / mean;
    if (weight < LEAST) break;
    below.push(weight);
  }
  const above: number[] = [1];
  for (let n = mode + 1, weight = 1; ; n += 1) {
    weight *= mean / n;
    if (weight < LEAST) break;
    above.push(weight);
  }
  const weight = Float64Array.from([...below.reverse(), ...above]);
  const left = mode - below.length;
  // From both ends towards the middle, the least first.
  let sum = 0;
  for (let i = 0, j = weight.length - 1; i <= j; ) {
    if (weight[i]! < weight[j]!) sum += weight[i++]!;
    else sum += weight[j--]!;
  }
  for (let i = 0; i < weight.length; i += 1) weight[i]! /= sum;
  const tail = new Float64Array(weight.length);
  for (let i = weight.length - 2; i >= 0; i -= 1) tail[i] = tail[i + 1]! + weight[i + 1]!;
  return { left, right: left + weight.length - 1, weight, tail };
}
