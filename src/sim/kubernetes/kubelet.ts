import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { ImageManager } from './image-manager.ts';
import type { KubeletNode, NodeEvents } from './kubelet-node.ts';
import { NodeLease } from './node-lease.ts';
import { NodeStatus } from './node-status.ts';
import { isTerminal, isTerminating, type PodObject } from './objects.ts';
import { Pleg } from './pleg.ts';
import { PodWorker } from './pod-worker.ts';
import type { NodeImages } from './registry.ts';
import type { DnsOutages } from './resolver.ts';
import { ResyncQueue } from './resync-queue.ts';
import { StatusManager } from './status-manager.ts';

export interface KubeletOptions {
  /** Of its node. */
  readonly name: string;
  readonly index: number;
  readonly images: NodeImages;
  readonly events: NodeEvents;
  readonly dnsOutages: DnsOutages;
}

/** The kubelet of one node: a worker for each of its pods, and what they share. */
export class Kubelet {
  readonly #api: ApiClient;
  readonly #index: number;
  readonly #node: KubeletNode;
  readonly #workers = new Map<string, PodWorker>();
  /** Pods that it is through with. */
  readonly #finished = new Set<string>();
  /** Whether it has asked for its pods, and hears of them since. */
  #hasListed = false;
  readonly #lease: NodeLease;
  readonly #nodeStatus: NodeStatus;

  constructor(
    environment: Environment,
    api: ApiClient,
    { name, index, images, events, dnsOutages }: KubeletOptions,
  ) {
    this.#api = api;
    this.#index = index;
    this.#lease = new NodeLease(environment, api, name);
    this.#nodeStatus = new NodeStatus(environment, api, name);
    const stream = String(index);
    this.#node = {
      environment,
      started_at_ms: Number.NEGATIVE_INFINITY,
      pleg: new Pleg(environment, stream, () => this.#workers.values()),
      images: new ImageManager(environment, images),
      statuses: new StatusManager(environment, api, stream),
      resyncs: new ResyncQueue(environment, stream),
      events,
      dnsOutages,
    };
    api.pods.watch((pod, gone, cause) => {
      if (this.#hasListed && pod.node === index) this.#onPod(pod, gone, cause);
    });
  }

  worker(name: string): PodWorker | undefined {
    return this.#workers.get(name);
  }

  /** Whether a pod is or was on its node, since it started. */
  knows(pod: string): boolean {
    return this.#workers.has(pod) || this.#finished.has(pod);
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
    const { environment } = this.#node;
    this.#node.started_at_ms = environment.now_ms;
    this.#lease.start();
    this.#nodeStatus.report(cause);
    environment.after(environment.delay_ms('kubelet_node_sync_wait'), () =>
      this.#startPods(step(cause, 'kubelet start', environment.now_ms)),
    );
  }

  #startPods(cause: Cause): void {
    this.#api.link.whenUp(() => {
      this.#hasListed = true;
      const listed = step(cause, 'API server', this.#node.environment.now_ms);
      for (const pod of this.#api.pods.values()) {
        if (pod.node === this.#index && !isTerminal(pod)) this.#onPod(pod, false, listed);
      }
    });
  }

  /** Its machine has lost its power. */
  powerOff(cause: Cause): void {
    for (const worker of this.#workers.values()) worker.powerOff(cause);
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const worker = this.#workers.get(pod.name);
    if (gone) worker?.delete(pod.grace_period_s ?? 0, cause, true);
    else if (isTerminating(pod)) this.#finish(pod, worker, cause);
    else if (worker === undefined) this.#add(pod).start(cause);
    else this.#node.statuses.observe(pod, cause);
  }

  /** A pod that was deleted before anything of it ran here goes the same way as others. */
  #finish(pod: PodObject, worker: PodWorker | undefined, cause: Cause): void {
    if (worker === undefined && this.#finished.has(pod.name)) return;
    (worker ?? this.#add(pod)).delete(pod.grace_period_s ?? 0, cause, false);
  }

  #add(pod: PodObject): PodWorker {
    const worker = new PodWorker(this.#node, pod, () => {
      this.#workers.delete(pod.name);
      this.#finished.add(pod.name);
      this.#node.statuses.remove(pod.name);
    });
    this.#workers.set(pod.name, worker);
    return worker;
  }
}
