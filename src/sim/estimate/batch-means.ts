import { meanInterval, Z975 } from '../../timeline/interval.ts';
import { warmUp } from './warm-up.ts';

/** Few and long rather than many and short: beyond 30 an interval gains next to nothing (Schmeiser 1982). */
const BATCHES = 20;

export interface SteadyState {
  readonly mean: number;
  /** 95 % confidence interval of the mean. */
  readonly ci95: readonly [number, number];
  /** Values at the beginning that were left out. */
  readonly warm_up: number;
}

/**
 * Mean of a long run in its steady state, from values that depend on each other: the run without its beginning is cut
 * into 20 batches, whose means are taken as independent where a test does not object (von Neumann's ratio, as
 * Alexopoulos and Seila 1998 use it).
 *
 * @param values of one run, in the order of time, each standing for as much of it as any other
 * @returns undefined where the run is too short: the warm-up does not end, or batches depend on each other
 */
export function batchMeans(values: ArrayLike<number>): SteadyState | undefined {
  const warm_up = warmUp(values);
  if (warm_up === undefined) return undefined;
  const length = Math.floor((values.length - warm_up) / BATCHES);
  if (length === 0) return undefined;
  // What does not fill a batch is left out at the beginning, where it is most doubtful.
  const first = values.length - BATCHES * length;
  const means = Array.from({ length: BATCHES }, (_, batch) => {
    let sum = 0;
    const begin = first + batch * length;
    for (let index = begin; index < begin + length; index += 1) sum += values[index]!;
    return sum / length;
  });
  return areIndependent(means) ? { ...meanInterval(means), warm_up: first } : undefined;
}

/** Whether neighbours are no more alike than chance allows (one-sided, 2.5 %). */
function areIndependent(means: readonly number[]): boolean {
  const count = means.length;
  const mean = means.reduce((sum, value) => sum + value, 0) / count;
  const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (squares === 0) return true;
  let steps = 0;
  for (let index = 1; index < count; index += 1) steps += (means[index]! - means[index - 1]!) ** 2;
  // 1 - ratio/2 is the correlation of neighbours but for the ends; of independent normal values this is standard normal.
  const z = Math.sqrt((count ** 2 - 1) / (count - 2)) * (1 - steps / (2 * squares));
  return z <= Z975;
}
