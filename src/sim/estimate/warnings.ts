import { wilsonInterval } from '../../timeline/interval.ts';
import type { MetricValues } from './replication.ts';

/**
 * Of fewer trials that lose anything, the interval of the mean loss is too narrow: where 5 are to be expected it
 * holds the mean 94 times of 100, where 3 are 87 times (docs/estimation.md). Twice that, for the number seen varies.
 */
export const DECIDING_LEAST = 10;

/** What a reader must know of a prediction whose trials lose something so rarely that few or none of them did. */
export function warningsOf(trials: readonly MetricValues[]): string[] {
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
