import type { PodTemplate, StatefulSet } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import type { EventRecorder } from './event-recorder.ts';
import { isTerminating, newPod, type PodObject, type WorkloadObject } from './objects.ts';
import { isAvailable, nextAvailableAt_ms } from './pod-availability.ts';
import { ordinalOf, podNameOfOrdinal } from './pod-names.ts';
import { slowStart } from './slow-start.ts';
import { type Action, type Plan, planOf, type SetView } from './statefulset-plan.ts';
import { type SyncEnd, WorkQueue } from './work-queue.ts';

/**
 * The stateful set controller: a pod for each ordinal, under its own name. A pod comes back only when the object of the
 * one before has gone: one on a node that is lost stays away until the node is back or the object is removed by force.
 *
 * In order (OrderedReady) nothing is created, deleted or updated while a pod of a lower ordinal is not available. That
 * also holds back the way home from a template whose pods never become ready: somebody must delete the stuck pod.
 *
 * It keeps no expectations: where its cache is too old, the creation of a pod that is there fails and is tried again
 * (Kubernetes 1.35 pkg/controller/statefulset/stateful_set.go syncStatefulSet).
 */
export class StatefulSetController {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #events: EventRecorder;
  readonly #queue: WorkQueue;
  readonly #sets = new Map<string, SetState>();

