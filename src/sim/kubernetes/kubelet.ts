import type { Cause } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { isTerminating, type PodObject } from './objects.ts';
import { Pleg } from './pleg.ts';
import { type NodeEvents, PodWorker } from './pod-worker.ts';

/** The kubelet of one node: a worker for each of its pods, and the PLEG that looks after them all. */
export class Kubelet {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #events: NodeEvents;
  readonly #pleg: Pleg;
  readonly #workers = new Map<string, PodWorker>();

  constructor(environment: Environment, api: ApiClient, node: number, events: NodeEvents) {
    this.#environment = environment;
    this.#api = api;
    this.#events = events;
    this.#pleg = new Pleg(environment, String(node), () => {
      for (const worker of this.#workers.values()) worker.look();
    });
    api.pods.watch((pod, gone, cause) => {
      if (pod.node === node) this.#onPod(pod, gone, cause);
    });
  }

  worker(name: string): PodWorker | undefined {
    return this.#workers.get(name);
  }

  /** Takes over a pod that has been running since long ago. */
  restore(pod: PodObject): PodWorker {
    const worker = this.#add(pod);
    worker.startLongAgo();
    return worker;
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const worker = this.#workers.get(pod.name);
    if (gone) worker?.delete(pod.grace_period_s ?? 0, cause);
    else if (isTerminating(pod)) worker?.delete(pod.grace_period_s ?? 0, cause);
    else if (worker === undefined) this.#add(pod).start(cause);
  }

  #add(pod: PodObject): PodWorker {
    const worker = new PodWorker(this.#environment, this.#api, this.#pleg, this.#events, pod, () =>
      this.#workers.delete(pod.name),
    );
    this.#workers.set(pod.name, worker);
    return worker;
  }
}
