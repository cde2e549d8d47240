import type { Lookups } from '../../scenario/scenario.ts';

/** From a moment on, up to another. */
interface Outage {
  readonly begin_ms: number;
  end_ms: number;
}

/** When a pod gets no answer from any DNS server. */
export class DnsOutages {
  readonly #byPod = new Map<string, Outage[]>();

  /** @param end_ms as it is planned; infinity: not before the trial is over */
  begin(pod: string, begin_ms: number, end_ms: number): void {
    this.#byPod.set(pod, [...(this.#byPod.get(pod) ?? []), { begin_ms, end_ms }]);
  }

  /** The outage that began then is over now. */
  end(pod: string, begin_ms: number, now_ms: number): void {
    const outage = this.#byPod.get(pod)?.find((each) => each.begin_ms === begin_ms);
    if (outage !== undefined) outage.end_ms = Math.min(outage.end_ms, now_ms);
  }

  /** Whether a query that it sends at a moment is answered; of those that have begun it is known how long they last. */
  answers(pod: string, at_ms: number): boolean {
    const outages = this.#byPod.get(pod) ?? [];
    return outages.every(({ begin_ms, end_ms }) => at_ms < begin_ms || at_ms >= end_ms);
  }
}

/**
 * What becomes of a lookup: a query without an answer is sent again after the timeout, so many times in all
 * (resolv.conf(5), timeout and attempts). One that is answered takes no time here: what a lookup takes on a day like any
 * other is part of the program's service time.
 */
export function lookUp(
  { timeout_ms, attempts }: Lookups,
  begin_ms: number,
  answers: (at_ms: number) => boolean,
): { readonly takes_ms: number; readonly isAnswered: boolean } {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const takes_ms = attempt * timeout_ms;
    if (answers(begin_ms + takes_ms)) return { takes_ms, isAnswered: true };
  }
  return { takes_ms: attempts * timeout_ms, isAnswered: false };
}
