import type { Load } from '../../scenario/scenario.ts';
import { rateAt_per_s } from '../../scenario/schedule.ts';
import type { Outage } from '../../timeline/observation.ts';
import type { BudgetLine } from '../../timeline/verdict.ts';
import { split } from '../cause.ts';
import type { Recovery } from '../world.ts';

/** Before anything was on its way back: a fault that lasts, or nobody had noticed yet. */
const NO_REPAIR = 'no repair under way';

/** From the Service being back to the next request that shows it: one gap between two requests at the most. */
const UNTIL_NEXT_REQUEST = 'next request';

/** The Service is back, and requests fail still: sent to where it was, say, or too slow. */
const STILL_FAILING = 'requests that still fail';

/** Until the load ended. */
const NOT_BACK = 'not back within the window';

/** A stretch of an outage and the mechanism that was being waited for. */
export interface BudgetShare {
  readonly mechanism: string;
  readonly duration_ms: number;
}

/** What of the load says how long a window is, and a gap between two requests. */
export type BudgetLoad = Pick<Load, 'rate_per_s' | 'steps' | 'duration_ms'>;

/**
 * Where the downtime of one trial went: each outage is laid on the chain of causes that ended it. One that ends
 * before anything came back (a SYN sent again got through later, or another replica had its turn) is laid on what
 * was being waited for. The shares add up to the trial's downtime.
 *
 * @param recoveries in the order of time
 */
export function budgetShares(
  outages: readonly Outage[],
  recoveries: readonly Recovery[],
  load: BudgetLoad,
): BudgetShare[] {
  const shares: BudgetShare[] = [];
  const lay = (mechanism: string, duration_ms: number) => {
    if (duration_ms > 0) shares.push({ mechanism, duration_ms });
  };
  for (const { begin_ms, end_ms } of outages) {
    const recovery =
      recoveries.findLast(({ at_ms }) => at_ms >= begin_ms && at_ms <= end_ms) ??
      recoveries.find(({ at_ms }) => at_ms > end_ms);
    const back_ms = Math.min(end_ms, Math.max(begin_ms, recovery?.cause.end_ms ?? begin_ms));
    // Without a recovery nothing was waited for: the Service had been back, or had never been away.
    split(recovery?.cause, begin_ms, back_ms, { before: NO_REPAIR, after: STILL_FAILING }, lay);
    if (end_ms >= load.duration_ms) {
      lay(NOT_BACK, end_ms - back_ms);
      continue;
    }
    const gap_ms = recovery === undefined ? 0 : 1000 / rateAt_per_s(load, back_ms);
    const shown_ms = Math.min(end_ms, back_ms + gap_ms);
    lay(UNTIL_NEXT_REQUEST, shown_ms - back_ms);
    lay(STILL_FAILING, end_ms - shown_ms);
  }
  return shares;
}

/** Sums the shares over trials. */
export class Budget {
  readonly #total_ms = new Map<string, number>();
  #trials = 0;

  /** The shares of the next trial; the sums are the same to the last bit where trials come in the same order. */
  add(shares: readonly BudgetShare[]): void {
    this.#trials += 1;
    for (const { mechanism, duration_ms } of shares) {
      this.#total_ms.set(mechanism, (this.#total_ms.get(mechanism) ?? 0) + duration_ms);
    }
  }

  /** Mean seconds a trial, the largest first. */
  lines(): BudgetLine[] {
    return [...this.#total_ms]
      .map(([mechanism, total_ms]) => ({ mechanism, seconds: total_ms / 1000 / this.#trials }))
      .sort((a, b) => b.seconds - a.seconds || (a.mechanism < b.mechanism ? -1 : 1));
  }
}
