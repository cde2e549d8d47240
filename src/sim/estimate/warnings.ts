import { wilsonInterval } from '../../timeline/interval.ts';
import type { MetricValues } from './replication.ts';

/**
 * Of fewer trials that lose anything, the interval of the mean loss is too narrow: where 5 are to be expected it
 * holds the mean 94 times of 100, where 3 are 87 times (docs/estimation.md). Twice that, for the number seen varies.
 */
export const DECIDING_LEAST = 10;

/** What a reader must know of a prediction with few trials, or few that lost anything. */
export function warningsOf(trials: readonly MetricValues[]): string[] {
  return [...rareLoss(trials), ...fewTrials(trials.length)];
}

/** Below this the range of single runs has no ends that are known with 95 % confidence: 0.95 ** 72 is 2.5 %. */
const RANGE_LEAST = 72;

function fewTrials(count: number): string[] {
  if (count >= RANGE_LEAST) return [];
  return [
    `from ${count} simulated trials the range of 90 % of runs is a guess; ${RANGE_LEAST} are the fewest that tell how far off its ends may be`,
  ];
}

function rareLoss(trials: readonly MetricValues[]): string[] {
  const losing = trials.filter(({ downtime_s }) => downtime_s > 0).length;
  if (losing >= Math.min(DECIDING_LEAST, trials.length)) return [];
  if (losing === 0) {
    const most_percent = 100 * wilsonInterval(0, trials.length)[1];
    return [
      `no simulated trial of ${trials.length} lost anything, so up to ${Number(most_percent.toPrecision(2))} % of runs may (95 %)`,
    ];
  }
  return [
    `only ${losing} of ${trials.length} simulated trials lost anything: means and their intervals rest on these few, and a loss that is rarer and longer may not have been seen`,
  ];
}
