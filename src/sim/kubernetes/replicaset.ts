import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { DeletionOrder } from './deletion-order.ts';
import type { EventRecorder } from './event-recorder.ts';
import { Expectations } from './expectations.ts';
import {
  isActive,
  isTerminal,
  isTerminating,
  newPod,
  type PodObject,
  type ReplicaSetObject,
} from './objects.ts';
import { isAvailable, nextAvailableAt_ms } from './pod-availability.ts';
import { podName } from './pod-names.ts';
import { ReplicaSetStatusWriter } from './replicaset-status.ts';
import { atOnce, slowStart } from './slow-start.ts';
import { type SyncEnd, WorkQueue } from './work-queue.ts';

/** Kubernetes 1.35 pkg/controller/replicaset/replica_set.go BurstReplicas. */
const BURST_REPLICAS = 500;

/**
 * The replica set controller: keeps as many active pods of each ReplicaSet as it wants, and says in the set's status
 * how many are available, which is what the Deployment waits for.
 *
 * It acts on events, without delay. A pod that is being deleted is not active, so its replacement is created
 * at once, not when it is gone. What it has created or deleted it waits to see before it counts again (Kubernetes 1.35
 * pkg/controller/replicaset/replica_set.go syncReplicaSet, manageReplicas).
 */
export class ReplicaSetController {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #events: EventRecorder;
  readonly #sets = new Map<string, SetState>();
  readonly #queue: WorkQueue;
  readonly #order: DeletionOrder;
  readonly #status: ReplicaSetStatusWriter;

  /** @param steady sets that are there, and their pods, all as wanted */
  constructor(
    environment: Environment,
    api: ApiClient,
    events: EventRecorder,
    steady: { readonly sets: readonly ReplicaSetObject[]; readonly pods: readonly PodObject[] },
  ) {
    this.#environment = environment;
    this.#api = api;
    this.#events = events;
    this.#order = new DeletionOrder(environment);
    this.#status = new ReplicaSetStatusWriter(api);
    this.#queue = new WorkQueue(environment, (name, cause, end) => this.#sync(name, cause, end));
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
    this.#queue.add(set.name, cause);
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const state = this.#sets.get(pod.owner);
    if (state === undefined) return;
    const before = state.pods.get(pod.name);
    if (gone) state.pods.delete(pod.name);
    else state.pods.set(pod.name, pod);
    if (gone || isTerminating(pod)) state.expectations.deletionSeen(pod.name);
    else if (before === undefined) state.expectations.creationSeen();
    this.#queue.add(pod.owner, cause);
    const { min_ready_s } = state.set.workload;
    if (min_ready_s > 0 && pod.ready && before?.ready === false) {
      this.#queue.addAfter(pod.owner, min_ready_s * 1000, cause, 'minReadySeconds');
    }
  }

  #sync(name: string, because: Cause, end: (how: SyncEnd) => void): void {
    const state = this.#sets.get(name);
    if (state === undefined) {
      end('done');
      return;
    }
    const cause = step(because, 'replica set', this.#environment.now_ms);
    const { set } = state;
    const pods = [...state.pods.values()];
    const active = pods.filter(isActive);
    const terminating = this.#environment.platform.kubernetes.replica_set_counts_terminating
      ? pods.filter((pod) => isTerminating(pod) && !isTerminal(pod)).length
      : 0;
    const finish = () => this.#writeStatus(set, active, terminating, cause, end);
    if (state.expectations.areFulfilled) this.#manage(state, active, cause, finish);
    else finish();
  }

  /** Creates what is missing, or deletes what is too much; `done` when all of it has returned. */
  #manage(state: SetState, active: readonly PodObject[], cause: Cause, done: () => void): void {
    const { set } = state;
    const tooMany = active.length - set.replicas;
    if (tooMany < 0) {
      const count = Math.min(-tooMany, BURST_REPLICAS);
      state.expectations.expect(count, []);
      slowStart(count, (_, returned) => this.#create(state, cause, returned), done);
    } else if (tooMany > 0) {
      const doomed = this.#order
        .sorted(active, this.#related(set))
        .slice(0, Math.min(tooMany, BURST_REPLICAS));
      state.expectations.expect(
        0,
        doomed.map(({ name }) => name),
      );
      atOnce(doomed, (pod, returned) => this.#delete(state, pod, cause, returned), done);
    } else {
      done();
    }
  }

  #create(state: SetState, cause: Cause, returned: () => void): void {
    state.created += 1;
    const { workload, name, template } = state.set;
    const { now_ms } = this.#environment;
    const pod = newPod(podName(name, state.created), { workload, owner: name, template }, now_ms);
    this.#api.pods.create(pod, step(cause, 'replica set', now_ms), () => {
      this.#events.record(name);
      returned();
    });
  }

  #delete(state: SetState, pod: PodObject, cause: Cause, returned: () => void): void {
    this.#api.pods.delete(pod.name, pod.template.termination_grace_period_s, cause, () => {
      this.#events.record(state.set.name);
      returned();
    });
  }

  #writeStatus(
    set: ReplicaSetObject,
    active: readonly PodObject[],
    terminating: number,
    cause: Cause,
    end: (how: SyncEnd) => void,
  ): void {
    const { min_ready_s } = set.workload;
    const status = {
      observed_replicas: set.replicas,
      replicas: active.length,
      ready: active.filter(({ ready }) => ready).length,
      available: active.filter((pod) => isAvailable(this.#environment, pod, min_ready_s)).length,
      terminating,
    };
    const next_ms =
      status.ready === status.available
        ? undefined
        : nextAvailableAt_ms(this.#environment, active, min_ready_s);
    this.#status.write(set, status, step(cause, 'replica set', this.#environment.now_ms), (how) => {
      if (how === 'done' && next_ms !== undefined) {
        const { now_ms } = this.#environment;
        this.#queue.addAfter(set.name, Math.max(0, next_ms - now_ms), cause, 'minReadySeconds');
      }
      end(how);
    });
  }

  /** The pods of every set of the same workload. */
  *#related(set: ReplicaSetObject): Iterable<PodObject> {
    for (const state of this.#sets.values()) {
      if (state.set.workload === set.workload) yield* state.pods.values();
    }
  }
}

interface SetState {
  set: ReplicaSetObject;
  readonly pods: Map<string, PodObject>;
  readonly expectations: Expectations;
  created: number;
}

const newState = (set: ReplicaSetObject): SetState => ({
  set,
  pods: new Map(),
  expectations: new Expectations(),
  created: 0,
});
