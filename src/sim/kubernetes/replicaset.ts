import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { isActive, type PodObject, type ReplicaSetObject } from './objects.ts';

/**
 * The replica set controller: keeps as many active pods of each ReplicaSet as it wants.
 *
 * It acts on events, without delay. A pod that is being deleted is not active, so its replacement is created
 * at once, not when it is gone (Kubernetes 1.35 pkg/controller/replicaset/replica_set.go, pkg/controller/controller_utils.go
 * FilterActivePods). Creations go out in batches of 1, 2, 4, ... (slowStartBatch, SlowStartInitialBatchSize 1).
 */
export class ReplicaSetController {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #sets = new Map<string, SetState>();

  /** @param steady sets that are there, and their pods, all as wanted */
  constructor(
    environment: Environment,
    api: ApiClient,
    steady: { readonly sets: readonly ReplicaSetObject[]; readonly pods: readonly PodObject[] },
  ) {
    this.#environment = environment;
    this.#api = api;
    for (const set of steady.sets) this.#sets.set(set.name, newState(set));
    for (const pod of steady.pods) {
      const state = this.#sets.get(pod.owner);
      if (state === undefined) continue;
      state.pods.set(pod.name, pod);
      state.created += 1;
    }
    api.replicaSets.watch((set, gone, cause) => this.#onSet(set, gone, cause));
    api.pods.watch((pod, gone, cause) => this.#onPod(pod, gone, cause));
  }

  #onSet(set: ReplicaSetObject, gone: boolean, cause: Cause): void {
    const state = this.#sets.get(set.name);
    if (gone) {
      this.#sets.delete(set.name);
      return;
    }
    if (state === undefined) this.#sets.set(set.name, newState(set));
    else state.set = set;
    this.#request(set.name, cause);
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const state = this.#sets.get(pod.owner);
    if (state === undefined) return;
    if (!gone && !state.pods.has(pod.name)) state.expected -= 1;
    if (gone || !isActive(pod)) state.deleting.delete(pod.name);
    if (gone) state.pods.delete(pod.name);
    else state.pods.set(pod.name, pod);
    this.#request(pod.owner, cause);
  }

  #request(name: string, cause: Cause): void {
    this.#environment.after(this.#environment.delay_ms('controller_sync'), () => {
      const state = this.#sets.get(name);
      if (state !== undefined) this.#sync(state, step(cause, 'replica set', this.#environment.now_ms));
    });
  }

  #sync(state: SetState, cause: Cause): void {
    const active = [...state.pods.values()].filter((pod) => isActive(pod) && !state.deleting.has(pod.name));
    const missing = state.set.replicas - active.length - state.expected;
    if (missing > 0) {
      state.expected += missing;
      this.#createBatch(state, missing, 1, cause);
    } else if (missing < 0 && state.expected === 0) {
      for (const pod of active.sort(byDeletionOrder).slice(0, -missing)) {
        state.deleting.add(pod.name);
        this.#api.pods.delete(pod.name, pod.template.termination_grace_period_s, cause);
      }
    }
  }

  #createBatch(state: SetState, missing: number, size: number, cause: Cause): void {
    const batch = Math.min(missing, size);
    let stored = 0;
    for (let index = 0; index < batch; index += 1) {
      const pod = this.#newPod(state);
      this.#api.pods.create(pod, step(cause, 'replica set', this.#environment.now_ms), () => {
        stored += 1;
        if (stored === batch && missing > batch) this.#createBatch(state, missing - batch, size * 2, cause);
      });
    }
  }

  #newPod(state: SetState): PodObject {
    state.created += 1;
    const { workload, name, template } = state.set;
    return newPod(
      podName(name, state.created),
      { workload, owner: name, template },
      this.#environment.now_ms,
    );
  }
}

interface SetState {
  set: ReplicaSetObject;
  readonly pods: Map<string, PodObject>;
  /** Creations that were sent and not yet seen: the controller's expectations. */
  expected: number;
  /** Deletions that were sent and not yet seen. */
  readonly deleting: Set<string>;
  created: number;
}

const newState = (set: ReplicaSetObject): SetState => ({
  set,
  pods: new Map(),
  expected: 0,
  deleting: new Set(),
  created: 0,
});

/** Which pods go first: unscheduled, then pending, then not ready, then the youngest (ActivePodsWithRanks, in part). */
function byDeletionOrder(a: PodObject, b: PodObject): number {
  const rank = (pod: PodObject) =>
    (pod.node === undefined ? 0 : 4) + (pod.phase === 'Pending' ? 0 : 2) + (pod.ready ? 1 : 0);
  return (
    rank(a) - rank(b) ||
    b.ready_since_ms - a.ready_since_ms ||
    b.created_at_ms - a.created_at_ms ||
    (a.name < b.name ? 1 : -1)
  );
}

/** A pod that was just created: nowhere yet, and nothing of it runs. */
export function newPod(
  name: string,
  of: Pick<PodObject, 'workload' | 'owner' | 'template'>,
  now_ms: number,
): PodObject {
  return {
    name,
    ...of,
    node: undefined,
    phase: 'Pending',
    has_address: false,
    ready: false,
    ready_since_ms: now_ms,
    created_at_ms: now_ms,
    grace_period_s: undefined,
  };
}

/** Numbers stand where Kubernetes puts five random letters; padded, so that names sort as they were made. */
export function podName(owner: string, number: number): string {
  return `${owner}-${String(number).padStart(5, '0')}`;
}
