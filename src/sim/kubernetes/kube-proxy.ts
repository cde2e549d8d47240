import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import type { EndpointSlice } from './objects.ts';
import { SyncLimit } from './sync-limit.ts';
import { type Near, nearest } from './traffic-distribution.ts';

/** What the node does with new connections to the Service. */
export interface Rules {
  /** By address. */
  readonly backends: readonly string[];
  /** Where there is no backend. */
  readonly otherwise: 'reject' | 'drop';
}

export interface KubeProxyOptions {
  readonly min_sync_period: 'kube_proxy_min_sync_period' | 'kube_proxy_ipvs_min_sync_period';
  readonly usesTerminating: boolean;
  /** externalTrafficPolicy Local: index of the node whose pods alone will do; undefined: all pods will do. */
  readonly local_node: number | undefined;
  /** Which endpoints it prefers; see `nearOf`. */
  readonly near: readonly Near[];
}

/**
 * kube-proxy on the node where load enters, in any of its modes: they differ in the pause between two syncs and in
 * how they balance (balancer.ts).
 *
 * An idle proxy syncs at once; after a sync it leaves at least its minimum period before the next begins (Kubernetes
 * 1.35 pkg/proxy/runner; before 1.34 see sync-limit.ts). Any change of any Service's slices asks for a sync, changes of
 * addresses that are not ready included (pkg/proxy/iptables/proxier.go OnEndpointSliceUpdate). The rules hold what was
 * known when the sync began, and act before it has ended: what is left is its own book-keeping.
 */
export class KubeProxy {
  readonly #environment: Environment;
  #known: EndpointSlice;
  /** The last change that matters to the rules, or another one, which the next sync answers, while one is due. */
  #due: Cause | undefined;
  #isWaiting = false;
  readonly #limit: SyncLimit;
  #rules: Rules;
  readonly #options: KubeProxyOptions;
  readonly #onRules: (cause: Cause) => void;

  /** @param onRules told of every change of the rules, with what led to it */
  constructor(
    environment: Environment,
    api: ApiClient,
    steady: EndpointSlice,
    options: KubeProxyOptions,
    onRules: (cause: Cause) => void,
  ) {
    this.#environment = environment;
    this.#known = steady;
    this.#options = options;
    this.#rules = this.#rulesOf(steady);
    this.#limit = new SyncLimit(environment.platform.kubernetes.kube_proxy_burst_syncs);
    this.#onRules = onRules;
    api.endpoints.watch((slice, _gone, cause) => {
      const before = this.#rulesOf(this.#known);
      if (slice.name === steady.name) this.#known = slice;
      // What else comes while a sync is due does not hold it up.
      if (this.#due === undefined || !isSame(before, this.#rulesOf(this.#known))) this.#due = cause;
      this.#request();
    });
  }

  get rules(): Rules {
    return this.#rules;
  }

  #request(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const at_ms = this.#limit.next_ms(this.#environment.now_ms);
    this.#environment.simulation.at(at_ms, () => this.#sync());
  }

  #sync(): void {
    const begin_ms = this.#environment.now_ms;
    const cause = step(this.#due, 'kube-proxy minSyncPeriod', begin_ms);
    const rules = this.#rulesOf(this.#known);
    this.#due = undefined;
    const acts_ms = begin_ms + this.#environment.delay_ms('kube_proxy_sync');
    const end_ms = acts_ms + this.#environment.delay_ms('kube_proxy_sync_rest');
    this.#limit.began(begin_ms);
    this.#limit.ended(end_ms, this.#environment.delay_ms(this.#options.min_sync_period));
    this.#environment.simulation.at(acts_ms, () => {
      if (isSame(rules, this.#rules)) return;
      this.#rules = rules;
      this.#onRules(step(cause, 'kube-proxy sync', acts_ms));
    });
    this.#environment.simulation.at(end_ms, () => {
      this.#isWaiting = false;
      if (this.#due !== undefined) this.#request();
    });
  }

  /** Kubernetes 1.35 pkg/proxy/topology.go CategorizeEndpoints. */
  #rulesOf(slice: EndpointSlice): Rules {
    const { local_node, near } = this.#options;
    const cluster = this.#serving(nearest(slice, near), slice.terminating);
    if (local_node === undefined) return { backends: cluster, otherwise: 'reject' };
    const locals = slice.endpoints.flatMap(({ address, node }) => (node === local_node ? [address] : []));
    const isLocal = (address: string) => locals.includes(address);
    const backends = this.#serving(slice.ready.filter(isLocal), slice.terminating.filter(isLocal));
    // "has no local endpoints" drops, "has no endpoints" rejects (pkg/proxy/iptables/proxier.go syncProxyRules).
    return { backends, otherwise: cluster.length > 0 ? 'drop' : 'reject' };
  }

  /** Ready endpoints; where there is none, those that still serve while they terminate. */
  #serving(ready: readonly string[], terminating: readonly string[]): readonly string[] {
    return ready.length === 0 && this.#options.usesTerminating ? terminating : ready;
  }
}

function isSame(a: Rules, b: Rules): boolean {
  const { length } = a.backends;
  if (a.otherwise !== b.otherwise || length !== b.backends.length) return false;
  return a.backends.every((address, index) => address === b.backends[index]);
}
