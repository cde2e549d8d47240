import type { Environment } from '../environment.ts';

/** Kubernetes 1.35 pkg/controller/apis/config/v1alpha1/defaults.go: ClientConnection of the controller manager. */
const QPS = 20;
const BURST = 30;

/**
 * How many requests a second one controller of the controller manager sends at most: 20, after a burst of 30. Each
 * controller has a client of its own; the events it writes count too.
 *
 * A bucket of tokens, in which a request that finds none reserves the next (Kubernetes 1.35
 * staging/src/k8s.io/client-go/util/flowcontrol/throttle.go Accept).
 */
export class ClientRateLimit {
  readonly #environment: Environment;
  /** Below 0: so many requests wait. */
  #tokens = BURST;
  #counted_ms = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Runs `send` as soon as a request may go: now, where a token is there. */
  take(send: () => void): void {
    const { now_ms } = this.#environment;
    this.#tokens = Math.min(BURST, this.#tokens + ((now_ms - this.#counted_ms) * QPS) / 1000) - 1;
    this.#counted_ms = now_ms;
    if (this.#tokens >= 0) send();
    else this.#environment.after((-this.#tokens * 1000) / QPS, send);
  }
}
