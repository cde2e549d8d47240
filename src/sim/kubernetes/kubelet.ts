import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { NodeLease } from './node-lease.ts';
import { NodeStatus } from './node-status.ts';
import { isTerminal, isTerminating, type PodObject } from './objects.ts';
import { Pleg } from './pleg.ts';
import { type NodeEvents, PodWorker } from './pod-worker.ts';

/** The kubelet of one node: a worker for each of its pods, and the PLEG that looks after them all. */
export class Kubelet {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #events: NodeEvents;
  readonly #pleg: Pleg;
  readonly #workers = new Map<string, PodWorker>();
  /** Pods that it is through with. */
  readonly #finished = new Set<string>();
  readonly #node: number;
  /** Whether it has asked for its pods, and hears of them since. */
  #hasListed = false;
  readonly #lease: NodeLease;
  readonly #nodeStatus: NodeStatus;
  /** All statuses are compared for the first time then, and from there on once a period. */
  readonly #comparison: { readonly first_ms: number; readonly period_ms: number };

  constructor(
    environment: Environment,
    api: ApiClient,
    node: { readonly name: string; readonly index: number },
    events: NodeEvents,
  ) {
    this.#environment = environment;
    this.#api = api;
    this.#events = events;
    this.#node = node.index;
    this.#lease = new NodeLease(environment, api, node.name);
    this.#nodeStatus = new NodeStatus(environment, api, node.name);
    const period_ms = environment.delay_ms('kubelet_status_sync_period');
    const first_ms = environment.now_ms + period_ms * environment.uniform(`status-manager/${node.index}`)();
    this.#comparison = { first_ms, period_ms };
    this.#pleg = new Pleg(environment, String(node.index), () => {
      for (const worker of this.#workers.values()) worker.look();
    });
    api.pods.watch((pod, gone, cause) => {
      if (this.#hasListed && pod.node === node.index) this.#onPod(pod, gone, cause);
    });
  }

  worker(name: string): PodWorker | undefined {
    return this.#workers.get(name);
  }

  /**
   * It has been running since long ago, and renewing its node's lease.
   *
   * @returns when it last did, in milliseconds
   */
  startLongAgo(): number {
    this.#hasListed = true;
    return this.#lease.startLongAgo();
  }

  /** Takes over a pod that has been running since long ago. */
  restore(pod: PodObject): PodWorker {
    const worker = this.#add(pod);
    worker.startLongAgo();
    return worker;
  }

  /** It has started on a machine that was without power: nothing of the node's pods runs. */
  boot(cause: Cause): void {
    this.#lease.start();
    this.#nodeStatus.report(cause);
    const wait_ms = this.#environment.delay_ms('kubelet_node_sync_wait');
    this.#environment.after(wait_ms, () =>
      this.#startPods(step(cause, 'kubelet start', this.#environment.now_ms)),
    );
  }

  #startPods(cause: Cause): void {
    this.#api.link.whenUp(() => {
      this.#hasListed = true;
      const listed = step(cause, 'API server', this.#environment.now_ms);
      for (const pod of this.#api.pods.values()) {
        if (pod.node === this.#node && !isTerminal(pod)) this.#onPod(pod, false, listed);
      }
    });
  }

  /** Its machine has lost its power. */
  powerOff(cause: Cause): void {
    for (const worker of this.#workers.values()) worker.powerOff(cause);
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const worker = this.#workers.get(pod.name);
    if (gone) worker?.delete(pod.grace_period_s ?? 0, cause);
    else if (isTerminating(pod)) this.#finish(pod, worker, cause);
    else if (worker === undefined) this.#add(pod).start(cause);
    else worker.observe(pod, this.#nextComparison_ms(), cause);
  }

  /** A pod that was deleted before anything of it ran here goes the same way as others. */
  #finish(pod: PodObject, worker: PodWorker | undefined, cause: Cause): void {
    if (worker === undefined && this.#finished.has(pod.name)) return;
    (worker ?? this.#add(pod)).delete(pod.grace_period_s ?? 0, cause);
  }

  #nextComparison_ms(): number {
    const { first_ms, period_ms } = this.#comparison;
    const passed_ms = this.#environment.now_ms - first_ms;
    if (passed_ms < 0 || period_ms <= 0) return Math.max(first_ms, this.#environment.now_ms);
    return first_ms + (Math.floor(passed_ms / period_ms) + 1) * period_ms;
  }

  #add(pod: PodObject): PodWorker {
    const worker = new PodWorker(this.#environment, this.#api, this.#pleg, this.#events, pod, () => {
      this.#workers.delete(pod.name);
      this.#finished.add(pod.name);
    });
    this.#workers.set(pod.name, worker);
    return worker;
  }
}