  constructor(
    environment: Environment,
    api: ApiClient,
    events: EventRecorder,
    steady: { readonly workloads: readonly WorkloadObject[]; readonly pods: readonly PodObject[] },
  ) {
    this.#environment = environment;
    this.#api = api;
    this.#events = events;
    this.#queue = new WorkQueue(environment, (key, cause, end) => this.#sync(key, cause, end));
    for (const object of steady.workloads) {
      if (isStatefulSet(object)) this.#sets.set(object.name, newState(object));
    }
    for (const pod of steady.pods) {
      const state = this.#sets.get(pod.owner);
      if (state === undefined) continue;
      state.pods.set(ordinalOf(pod.name), pod);
      state.lives.set(ordinalOf(pod.name), 1);
    }
    for (const state of this.#sets.values()) state.written = statusOf(this.#view(state), this.#environment);
    api.workloads.watch((object, gone, cause) => {
      const state = this.#sets.get(object.name);
      if (gone || state === undefined || !isStatefulSet(object)) return;
      state.object = object;
      this.#queue.add(object.name, cause);
    });
    api.pods.watch((pod, gone, cause) => this.#onPod(pod, gone, cause));
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const state = this.#sets.get(pod.owner);
    if (state === undefined) return;
    const ordinal = ordinalOf(pod.name);
    const before = state.pods.get(ordinal);
    if (gone) state.pods.delete(ordinal);
    else state.pods.set(ordinal, pod);
    state.unseen.delete(ordinal);
    this.#queue.add(pod.owner, cause);
    const { min_ready_s } = state.object.workload;
    if (min_ready_s > 0 && pod.ready && before?.ready === false) {
      this.#queue.addAfter(pod.owner, min_ready_s * 1000, cause, 'minReadySeconds');
    }
  }

  #sync(key: string, because: Cause, end: (how: SyncEnd) => void): void {
    const state = this.#sets.get(key);
    if (state === undefined) {
      end('done');
      return;
    }
    const cause = step(because, 'stateful set', this.#environment.now_ms);
    this.#revise(state, cause, () => {
      const view = this.#view(state);
      const status = statusOf(view, this.#environment);
      this.#carryOut(state, planOf(view), cause, (how) => {
        if (how === 'failed') end('failed');
        else this.#writeStatus(state, view, status, cause, end);
      });
    });
  }

  /** A template that is new, or an older one again, is first written down as a ControllerRevision. */
  #revise(state: SetState, cause: Cause, then: () => void): void {
    const { name, template } = state.object;
    if (state.revised === template) {
      then();
      return;
    }
    // What it says is in the workload already; what counts is that it takes a write.
    this.#api.workloads.update(
      name,
      () => undefined,
      cause,
      () => {
        state.revised = template;
        then();
      },
    );
  }

  #carryOut(state: SetState, [phase, ...rest]: Plan, cause: Cause, done: (how: SyncEnd) => void): void {
    if (phase === undefined) {
      done('done');
      return;
    }
    let how: SyncEnd = 'done';
    slowStart(
      phase.length,
      (index, returned) =>
        this.#act(state, phase[index] as Action, cause, (result) => {
          if (result === 'failed') how = 'failed';
          returned();
        }),
      () => {
        if (how === 'failed') done('failed');
        else this.#carryOut(state, rest, cause, done);
      },
    );
  }

  #act(state: SetState, action: Action, because: Cause, done: (how: SyncEnd) => void): void {
    const { workload, name } = state.object;
    const cause = step(because, 'stateful set', this.#environment.now_ms);
    if ('remove' in action) {
      const { remove: pod } = action;
      this.#api.pods.delete(pod.name, pod.template.termination_grace_period_s, cause, () => {
        this.#events.record(name);
        done('done');
      });
      return;
    }
    const { create: ordinal, template } = action;
    if (state.unseen.has(ordinal) || state.pods.has(ordinal)) {
      // "already exists": the sync before created it, which was not seen yet when this one began.
      this.#api.workloads.update(
        name,
        () => undefined,
        cause,
        () => done('failed'),
      );
      return;
    }
    const life = (state.lives.get(ordinal) ?? 0) + 1;
    state.lives.set(ordinal, life);
    state.unseen.add(ordinal);
    const podName = podNameOfOrdinal(workload.name, ordinal, life);
    const pod = newPod(podName, { workload, owner: name, template }, this.#environment.now_ms);
    this.#api.pods.create(pod, cause, () => {
      this.#events.record(name);
      done('done');
    });
  }

  /** @param status as it was before the plan was carried out: the writes are seen by the next sync */
  #writeStatus(
    state: SetState,
    view: SetView,
    status: SetStatus,
    cause: Cause,
    end: (how: SyncEnd) => void,
  ): void {
    const { object } = state;
    const { min_ready_s, update_strategy } = view.workload;
    const ready = [...view.pods.values()].filter((pod) => pod.ready);
    const next_ms =
      status.ready === status.available
        ? undefined
        : nextAvailableAt_ms(this.#environment, ready, min_ready_s);
    const finish = () => {
      if (next_ms !== undefined) {
        const wait_ms = Math.max(0, next_ms - this.#environment.now_ms);
        this.#queue.addAfter(object.name, wait_ms, cause, 'minReadySeconds');
      }
      end('done');
    };
    // completeRollingUpdate
    const { updated, ready: readyCount, replicas } = status;
    const isComplete = [updated, readyCount, replicas].every((count) => count === view.replicas);
    if (update_strategy.type === 'RollingUpdate' && isComplete) state.current = view.update;
    if (isSame(state.written, status)) {
      finish();
      return;
    }
    state.written = status;
    this.#api.workloads.update(object.name, () => undefined, cause, finish);
  }

  #view({ object, current, pods }: SetState): SetView {
    const { workload, replicas, template } = object;
    return {
      workload,
      replicas,
      current,
      update: template,
      pods: new Map(pods),
      isAvailable: (pod) => isAvailable(this.#environment, pod, workload.min_ready_s),
      takesMaxUnavailable: this.#environment.platform.kubernetes.stateful_set_max_unavailable,
    };
  }
}

type StatefulSetObject = WorkloadObject & { readonly workload: StatefulSet };

interface SetState {
  object: StatefulSetObject;
  /** status.currentRevision: the template of the last rollout that was completed. */
  current: PodTemplate;
  /** The template that there is a ControllerRevision of. */
  revised: PodTemplate;
  readonly pods: Map<number, PodObject>;
  /** How many pods each ordinal has had. */
  readonly lives: Map<number, number>;
  /** Ordinals whose pod was created and has not been seen yet. */
  readonly unseen: Set<number>;
  /** The status as it was last written. */
  written: SetStatus | undefined;
}

/** The counts of apps/v1 StatefulSetStatus. */
interface SetStatus {
  readonly observed: StatefulSetObject['template'];
  readonly observed_replicas: number;
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  readonly current: number;
  readonly updated: number;
}

/** stateful_set_control.go computeReplicaStatus. */
function statusOf(view: SetView, environment: Environment): SetStatus {
  const pods = [...view.pods.values()];
  const staying = pods.filter((pod) => !isTerminating(pod));
  const ready = pods.filter((pod) => pod.phase === 'Running' && pod.ready);
  return {
    observed: view.update,
    observed_replicas: view.replicas,
    replicas: pods.length,
    ready: ready.length,
    available: ready.filter((pod) => isAvailable(environment, pod, view.workload.min_ready_s)).length,
    current: staying.filter(({ template }) => template === view.current).length,
    updated: staying.filter(({ template }) => template === view.update).length,
  };
}

function isSame(a: SetStatus | undefined, b: SetStatus): boolean {
  return a !== undefined && (Object.keys(b) as (keyof SetStatus)[]).every((key) => a[key] === b[key]);
}

const isStatefulSet = (object: WorkloadObject): object is StatefulSetObject =>
  object.workload.kind === 'StatefulSet';

const newState = (object: StatefulSetObject): SetState => ({
  object,
  current: object.template,
  revised: object.template,
  pods: new Map(),
  lives: new Map(),
  unseen: new Set(),
  written: undefined,
});
