/** When faults act: one set of rules for both arms, so that prediction and measurement act alike. */
import type { Distribution } from './distribution.ts';
import { distributionText } from './distribution-text.ts';
import { stream } from './random.ts';
import { sample_ms } from './sample.ts';

/** More acts than this are a mistake: no observation window needs them. */
export const ACTS_MAX = 1000;

/** Times that are drawn anew in every trial, the same in both arms. */
export interface DrawnTimes {
  /** From the start of the trial to the first act. */
  readonly first: Distribution;
  /** From one act to the next; undefined: there is one act. */
  readonly gap: Distribution | undefined;
  /** How many acts at most; undefined: as many as there is time for. */
  readonly times: number | undefined;
  /** When the load ends: what falls on it, or behind it, does not happen. */
  readonly until_ms: number;
}

/** Milliseconds from the start of the trial, ascending, or how they are drawn. */
export type ActTimes = readonly number[] | DrawnTimes;

/** A type guard that knows readonly arrays. */
export const isFixed = (times: ActTimes): times is readonly number[] => Array.isArray(times);

/**
 * When the faults act in one trial, in milliseconds from its start: of each fault in ascending order, at most ACTS_MAX
 * times. Where times are drawn, each fault has a stream of its own, the same in both arms.
 */
export function actTimes(
  { faults, seed }: { readonly faults: readonly { readonly at_ms: ActTimes }[]; readonly seed: string },
  trial: number,
): readonly (readonly number[])[] {
  return faults.map(({ at_ms }, fault) =>
    isFixed(at_ms) ? at_ms : drawnTimes(at_ms, stream(seed, trial, `times/${fault}`)),
  );
}

function drawnTimes(times: DrawnTimes, random: () => number): readonly number[] {
  const { first, gap, until_ms } = times;
  const most = gap === undefined ? 1 : Math.min(times.times ?? ACTS_MAX, ACTS_MAX);
  const drawn: number[] = [];
  for (let at_ms = sample_ms(first, random); at_ms < until_ms; ) {
    drawn.push(at_ms);
    if (gap === undefined || drawn.length === most) break;
    at_ms += sample_ms(gap, random);
  }
  return drawn;
}

/** "at uniform from 1s to 3s, then after exponential with a mean of 30s each, 5 times at most" */
export function drawnTimesText({ first, gap, times }: DrawnTimes): string {
  const again = gap === undefined ? '' : `, then after ${distributionText(gap)} each`;
  const most = times === undefined ? '' : `, ${times} times at most`;
  return `at ${distributionText(first)}${again}${most}`;
}

/**
 * Times at an even distance, in milliseconds from the start of the trial, at most ACTS_MAX of them.
 *
 * @param repeat `times` counts the first act too; without it the fault acts until the window ends
 */
export function evenTimes(
  at_ms: number,
  repeat: { readonly every_ms: number; readonly times: number | undefined } | undefined,
  window_ms: number,
): readonly number[] {
  if (repeat === undefined) return [at_ms];
  const untilEnd = Math.max(1, Math.ceil((window_ms - at_ms) / repeat.every_ms));
  const times = Math.min(repeat.times ?? untilEnd, ACTS_MAX);
  // Multiplied, not added up, so that the last act is as exact as the first.
  return Array.from({ length: times }, (_, k) => at_ms + k * repeat.every_ms);
}
