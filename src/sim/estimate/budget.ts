import type { Outage } from '../../timeline/observation.ts';
import type { BudgetLine } from '../../timeline/verdict.ts';
import { split } from '../cause.ts';
import type { Recovery } from '../world.ts';

/** Before anything was on its way back: a fault that lasts, or nobody had noticed yet. */
const NO_REPAIR = 'no repair under way';

/** From the Service being back to the next request that shows it. */
const UNTIL_NEXT_REQUEST = 'next request';

/** A stretch of an outage and the mechanism that was being waited for. */
export interface BudgetShare {
  readonly mechanism: string;
  readonly duration_ms: number;
}

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
  window_ms: number,
): BudgetShare[] {
  const shares: BudgetShare[] = [];
  for (const { begin_ms, end_ms } of outages) {
    const isOver = end_ms < window_ms;
    const recovery =
      recoveries.findLast(({ at_ms }) => at_ms >= begin_ms && at_ms <= end_ms) ??
      recoveries.find(({ at_ms }) => at_ms > end_ms);
    const after = isOver ? UNTIL_NEXT_REQUEST : 'not back within the window';
    split(recovery?.cause, begin_ms, end_ms, { before: NO_REPAIR, after }, (mechanism, duration_ms) => {
      shares.push({ mechanism, duration_ms });
    });
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
