import type { Load } from '../../scenario/scenario.ts';
import { rateAt_per_s } from '../../scenario/schedule.ts';
import type { Outage } from '../../timeline/observation.ts';
import type { BudgetLine } from '../../timeline/verdict.ts';
import { type Cause, split } from '../cause.ts';

/** Before anything was on its way back: a fault that lasts, or nobody had noticed yet. */
const NO_REPAIR = 'no repair under way';

/** From the Service being back to the next request that shows it: one gap between two requests at the most. */
const UNTIL_NEXT_REQUEST = 'next request';

/** The Service is back, and requests fail still: sent to where it was, say, or too slow. */
const STILL_FAILING = 'requests that still fail';

/** Until the load ended. */
const NOT_BACK = 'not back within the window';

/**
 * Where the downtime went: each outage is laid on the chain of causes that ended it. One that ends before
 * anything came back (a SYN sent again got through later, or another replica had its turn) is laid on what was
 * being waited for. Sums over trials; the shares of a trial add up to its downtime.
 */
export class Budget {
  readonly #load: Pick<Load, 'rate_per_s' | 'steps' | 'duration_ms'>;
  readonly #total_ms = new Map<string, number>();
  #trials = 0;

  constructor(load: Pick<Load, 'rate_per_s' | 'steps' | 'duration_ms'>) {
    this.#load = load;
  }

  /** @param recoveries in the order of time */
  add(
    outages: readonly Outage[],
    recoveries: readonly { readonly at_ms: number; readonly cause: Cause }[],
  ): void {
    this.#trials += 1;
    for (const { begin_ms, end_ms } of outages) {
      const recovery =
        recoveries.findLast(({ at_ms }) => at_ms >= begin_ms && at_ms <= end_ms) ??
        recoveries.find(({ at_ms }) => at_ms > end_ms);
      const back_ms = Math.min(end_ms, Math.max(begin_ms, recovery?.cause.end_ms ?? begin_ms));
      // Without a recovery nothing was waited for: the Service had been back, or had never been away.
      const uncovered = { before: NO_REPAIR, after: STILL_FAILING };
      split(recovery?.cause, begin_ms, back_ms, uncovered, (mechanism, duration_ms) =>
        this.#lay(mechanism, duration_ms),
      );
      this.#layRest(back_ms, end_ms, recovery !== undefined);
    }
  }

  /** Mean seconds a trial, the largest first. */
  lines(): BudgetLine[] {
    return [...this.#total_ms]
      .map(([mechanism, total_ms]) => ({ mechanism, seconds: total_ms / 1000 / this.#trials }))
      .sort((a, b) => b.seconds - a.seconds || (a.mechanism < b.mechanism ? -1 : 1));
  }

  /** What is left of an outage once the Service is back, or all of one that nothing ended. */
  #layRest(back_ms: number, end_ms: number, hasRecovered: boolean): void {
    if (end_ms >= this.#load.duration_ms) {
      this.#lay(NOT_BACK, end_ms - back_ms);
      return;
    }
    const gap_ms = hasRecovered ? 1000 / rateAt_per_s(this.#load, back_ms) : 0;
    const shown_ms = Math.min(end_ms, back_ms + gap_ms);
    this.#lay(UNTIL_NEXT_REQUEST, shown_ms - back_ms);
    this.#lay(STILL_FAILING, end_ms - shown_ms);
  }

  #lay(mechanism: string, duration_ms: number): void {
    if (duration_ms > 0) this.#total_ms.set(mechanism, (this.#total_ms.get(mechanism) ?? 0) + duration_ms);
  }
}
