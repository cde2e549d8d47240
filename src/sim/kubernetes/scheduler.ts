import { type Cause, step } from '../cause.ts';
import { below } from '../engine/random.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { isActive, type PodObject } from './objects.ts';

/**
 * The scheduler: one pod at a time, to the node with the fewest pods of the same workload, then with the
 * fewest at all, then by chance.
 *
 * That is what the default scoring comes to for pods that fit anywhere: PodTopologySpread by hostname and
 * NodeResourcesFit LeastAllocated (Kubernetes 1.35 pkg/scheduler/apis/config/v1/default_plugins.go).
 */
export class Scheduler {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #nodes: number;
  /** Where pods are, decisions on their way to the API server included. */
  readonly #placed = new Map<string, { readonly workload: string; readonly node: number }>();
  #busyUntil_ms = 0;

  constructor(environment: Environment, api: ApiClient, nodes: number) {
    this.#environment = environment;
    this.#api = api;
    this.#nodes = nodes;
    api.pods.watch((pod, gone, cause) => this.#onPod(pod, gone, cause));
  }

  /** Chooses a node and remembers the choice. */
  place(pod: Pick<PodObject, 'name' | 'workload'>): number {
    const same = new Array<number>(this.#nodes).fill(0);
    const all = new Array<number>(this.#nodes).fill(0);
    for (const { workload, node } of this.#placed.values()) {
      all[node]! += 1;
      if (workload === pod.workload.name) same[node]! += 1;
    }
    let best: number[] = [];
    for (let node = 0; node < this.#nodes; node += 1) {
      const first = best[0];
      const order = first === undefined ? -1 : same[node]! - same[first]! || all[node]! - all[first]!;
      if (order < 0) best = [node];
      else if (order === 0) best.push(node);
    }
    const node = best[below(best.length, this.#environment.uniform('scheduler'))] as number;
    this.#placed.set(pod.name, { workload: pod.workload.name, node });
    return node;
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    if (gone || !isActive(pod)) this.#placed.delete(pod.name);
    else if (pod.node === undefined && !this.#placed.has(pod.name)) this.#schedule(pod, cause);
  }

  #schedule(pod: PodObject, cause: Cause): void {
    const begin_ms = Math.max(this.#environment.now_ms, this.#busyUntil_ms);
    const bound_ms = begin_ms + this.#environment.delay_ms('scheduler_bind');
    this.#busyUntil_ms = bound_ms;
    this.#environment.simulation.at(bound_ms, () => {
      this.#api.pods.update(pod.name, { node: this.place(pod) }, step(cause, 'scheduler', bound_ms));
    });
  }
}
