import type { Service } from '../../scenario/scenario.ts';
import type { Cause } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ClientRateLimit } from './client-rate-limit.ts';
import type { Link } from './link.ts';
import {
  type DisruptionBudgetObject,
  type EndpointSlice,
  isTerminal,
  isTerminating,
  type LeaseObject,
  type NodeObject,
  type PodObject,
  type ReplicaSetObject,
  type ServiceObject,
  serviceKey,
  type WorkloadObject,
} from './objects.ts';
import { podOf, shownName } from './pod-names.ts';
import { Store, type Watcher } from './store.ts';

/** Why links are cut while it is away. */
const AWAY = 'API server';

/** The API server: a store for each kind of object, and the timeline of what they went through. */
export class ApiServer {
  readonly pods: Store<PodObject>;
  readonly nodes: Store<NodeObject>;
  readonly leases: Store<LeaseObject>;
  readonly workloads: Store<WorkloadObject>;
  readonly replicaSets: Store<ReplicaSetObject>;
  readonly services: Store<ServiceObject>;
  readonly endpoints: Store<EndpointSlice>;
  readonly disruptionBudgets: Store<DisruptionBudgetObject>;
  readonly #links = new Set<Link>();
  #isAway = false;

  /** @param service the Service whose endpoints the timeline tells of: the one that the load goes to */
  constructor(environment: Environment, service?: Pick<Service, 'namespace' | 'name'>) {
    this.pods = new Store(environment, (pod, gone) => recordPod(environment, this.nodes, pod, gone));
    this.nodes = new Store(environment);
    this.leases = new Store(environment);
    this.workloads = new Store(environment);
    this.replicaSets = new Store(environment);
    this.services = new Store(environment);
    this.disruptionBudgets = new Store(environment);
    const key = service && serviceKey(service);
    const shown = (address: string) => shownName(podOf(address));
    this.endpoints = new Store(environment, ({ name, ready, terminating }) => {
      if (service === undefined || name !== key) return;
      environment.record({
        type: 'endpoints',
        at_ms: environment.now_ms,
        service: service.name,
        ready: ready.map(shown),
        terminating: terminating.map(shown),
      });
    });
  }

