import type { Taint, Toleration } from '../../scenario/scenario.ts';
import { tolerates } from '../../scenario/toleration.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import type { ClientRateLimit } from './client-rate-limit.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { NodeControllerOptions } from './node-lifecycle.ts';
import { isTerminal, isTerminating, type NodeObject, type PodObject } from './objects.ts';
import { WorkQueue } from './work-queue.ts';

/**
 * The taint eviction controller: deletes pods from nodes with a NoExecute taint that they do not bear, or bear no
 * longer (Kubernetes 1.35 pkg/controller/tainteviction/taint_eviction.go). The time that a pod bears a taint counts
 * from when the controller sees the taint.
 */
export class TaintEvictionController {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #limit: ClientRateLimit;
  readonly #events: EventRecorder;
  /** NoExecute taints, of the nodes that have any, by the index of the node. */
  readonly #tainted = new Map<number, Tainted>();
  readonly #nodes = new Map<string, NodeObject>();
  readonly #pods = new Map<string, PodObject>();
  readonly #evictions = new Map<string, Eviction>();

  constructor(environment: Environment, api: ApiClient, { limit, events, pods }: NodeControllerOptions) {
    this.#environment = environment;
    this.#api = api;
    this.#limit = limit;
    this.#events = events;
    for (const pod of pods) this.#pods.set(pod.name, pod);
    api.pods.watch((pod, gone, cause) => this.#onPod(pod, gone, cause));
    const queue = new WorkQueue(environment, (name, cause, end) => {
      const node = this.#nodes.get(name);
      if (node !== undefined) this.#onNode(node, cause);
      end('done');
    });
    api.nodes.watch((node, _gone, cause) => {
      this.#nodes.set(node.name, node);
      queue.add(node.name, cause);
    });
  }

  /** It was away: every pod that bears a taint begins to bear it anew. */
  restart(): void {
    for (const name of [...this.#evictions.keys()]) this.#cancel(name);
    this.#tainted.clear();
    const { now_ms } = this.#environment;
    for (const pod of this.#api.pods.values()) this.#pods.set(pod.name, pod);
    for (const node of this.#api.nodes.values()) {
      this.#nodes.set(node.name, node);
      this.#onNode(node, step(undefined, 'taint eviction', now_ms));
    }
  }

  #onNode(node: NodeObject, cause: Cause): void {
    const taints = node.taints.filter(({ effect }) => effect === 'NoExecute');
    const before = this.#tainted.get(node.index)?.taints ?? [];
    if (isSame(taints, before)) return;
    if (taints.length === 0) this.#tainted.delete(node.index);
    else this.#tainted.set(node.index, { taints, cause });
    for (const pod of this.#pods.values()) {
      if (pod.node === node.index) this.#decide(pod, taints, cause);
    }
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const before = this.#pods.get(pod.name);
    if (gone) {
      this.#pods.delete(pod.name);
      this.#cancel(pod.name);
      return;
    }
    this.#pods.set(pod.name, pod);
    if (pod.node === undefined || before?.node === pod.node) return;
    const tainted = this.#tainted.get(pod.node);
    if (tainted !== undefined) this.#decide(pod, tainted.taints, cause);
  }

  /** processPodOnNode. */
  #decide(pod: PodObject, taints: readonly Taint[], cause: Cause): void {
    const { now_ms } = this.#environment;
    const borne_ms = toleratedFor_ms(pod.template.tolerations, taints);
    const planned = this.#evictions.get(pod.name);
    // What is planned stays planned, whatever taint comes on top of it, as long as that is borne for a while.
    if (planned !== undefined && planned.since_ms < now_ms && isForAWhile(borne_ms)) return;
    this.#cancel(pod.name);
    if (borne_ms === Number.POSITIVE_INFINITY) return;
    const eviction: Eviction = { since_ms: now_ms, isCancelled: false };
    this.#evictions.set(pod.name, eviction);
    this.#environment.after(borne_ms ?? 0, () => {
      if (eviction.isCancelled) return;
      this.#evictions.delete(pod.name);
      this.#evict(pod, step(cause, 'tolerationSeconds', this.#environment.now_ms));
    });
  }

  #cancel(name: string): void {
    const eviction = this.#evictions.get(name);
    if (eviction === undefined) return;
    eviction.isCancelled = true;
    this.#evictions.delete(name);
  }

  /**
   * addConditionAndDeletePod: reads the pod, writes why it has to go, deletes it. Where the API server cannot be reached
   * it gives up after five attempts within a moment, and does not come back to it (deletePodHandler).
   */
  #evict({ name, template }: PodObject, cause: Cause): void {
    if (!this.#api.link.isUp) return;
    this.#events.record(name);
    this.#limit.take(() => {
      this.#environment.after(this.#environment.delay_ms('api_write'), () => {
        this.#limit.take(() => {
          this.#environment.after(this.#environment.delay_ms('api_write'), () => {
            const pod = this.#api.pods.get(name);
            if (pod === undefined || isTerminating(pod) || isTerminal(pod)) return;
            const told = step(cause, 'API server', this.#environment.now_ms);
            this.#api.pods.delete(name, template.termination_grace_period_s, told);
          });
        });
      });
    });
  }
}

/**
 * How long pods with these tolerations bear all of the taints: as long as the least patient of the tolerations that are
 * needed; undefined: one is not tolerated at all (GetMatchingTolerations, getMinTolerationTime).
 */
export function toleratedFor_ms(
  tolerations: readonly Toleration[],
  taints: readonly Taint[],
): number | undefined {
  let least_s = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const toleration = tolerations.find((each) => tolerates([each], taint));
    if (toleration === undefined) return undefined;
    least_s = Math.min(least_s, Math.max(0, toleration.toleration_s ?? Number.POSITIVE_INFINITY));
  }
  return least_s * 1000;
}

const isForAWhile = (borne_ms: number | undefined): boolean =>
  borne_ms !== undefined && borne_ms !== Number.POSITIVE_INFINITY;

interface Tainted {
  readonly taints: readonly Taint[];
  readonly cause: Cause;
}

interface Eviction {
  /** When the pod began to bear the taint. */
  readonly since_ms: number;
  isCancelled: boolean;
}

const isSame = (a: readonly Taint[], b: readonly Taint[]): boolean =>
  a.length === b.length &&
  a.every(({ key, value }, index) => b[index]?.key === key && b[index]?.value === value);
