import type { Outage } from '../../timeline/observation.ts';
import type { BudgetLine } from '../../timeline/verdict.ts';
import { type Cause, split } from '../cause.ts';

/** Before anything was on its way back: a fault that lasts, or nobody had noticed yet. */
const NO_REPAIR = 'no repair under way';

/** From the Service being back to the next request that shows it. */
const UNTIL_NEXT_REQUEST = 'next request';

/**
 * Where the downtime went: each outage is laid on the chain of causes that ended it. One that ends before
 * anything came back (a SYN sent again got through later, or another replica had its turn) is laid on what was
 * being waited for. Sums over trials; the shares of a trial add up to its downtime.
 */
export class Budget {
  readonly #total_ms = new Map<string, number>();
  #trials = 0;

  /** @param recoveries in the order of time */
  add(
    outages: readonly Outage[],
    recoveries: readonly { readonly at_ms: number; readonly cause: Cause }[],
    window_ms: number,
  ): void {
    this.#trials += 1;
    for (const { begin_ms, end_ms } of outages) {
      const isOver = end_ms < window_ms;
      const recovery =
        recoveries.findLast(({ at_ms }) => at_ms >= begin_ms && at_ms <= end_ms) ??
        recoveries.find(({ at_ms }) => at_ms > end_ms);
      const after = isOver ? UNTIL_NEXT_REQUEST : 'not back within the window';
      split(recovery?.cause, begin_ms, end_ms, { before: NO_REPAIR, after }, (mechanism, duration_ms) => {
        this.#total_ms.set(mechanism, (this.#total_ms.get(mechanism) ?? 0) + duration_ms);
      });
    }
  }

  /** Mean seconds a trial, the largest first. */
  lines(): BudgetLine[] {
    return [...this.#total_ms]
      .map(([mechanism, total_ms]) => ({ mechanism, seconds: total_ms / 1000 / this.#trials }))
      .sort((a, b) => b.seconds - a.seconds || (a.mechanism < b.mechanism ? -1 : 1));
  }
}
