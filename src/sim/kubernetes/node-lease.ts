import { step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { LEASE } from './reconnect.ts';

/** Each wait is longer by up to this share of itself, by chance (JitterUntilWithContext). */
const JITTER = 0.04;

/**
 * Renews the lease of a node, which says that its kubelet lives: Kubernetes 1.35
 * staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go sync.
 */
export class NodeLease {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #node: string;

  constructor(environment: Environment, api: ApiClient, node: string) {
    this.#environment = environment;
    this.#api = api;
    this.#node = node;
  }

  start(): void {
    this.#renew();
  }

  /** @returns when it was last renewed, in milliseconds */
  startLongAgo(): number {
    const interval_ms = this.#environment.delay_ms('node_lease_renew_interval');
    const first_ms = interval_ms * this.#environment.uniform(`node-lease/${this.#node}`)();
    this.#environment.after(first_ms, () => this.#renew());
    return this.#environment.now_ms + first_ms - interval_ms;
  }

  #renew(): void {
    const renewed_at_ms = this.#environment.now_ms;
    const cause = step(undefined, 'node lease', renewed_at_ms);
    const send = () => this.#api.leases.update(this.#node, { renewed_at_ms }, cause, () => this.#wait());
    if (this.#api.link.isUp) send();
    // What was sent into a silence is still sent when that is over; what was refused is tried again.
    else this.#api.link.whenTried(LEASE, renewed_at_ms, send);
  }

  #wait(): void {
    const jitter = 1 + JITTER * this.#environment.uniform('node/jitter')();
    const wait_ms = this.#environment.delay_ms('node_lease_renew_interval') * jitter;
    this.#environment.after(wait_ms, () => this.#renew());
  }
}
