import type { Workload } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import { type ApiServer, isTerminating, type PodObject } from './api-server.ts';

/**
 * The replica set controller of one Deployment: keeps as many active pods as are wanted.
 *
 * It acts on events, without delay. A pod that is being deleted is not active, so its replacement is created
 * at once, not when it is gone (Kubernetes 1.35 pkg/controller/replicaset/replica_set.go, pkg/controller/controller_utils.go
 * FilterActivePods). Creations go out in batches of 1, 2, 4, ... (slowStartBatch, SlowStartInitialBatchSize 1).
 */
export class ReplicaSetController {
  readonly #environment: Environment;
  readonly #api: ApiServer;
  readonly #workload: Workload;
  readonly #known = new Map<string, PodObject>();
  /** Creations that were sent and not yet seen: the controller's expectations. */
  #expected = 0;
  #created: number;

  constructor(environment: Environment, api: ApiServer, workload: Workload, steady: readonly PodObject[]) {
    this.#environment = environment;
    this.#api = api;
    this.#workload = workload;
    for (const pod of steady) this.#known.set(pod.name, pod);
    this.#created = steady.length;
    api.watchPods((pod, gone, cause) => this.#onPod(pod, gone, cause));
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    if (pod.workload !== this.#workload) return;
    if (!this.#known.has(pod.name) && !gone) this.#expected -= 1;
    if (gone) this.#known.delete(pod.name);
    else this.#known.set(pod.name, pod);
    const sync_ms = this.#environment.delay_ms('controller_sync');
    this.#environment.after(sync_ms, () => this.#sync(step(cause, 'replica set', this.#environment.now_ms)));
  }

  #sync(cause: Cause): void {
    let active = 0;
    for (const pod of this.#known.values()) if (!isTerminating(pod)) active += 1;
    const missing = this.#workload.replicas - active - this.#expected;
    if (missing <= 0) return;
    this.#expected += missing;
    this.#createBatch(missing, 1, cause);
  }

  #createBatch(missing: number, size: number, cause: Cause): void {
    const batch = Math.min(missing, size);
    let stored = 0;
    for (let index = 0; index < batch; index += 1) {
      this.#api.createPod(this.#newPod(), step(cause, 'replica set', this.#environment.now_ms), () => {
        stored += 1;
        if (stored === batch && missing > batch) this.#createBatch(missing - batch, size * 2, cause);
      });
    }
  }

  #newPod(): PodObject {
    this.#created += 1;
    return {
      name: podName(this.#workload, this.#created),
      workload: this.#workload,
      node: undefined,
      phase: 'Pending',
      has_address: false,
      ready: false,
      grace_period_s: undefined,
    };
  }
}

/** Numbers stand where Kubernetes puts five random letters; padded, so that names sort as they were made. */
export function podName(workload: Workload, number: number): string {
  return `${workload.name}-${String(number).padStart(5, '0')}`;
}
