import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import type { EndpointSlice } from './objects.ts';

/**
 * kube-proxy in iptables mode on the node where load enters.
 *
 * An idle proxy syncs at once; after a sync it leaves at least `kube_proxy_min_sync_period` before the next
 * begins (Kubernetes 1.35 pkg/proxy/runner). Any change of the slices asks for a sync, changes of addresses
 * that are not ready included. The rules change when a sync ends and hold what was known when it began.
 */
export class KubeProxy {
  readonly #environment: Environment;
  #known: EndpointSlice;
  /** The change that the next sync answers, while one is due. */
  #due: Cause | undefined;
  #isWaiting = false;
  #idleFrom_ms = 0;
  #backends: readonly string[];
  readonly #usesTerminating: boolean;
  readonly #onRules: (cause: Cause) => void;

  /** @param onRules told of every change of the rules, with what led to it */
  constructor(
    environment: Environment,
    api: ApiClient,
    steady: EndpointSlice,
    onRules: (cause: Cause) => void,
  ) {
    this.#environment = environment;
    this.#known = steady;
    this.#usesTerminating = environment.platform.usesTerminating;
    this.#backends = this.#eligible(steady);
    this.#onRules = onRules;
    api.endpoints.watch((slice, _gone, cause) => {
      if (slice.name !== steady.name) return;
      this.#known = slice;
      this.#due = cause;
      this.#request();
    });
  }

  /** Pods that a new connection may be sent to, each with equal chance; none: it is rejected. */
  get backends(): readonly string[] {
    return this.#backends;
  }

  #request(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const at_ms = Math.max(this.#environment.now_ms, this.#idleFrom_ms);
    this.#environment.simulation.at(at_ms, () => this.#sync());
  }

  #sync(): void {
    const begin_ms = this.#environment.now_ms;
    const cause = step(this.#due, 'kube-proxy minSyncPeriod', begin_ms);
    const backends = this.#eligible(this.#known);
    this.#due = undefined;
    const end_ms = begin_ms + this.#environment.delay_ms('kube_proxy_sync');
    this.#idleFrom_ms = end_ms + this.#environment.delay_ms('kube_proxy_min_sync_period');
    this.#environment.simulation.at(end_ms, () => {
      this.#backends = backends;
      this.#onRules(step(cause, 'kube-proxy sync', end_ms));
      this.#isWaiting = false;
      if (this.#due !== undefined) this.#request();
    });
  }

  /** Ready endpoints; where there is none, those that still serve while they terminate (pkg/proxy/topology.go). */
  #eligible({ ready, terminating }: EndpointSlice): readonly string[] {
    return ready.length === 0 && this.#usesTerminating ? terminating : ready;
  }
}
