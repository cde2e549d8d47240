import type { Environment } from '../environment.ts';

/** Which of the requests, and what is done to them. */
export interface Injected {
  /** Above 0, at most 100; drawn for each request. */
  readonly percentage: number;
}

export interface InjectedDelay extends Injected {
  readonly delay_ms: number;
}

/**
 * What the proxy of whoever sends requests does to them while a mesh injects faults: Envoy's HTTP fault filter (Envoy
 * e05a2af4, and 1.13 alike, source/extensions/filters/http/fault/fault_filter.cc decodeHeaders, postDelayInjection). It
 * comes before the router, so nothing has been sent on yet, and no timeout or retry of a route has begun. A delay is
 * drawn first; the abort on its own, when the delay is over.
 */
export class FaultFilter {
  readonly #environment: Environment;
  /** undefined: no request is held up. */
  delay: InjectedDelay | undefined;
  /** undefined: no request is answered. */
  abort: Injected | undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Calls one of the two: now, or when the delay is over. What stands when a request comes is done to it. */
  pass(forward: () => void, answer: () => void): void {
    const { delay, abort } = this;
    const decide = () => (this.#hits('abort', abort) ? answer() : forward());
    if (delay !== undefined && this.#hits('delay', delay)) this.#environment.after(delay.delay_ms, decide);
    else decide();
  }

  /** Chance is asked only where a fault stands: without one a trial is what it was. */
  #hits(which: 'delay' | 'abort', injected: Injected | undefined): boolean {
    if (injected === undefined) return false;
    return this.#environment.uniform(`fault filter/${which}`)() * 100 < injected.percentage;
  }
}
