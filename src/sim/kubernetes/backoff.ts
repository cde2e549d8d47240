import type { Environment } from '../environment.ts';

export interface BackoffLimits {
  readonly initial_ms: number;
  readonly longest_ms: number;
  /** An event this much later than the last step begins anew. */
  readonly forget_ms: number;
}

/**
 * A wait that doubles from step to step (k8s.io/client-go 0.35 util/flowcontrol/backoff.go Backoff, one of its
 * entries).
 */
export class Backoff {
  readonly #environment: Environment;
  readonly #limits: BackoffLimits;
  #last: { readonly wait_ms: number; readonly stepped_at_ms: number } | undefined;

  constructor(environment: Environment, limits: BackoffLimits) {
    this.#environment = environment;
    this.#limits = limits;
  }

  /**
   * When the wait is over that began at `since_ms`; undefined where it is, or there is none
   * (IsInBackOffSince).
   */
  until_ms(since_ms: number): number | undefined {
    if (this.#last === undefined || this.#isForgotten(since_ms)) return undefined;
    const end_ms = since_ms + this.#last.wait_ms;
    return end_ms > this.#environment.now_ms ? end_ms : undefined;
  }

  /** The same for a wait that began with the last step (IsInBackOffSinceUpdate). */
  untilSinceStep_ms(): number | undefined {
    return this.#last === undefined || this.#isForgotten(this.#environment.now_ms)
      ? undefined
      : this.until_ms(this.#last.stepped_at_ms);
  }

  /** The next wait is twice as long (Next). */
  step(event_at_ms: number): void {
    const { initial_ms, longest_ms } = this.#limits;
    const last_ms = this.#isForgotten(event_at_ms) ? undefined : this.#last?.wait_ms;
    const wait_ms = last_ms === undefined ? initial_ms : Math.min(2 * last_ms, longest_ms);
    this.#last = { wait_ms, stepped_at_ms: this.#environment.now_ms };
  }

  #isForgotten(event_at_ms: number): boolean {
    return this.#last !== undefined && event_at_ms - this.#last.stepped_at_ms > this.#limits.forget_ms;
  }
}
