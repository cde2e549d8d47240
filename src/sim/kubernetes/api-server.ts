import type { Workload } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';

/** A pod as the API server stores it; replaced as a whole by every write, never changed. */
export interface PodObject {
  readonly name: string;
  readonly workload: Workload;
  /** Index of its node; undefined until the scheduler has chosen. */
  readonly node: number | undefined;
  readonly phase: 'Pending' | 'Running';
  /** Whether its status names an address, without which it is no endpoint. */
  readonly has_address: boolean;
  readonly ready: boolean;
  /** Set by a deletion: the grace period it was deleted with. */
  readonly grace_period_s: number | undefined;
}

export const isTerminating = (pod: PodObject): boolean => pod.grace_period_s !== undefined;

/** What a Service's endpoint slices say, by pod name. */
export interface EndpointSlice {
  readonly ready: readonly string[];
  /** Serving though terminating. */
  readonly terminating: readonly string[];
  /** Addresses that are known and not ready: no traffic, but a change of them wakes kube-proxy too. */
  readonly not_ready: readonly string[];
}

export type PodWatcher = (pod: PodObject, gone: boolean, cause: Cause) => void;
export type EndpointsWatcher = (slice: EndpointSlice, cause: Cause) => void;

/**
 * The API server: objects, writes that take time, and watches that deliver every change in order.
 *
 * A write is stored `api_write` after it was sent, and each watcher sees it its own `watch_delivery` later.
 */
export class ApiServer {
  readonly #environment: Environment;
  readonly #pods = new Map<string, PodObject>();
  readonly #podWatches: Watch<PodWatcher>[] = [];
  readonly #endpointsWatches: Watch<EndpointsWatcher>[] = [];
  /** When the last write to an object is stored: writes to one object keep their order. */
  readonly #storedAt_ms = new Map<string, number>();
  readonly #service: string;

  constructor(environment: Environment, service: string) {
    this.#environment = environment;
    this.#service = service;
  }

  pods(): Iterable<PodObject> {
    return this.#pods.values();
  }

  pod(name: string): PodObject | undefined {
    return this.#pods.get(name);
  }

  watchPods(handler: PodWatcher): void {
    this.#podWatches.push({ handler, deliveredAt_ms: 0 });
  }

  watchEndpoints(handler: EndpointsWatcher): void {
    this.#endpointsWatches.push({ handler, deliveredAt_ms: 0 });
  }

  /** Puts a pod there as if it had always been: part of the steady state before the trial. */
  restore(pod: PodObject): void {
    this.#pods.set(pod.name, pod);
    this.#record(pod, false);
  }

  createPod(pod: PodObject, cause: Cause, stored?: () => void): void {
    this.#write(pod.name, cause, (stored_cause) => {
      this.#store(pod, stored_cause);
      stored?.();
    });
  }

  /** Changes a pod, if it is still there when the write arrives; `done` is told in any case. */
  updatePod(name: string, change: Partial<PodObject>, cause: Cause, done?: () => void): void {
    this.#write(name, cause, (stored) => {
      const pod = this.#pods.get(name);
      if (pod !== undefined) this.#store({ ...pod, ...change }, stored);
      done?.();
    });
  }

  /**
   * Deletes a pod as `kubectl delete` does: with a grace period the object stays, marked, until the kubelet
   * removes it; with 0 it is marked and then gone, in two writes (Kubernetes 1.35
   * staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go).
   */
  deletePod(name: string, grace_period_s: number, cause: Cause): void {
    this.updatePod(name, { grace_period_s }, cause);
    if (grace_period_s === 0) this.removePod(name, cause);
  }

  removePod(name: string, cause: Cause): void {
    this.#write(name, cause, (stored) => {
      const pod = this.#pods.get(name);
      if (pod === undefined) return;
      this.#pods.delete(name);
      this.#record(pod, true);
      this.#deliver(this.#podWatches, stored, (handler, seen) => handler(pod, true, seen));
    });
  }

  writeEndpoints(slice: EndpointSlice, cause: Cause, stored: () => void): void {
    this.#write(this.#service, cause, (stored_cause) => {
      this.#environment.record({
        type: 'endpoints',
        at_ms: this.#environment.now_ms,
        service: this.#service,
        ready: slice.ready,
        terminating: slice.terminating,
      });
      this.#deliver(this.#endpointsWatches, stored_cause, (handler, seen) => handler(slice, seen));
      stored();
    });
  }

  #write(object: string, cause: Cause, apply: (stored: Cause) => void): void {
    const arrives_ms = this.#environment.now_ms + this.#environment.delay_ms('api_write');
    const at_ms = Math.max(arrives_ms, this.#storedAt_ms.get(object) ?? 0);
    this.#storedAt_ms.set(object, at_ms);
    this.#environment.simulation.at(at_ms, () => apply(step(cause, 'API server', at_ms)));
  }

  #store(pod: PodObject, cause: Cause): void {
    this.#pods.set(pod.name, pod);
    this.#record(pod, false);
    this.#deliver(this.#podWatches, cause, (handler, seen) => handler(pod, false, seen));
  }

  #deliver<Handler>(
    watches: readonly Watch<Handler>[],
    cause: Cause,
    call: (handler: Handler, seen: Cause) => void,
  ): void {
    for (const watch of watches) {
      const arrives_ms = this.#environment.now_ms + this.#environment.delay_ms('watch_delivery');
      const at_ms = Math.max(arrives_ms, watch.deliveredAt_ms);
      watch.deliveredAt_ms = at_ms;
      this.#environment.simulation.at(at_ms, () => call(watch.handler, step(cause, 'API server', at_ms)));
    }
  }

  #record(pod: PodObject, gone: boolean): void {
    this.#environment.record({
      type: 'pod',
      at_ms: this.#environment.now_ms,
      pod: pod.name,
      node: pod.node === undefined ? undefined : `node-${pod.node + 1}`,
      workload: pod.workload.name,
      phase: pod.phase,
      ready: pod.ready,
      terminating: isTerminating(pod),
      gone,
    });
  }
}

interface Watch<Handler> {
  readonly handler: Handler;
  /** When its latest event arrives: a watch keeps the order. */
  deliveredAt_ms: number;
}
