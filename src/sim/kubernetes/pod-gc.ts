import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import type { Restarting } from './control-plane.ts';
import type { NodeControllerOptions } from './node-lifecycle.ts';
import { isTerminal, isTerminating, type NodeObject, type PodObject } from './objects.ts';

/** Pause between two looks (gcCheckPeriod). */
const PERIOD_MS = 20_000;

/** By which a person says that a node will not come back as it was (staging/src/k8s.io/api/core/v1/well_known_taints.go). */
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/**
 * The pod garbage collector: removes by force what is being deleted on a node that is not ready and that somebody has
 * tainted as out of service, so that a StatefulSet need not wait for the node (Kubernetes 1.35
 * pkg/controller/podgc/gc_controller.go gcTerminating).
 *
 * Of its other work nothing comes up here: terminated pods beyond 12,500 of them, pods of nodes whose object is gone, and
 * pods without a node, which go as soon as they are deleted.
 */
export class PodGarbageCollector implements Restarting {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #pods = new Map<string, PodObject>();
  /** Those that are out of service, by index. */
  readonly #nodes = new Map<number, NodeObject>();
  /** When it looked first; undefined while nobody has asked. */
  #first_ms: number | undefined;
  #isDue = false;
  /** Counts its lives: what was due in an earlier one is not any more. */
  #life = 0;

  constructor(environment: Environment, api: ApiClient, { pods }: NodeControllerOptions) {
    this.#environment = environment;
    this.#api = api;
    for (const pod of pods) this.#pods.set(pod.name, pod);
    api.pods.watch((pod, gone) => {
      if (gone) this.#pods.delete(pod.name);
      else this.#pods.set(pod.name, pod);
    });
    api.nodes.watch((node) => this.#onNode(node));
  }

  /** It was away: it looks as soon as it has started. */
  restart(): void {
    this.#life += 1;
    this.#isDue = false;
    this.#first_ms = this.#environment.now_ms;
    this.#pods.clear();
    for (const pod of this.#api.pods.values()) this.#pods.set(pod.name, pod);
    for (const node of this.#api.nodes.values()) this.#onNode(node);
    this.#collect();
  }

  #onNode(node: NodeObject): void {
    if (node.taints.some(({ key }) => key === OUT_OF_SERVICE)) this.#nodes.set(node.index, node);
    else this.#nodes.delete(node.index);
    this.#lookLater();
  }

  /** Looks that would find nothing are left out. */
  #lookLater(): void {
    if (this.#isDue || this.#nodes.size === 0) return;
    this.#isDue = true;
    const life = this.#life;
    const { now_ms } = this.#environment;
    this.#first_ms ??= this.#environment.uniform('pod-gc')() * PERIOD_MS;
    const looks = Math.max(0, Math.floor((now_ms - this.#first_ms) / PERIOD_MS) + 1);
    this.#environment.simulation.at(this.#first_ms + looks * PERIOD_MS, () => {
      if (life !== this.#life) return;
      this.#isDue = false;
      this.#collect();
      this.#lookLater();
    });
  }

  #collect(): void {
    if (!this.#api.link.isUp) return;
    for (const pod of this.#pods.values()) {
      const node = pod.node === undefined ? undefined : this.#nodes.get(pod.node);
      if (node === undefined || node.ready === 'True' || !isTerminating(pod)) continue;
      this.#remove(pod, step(undefined, 'pod garbage collector', this.#environment.now_ms));
    }
  }

  /** markFailedAndDeletePod. */
  #remove({ name }: PodObject, cause: Cause): void {
    const failed = (pod: PodObject) => (isTerminal(pod) ? undefined : ({ phase: 'Failed' } as const));
    this.#api.pods.update(name, failed, cause, (marked) => this.#api.pods.remove(name, marked));
  }
}
