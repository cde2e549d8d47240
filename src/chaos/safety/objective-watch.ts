import type { Objectives } from '../../scenario/scenario.ts';
import type { RequestEvent } from '../../timeline/event.ts';

/** What is known of a request. */
const UNKNOWN = 0;
const GOOD = 1;
const BAD = 2;
const NOT_SENT = 3;

/**
 * Says as soon as a trial can meet an objective no more, whatever comes: an objective that is still open at the end of
 * the trial is judged there. Downtime is counted as src/timeline/score.ts counts it, as far as every outcome is known.
 */
export class ObjectiveWatch {
  readonly #objectives: Objectives;
  readonly #window_ms: number;
  readonly #times_ms: Float64Array;
  readonly #outcomes: Uint8Array;
  /** Everything before this request is known. */
  #frontier = 0;
  #downtime_ms = 0;
  /** Of the outage that the frontier is in. */
  #begin_ms: number | undefined;
  #bad = 0;
  #late = 0;

  constructor(objectives: Objectives, window_ms: number, times_ms: Float64Array) {
    this.#objectives = objectives;
    this.#window_ms = window_ms;
    this.#times_ms = times_ms;
    this.#outcomes = new Uint8Array(times_ms.length);
  }

  judge({ at_ms, outcome, latency_ms }: RequestEvent): string | undefined {
    const isBad = outcome !== 'ok';
    if (isBad) this.#bad += 1;
    const isAnswer = outcome === 'ok' || outcome === 'slow' || outcome === 'bad-status';
    const { latency_p99_ms } = this.#objectives;
    if (isAnswer && latency_p99_ms !== undefined && latency_ms > latency_p99_ms) this.#late += 1;
    this.#settle(at_ms, isBad ? BAD : GOOD);
    return this.#byCount() ?? this.#byDowntime();
  }

  /** A request that was not sent says nothing of the service, and nobody waits for its outcome. */
  pass({ at_ms }: RequestEvent): void {
    this.#settle(at_ms, NOT_SENT);
  }

  #byCount(): string | undefined {
    const { availability_requests, throughput_rps, latency_p99_ms } = this.#objectives;
    const { length } = this.#times_ms;
    const bad = `${this.#bad} of ${length} requests have failed`;
    if (availability_requests !== undefined && 1 - this.#bad / length < availability_requests) {
      return `${bad}: objectives.availability_requests cannot be met any more`;
    }
    if (throughput_rps !== undefined && (length - this.#bad) / (this.#window_ms / 1000) < throughput_rps) {
      return `${bad}: objectives.throughput cannot be met any more`;
    }
    // However many answers there will be, at most all requests: more than one in a hundred of them was too late.
    if (latency_p99_ms !== undefined && this.#late > length / 100 + 1) {
      return `${this.#late} of ${length} requests were answered too late: objectives.latency_p99 cannot be met any more`;
    }
    return undefined;
  }

  #byDowntime(): string | undefined {
    const { downtime_s, availability_time } = this.#objectives;
    const now_ms = this.#times_ms[Math.max(0, this.#frontier - 1)] ?? 0;
    const sum_ms = this.#downtime_ms + (this.#begin_ms === undefined ? 0 : now_ms - this.#begin_ms);
    const so_far = `${(sum_ms / 1000).toFixed(2)} s of downtime so far`;
    if (downtime_s !== undefined && sum_ms > downtime_s * 1000) {
      return `${so_far}: objectives.downtime cannot be met any more`;
    }
    if (availability_time !== undefined && 1 - sum_ms / this.#window_ms < availability_time) {
      return `${so_far}: objectives.availability_time cannot be met any more`;
    }
    return undefined;
  }

  /** Outcomes become known out of order, and of several requests of one time in any. */
  #settle(at_ms: number, outcome: typeof GOOD | typeof BAD | typeof NOT_SENT): void {
    let index = this.#firstAt(at_ms);
    while (this.#outcomes[index] !== UNKNOWN && this.#times_ms[index] === at_ms) index += 1;
    this.#outcomes[index] = outcome;
    for (; this.#frontier < this.#outcomes.length; this.#frontier += 1) {
      const known = this.#outcomes[this.#frontier];
      if (known === UNKNOWN) return;
      const time_ms = this.#times_ms[this.#frontier]!;
      if (known === BAD) this.#begin_ms ??= time_ms;
      else if (known === GOOD && this.#begin_ms !== undefined) {
        this.#downtime_ms += time_ms - this.#begin_ms;
        this.#begin_ms = undefined;
      }
    }
  }

  /** The first request of a time. */
  #firstAt(at_ms: number): number {
    let low = 0;
    let high = this.#times_ms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#times_ms[middle]! < at_ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
