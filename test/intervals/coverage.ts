import { stream } from '../../src/scenario/random.ts';
import type { CoverageModel, Interval } from './models.ts';

export interface Coverage {
  /** Share of the intervals that hold the exact value. */
  readonly covered: number;
  /** Shares of those that lie above it, and below. */
  readonly above: number;
  readonly below: number;
  /** Student's t, of the same samples. */
  readonly student: number | undefined;
  /** Share of samples of which the method makes an interval. */
  readonly told: number;
}

/** One sample a seed. */
export function coverageOf(
  { name, sample, method, exact, estimate }: CoverageModel,
  seeds: number,
): Coverage {
  let told = 0;
  let above = 0;
  let below = 0;
  let student: number | undefined;
  for (let seed = 0; seed < seeds; seed += 1) {
    const estimated = estimate(stream(`coverage/${seed}`, 0, `${method}/${name}/${sample}`));
    if (estimated.ci95 === undefined) continue;
    told += 1;
    if (estimated.ci95[0] > exact) above += 1;
    if (estimated.ci95[1] < exact) below += 1;
    if (estimated.student !== undefined) student = (student ?? 0) + (holds(estimated.student, exact) ? 1 : 0);
  }
  return {
    covered: 1 - (above + below) / told,
    above: above / told,
    below: below / told,
    student: student === undefined ? undefined : student / told,
    told: told / seeds,
  };
}

const holds = ([low, high]: Interval, value: number): boolean => low <= value && value <= high;