  /** Its process is gone: every connection is reset, and new ones are refused. What is stored stays. */
  stop(): void {
    this.#isAway = true;
    for (const link of this.#links) link.cut(AWAY, 'refusal');
  }

  /** It serves again. */
  start(): void {
    this.#isAway = false;
    for (const link of this.#links) link.mend(AWAY);
  }

  /**
   * The API server as one component sees it: through its own link.
   *
   * @param limit how many writes a second the component allows itself; left out: any number
   */
  client(link: Link, limit?: ClientRateLimit): ApiClient {
    this.#links.add(link);
    if (this.#isAway) link.cut(AWAY, 'refusal');
    const of = <T extends { readonly name: string }>(store: Store<T>) => new Resource(store, link, limit);
    return {
      link,
      pods: new Pods(this.pods, link, limit),
      nodes: of(this.nodes),
      leases: of(this.leases),
      workloads: of(this.workloads),
      replicaSets: of(this.replicaSets),
      services: of(this.services),
      endpoints: of(this.endpoints),
      disruptionBudgets: of(this.disruptionBudgets),
    };
  }
}

export interface ApiClient {
  readonly link: Link;
  readonly pods: Pods;
  readonly nodes: Resource<NodeObject>;
  readonly leases: Resource<LeaseObject>;
  readonly workloads: Resource<WorkloadObject>;
  readonly replicaSets: Resource<ReplicaSetObject>;
  readonly services: Resource<ServiceObject>;
  readonly endpoints: Resource<EndpointSlice>;
  readonly disruptionBudgets: Resource<DisruptionBudgetObject>;
}

/** The verbs on one kind of object. Each write takes its time; `done` is told when it has returned. */
export class Resource<T extends { readonly name: string }> {
  protected readonly store: Store<T>;
  protected readonly link: Link;
  readonly #limit: ClientRateLimit | undefined;

  constructor(store: Store<T>, link: Link, limit?: ClientRateLimit) {
    this.store = store;
    this.link = link;
    this.#limit = limit;
  }

  /** As a read that takes no time: only for what a component has in its cache anyway. */
  get(name: string): T | undefined {
    return this.store.get(name);
  }

  values(): Iterable<T> {
    return this.store.values();
  }

  watch(handler: Watcher<T>): void {
    this.store.watch(this.link, handler);
  }

  /** Creates it, unless one of that name is there: then `get` gives another one when `done` is told. */
  create(object: T, cause: Cause, done?: (stored: Cause) => void): void {
    this.#write(object.name, cause, (current) => (current === undefined ? object : undefined), done);
  }

  /** Puts it there, in the place of what may be there. */
  replace(object: T, cause: Cause, done?: (stored: Cause) => void): void {
    this.#write(object.name, cause, () => object, done);
  }

  /** Changes an object, if it is still there when the write arrives. */
  update(
    name: string,
    change: Partial<T> | ((current: T) => Partial<T> | undefined),
    cause: Cause,
    done?: (stored: Cause) => void,
  ): void {
    const apply = typeof change === 'function' ? change : () => change;
    this.#write(name, cause, (current) => changed(current, apply), done);
  }

  /** The same for a component that does not try again: `lost` is told where the write does not arrive. */
  attempt(
    name: string,
    change: (current: T) => Partial<T> | undefined,
    cause: Cause,
    done: (stored: Cause) => void,
    lost: () => void,
  ): void {
    this.#write(name, cause, (current) => changed(current, change), done, lost);
  }

  remove(name: string, cause: Cause, done?: (stored: Cause) => void): void {
    this.#write(name, cause, () => 'removed', done);
  }

  #write(
    name: string,
    cause: Cause,
    change: (current: T | undefined) => T | 'removed' | undefined,
    done?: (stored: Cause) => void,
    lost?: () => void,
  ): void {
    const send = () => this.store.write(this.link, name, cause, change, done, lost);
    if (this.#limit === undefined) send();
    else this.#limit.take(send);
  }
}

function changed<T>(current: T | undefined, change: (current: T) => Partial<T> | undefined): T | undefined {
  const changes = current && change(current);
  return changes && { ...(current as T), ...changes };
}

export class Pods extends Resource<PodObject> {
  /**
   * Deletes a pod as `kubectl delete` does: with a grace period the object stays, marked, until the kubelet
   * removes it; with 0 it is marked and then gone, in two writes; a pod that no node has yet, or that has ended, is
   * gone at once
   * (Kubernetes 1.35 pkg/registry/core/pod/strategy.go CheckGracefulDelete,
   * staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go).
   */
  delete(name: string, grace_period_s: number, cause: Cause, done?: (stored: Cause) => void): void {
    const pod = this.get(name);
    const isUnscheduled = pod !== undefined && pod.node === undefined;
    const hasEnded = pod !== undefined && isTerminal(pod);
    const goesAtOnce = grace_period_s === 0 || isUnscheduled || hasEnded;
    this.update(
      name,
      (current) =>
        // A grace period is only ever shortened.
        current.grace_period_s !== undefined && current.grace_period_s <= grace_period_s
          ? undefined
          : { grace_period_s },
      cause,
      // Of one request: the component's limit does not count the second write again.
      goesAtOnce ? (marked) => this.store.write(this.link, name, marked, () => 'removed', done) : done,
    );
  }
}

function recordPod(environment: Environment, nodes: Store<NodeObject>, pod: PodObject, gone: boolean): void {
  let node: string | undefined;
  for (const each of nodes.values()) if (each.index === pod.node) node = each.name;
  environment.record({
    type: 'pod',
    at_ms: environment.now_ms,
    pod: shownName(pod.name),
    node,
    workload: pod.workload.name,
    phase: pod.phase,
    ready: pod.ready,
    terminating: isTerminating(pod),
    gone,
  });
}
