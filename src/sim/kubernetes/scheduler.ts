import { EXIT, UserError } from '../../scenario/errors.ts';
import { type Cause, step } from '../cause.ts';
import { below } from '../engine/random.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { isActive, type NodeObject, type PodObject } from './objects.ts';
import { whyNot } from './scheduling/filters.ts';
import { NodeInfo } from './scheduling/node-info.ts';
import { scores } from './scheduling/scores.ts';

/** First and longest wait of a pod that fits nowhere (Kubernetes 1.35 pkg/scheduler/backend/queue/scheduling_queue.go). */
const BACKOFF_MS = 1000;
const BACKOFF_MAX_MS = 10_000;

/** A pod that nothing has changed for is tried again all the same (DefaultPodMaxInUnschedulablePodsDuration). */
const UNSCHEDULABLE_MAX_MS = 300_000;

export interface SchedulerOptions {
  /** An idle scheduler takes pods before their back-off is over (SchedulerPopFromBackoffQ, on since 1.33). */
  readonly takesFromBackoff: boolean;
}

/**
 * The scheduler: one pod at a time, to the best of the nodes that can take it, by chance among equals.
 *
 * A pod that fits nowhere waits until something changes that could help it: a node, or a pod that has gone. What is
 * not modelled is pre-emption: pods of manifests without priority classes never push others out.
 */
export class Scheduler {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #options: SchedulerOptions;
  readonly #nodes: NodeInfo[];
  readonly #queue: Queued[] = [];
  readonly #unschedulable = new Map<string, Queued>();
  #isBusy = false;

  constructor(
    environment: Environment,
    api: ApiClient,
    nodes: readonly NodeObject[],
    options: SchedulerOptions,
  ) {
    this.#environment = environment;
    this.#api = api;
    this.#options = options;
    this.#nodes = nodes.map((node) => new NodeInfo(node));
    api.nodes.watch((node, _gone, cause) => this.#onNode(node, cause));
    api.pods.watch((pod, gone, cause) => this.#onPod(pod, gone, cause));
  }

  /**
   * Places a pod of the steady state, as if it had been scheduled long ago.
   *
   * @throws UserError where it fits on no node
   */
  place(pod: PodObject): PodObject {
    const chosen = this.#choose(pod);
    if (typeof chosen === 'string') {
      const { kind, name, position } = pod.workload;
      const where = `${position.file}:${position.line}:${position.column}`;
      throw new UserError(`${where}: the replicas of ${kind} ${name} do not fit on the nodes: ${chosen}`, {
        exitCode: EXIT.configuration,
        hint: 'give the nodes more room under `cluster.nodes`, or ask for less',
      });
    }
    const placed = { ...pod, node: chosen.node.index };
    chosen.pods.set(pod.name, placed);
    return placed;
  }

  #choose(pod: PodObject): NodeInfo | string {
    const reasons = this.#nodes.map((info) => whyNot(pod, info, this.#nodes));
    const feasible = this.#nodes.filter((_, index) => reasons[index] === undefined);
    if (feasible.length === 0) return [...new Set(reasons)].join(', ');
    if (feasible.length === 1) return feasible[0] as NodeInfo;
    const points = scores(pod, feasible, this.#nodes);
    const most = Math.max(...points);
    const best = feasible.filter((_, index) => points[index] === most);
    return best[below(best.length, this.#environment.uniform('scheduler'))] as NodeInfo;
  }

  #onNode(node: NodeObject, cause: Cause): void {
    const info = this.#nodes.find((each) => each.node.name === node.name);
    if (info === undefined) return;
    info.node = node;
    this.#retry(cause);
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const isOver = gone || pod.phase === 'Succeeded' || pod.phase === 'Failed';
    if (pod.node === undefined) {
      if (gone || !isActive(pod)) this.#forget(pod.name);
      else if (!this.#isKnown(pod.name)) this.#enqueue({ pod, cause, attempts: 0, until_ms: 0 });
      return;
    }
    const info = this.#nodes[pod.node] as NodeInfo;
    if (!isOver) {
      info.pods.set(pod.name, pod);
    } else if (info.pods.delete(pod.name)) {
      this.#retry(cause);
    }
  }

  /** It went before the scheduler was through with it. */
  #forget(name: string): void {
    this.#unschedulable.delete(name);
    for (const { pods } of this.#nodes) pods.delete(name);
  }

  #isKnown(name: string): boolean {
    if (this.#unschedulable.has(name) || this.#queue.some(({ pod }) => pod.name === name)) return true;
    return this.#nodes.some(({ pods }) => pods.has(name));
  }

  #enqueue(queued: Queued): void {
    this.#queue.push(queued);
    this.#next();
  }

  #next(): void {
    if (this.#isBusy) return;
    const queued = this.#queue.shift();
    if (queued === undefined) return;
    this.#isBusy = true;
    this.#environment.after(this.#environment.delay_ms('scheduler_bind'), () => {
      this.#isBusy = false;
      this.#schedule(queued);
      this.#next();
    });
  }

  #schedule(queued: Queued): void {
    const { now_ms } = this.#environment;
    const { pod } = queued;
    const current = this.#api.pods.get(pod.name);
    if (current === undefined || !isActive(current)) return;
    const chosen = this.#choose(pod);
    const cause = step(queued.cause, 'scheduler', now_ms);
    if (typeof chosen !== 'string') {
      const { index } = chosen.node;
      chosen.pods.set(pod.name, { ...pod, node: index });
      this.#api.pods.update(pod.name, { node: index }, cause);
      return;
    }
    const wait_ms = Math.min(BACKOFF_MS * 2 ** queued.attempts, BACKOFF_MAX_MS);
    const waiting = { ...queued, cause, attempts: queued.attempts + 1, until_ms: now_ms + wait_ms };
    this.#unschedulable.set(pod.name, waiting);
    this.#environment.after(UNSCHEDULABLE_MAX_MS, () => {
      if (this.#unschedulable.get(pod.name) === waiting) this.#release(waiting, waiting.cause);
    });
  }

  /** Something has changed: whoever fitted nowhere is tried again, where need be after its back-off. */
  #retry(cause: Cause): void {
    for (const waiting of this.#unschedulable.values()) {
      const wait_ms = waiting.until_ms - this.#environment.now_ms;
      if (this.#options.takesFromBackoff || wait_ms <= 0) this.#release(waiting, cause);
      else this.#environment.after(wait_ms, () => this.#release(waiting, cause));
    }
  }

  #release(waiting: Queued, cause: Cause): void {
    if (this.#unschedulable.get(waiting.pod.name) !== waiting) return;
    this.#unschedulable.delete(waiting.pod.name);
    this.#enqueue({ ...waiting, cause: step(cause, 'unschedulable', this.#environment.now_ms) });
  }
}

interface Queued {
  readonly pod: PodObject;
  readonly cause: Cause;
  /** That failed. */
  readonly attempts: number;
  /** End of its back-off. */
  readonly until_ms: number;
}
