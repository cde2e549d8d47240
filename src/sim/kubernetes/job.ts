import type { Job } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { DeletionOrder } from './deletion-order.ts';
import type { EventRecorder } from './event-recorder.ts';
import { Expectations } from './expectations.ts';
import { isActive, isTerminating, newPod, type PodObject, type WorkloadObject } from './objects.ts';
import { podNameOfKind } from './pod-names.ts';
import { atOnce, slowStart } from './slow-start.ts';
import { type SyncEnd, WorkQueue } from './work-queue.ts';

/** Kubernetes 1.35 pkg/controller/job/job_controller.go: SyncJobBatchPeriod and the pod failure back-off. */
const BATCH_MS = 1000;
const BACKOFF_MS = 10_000;
const BACKOFF_MAX_MS = 600_000;
const MAX_PER_SYNC = 500;

/**
 * The job controller: as many pods at once as its parallelism, until enough have ended well or too many have failed.
 * A pod that is being deleted counts as failed, unless it has ended well by the time it is counted. Pods are looked at
 * once a second, and the replacement of a failed one waits 10 s from its end, doubled with every further failure
 * (Kubernetes 1.35 pkg/controller/job/job_controller.go syncJob, isPodFailed, manageJob; backoff_utils.go).
 *
 * Left out: restarts of containers that count against the back-off limit (restartPolicy OnFailure), indexed jobs,
 * policies of failure and success, and the finalizer that keeps a deleted pod's object until it is counted.
 */
export class JobController {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #events: EventRecorder;
  readonly #queue: WorkQueue;
  readonly #order: DeletionOrder;
  readonly #jobs = new Map<string, JobState>();

  constructor(
    environment: Environment,
    api: ApiClient,
    events: EventRecorder,
    steady: { readonly workloads: readonly WorkloadObject[]; readonly pods: readonly PodObject[] },
  ) {
    this.#environment = environment;
    this.#api = api;
    this.#events = events;
    this.#order = new DeletionOrder(environment);
    this.#queue = new WorkQueue(environment, (key, cause, end) => this.#sync(key, cause, end));
    for (const object of steady.workloads) {
      if (isJob(object)) this.#jobs.set(object.name, newState(object));
    }
    for (const pod of steady.pods) {
      const state = this.#jobs.get(pod.owner);
      if (state === undefined) continue;
      state.pods.set(pod.name, pod);
      state.created += 1;
    }
    api.workloads.watch((object, gone, cause) => {
      const state = this.#jobs.get(object.name);
      if (gone || state === undefined || !isJob(object)) return;
      state.object = object;
      this.#queue.add(object.name, cause);
    });
    api.pods.watch((pod, gone, cause) => this.#onPod(pod, gone, cause));
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const state = this.#jobs.get(pod.owner);
    if (state === undefined) return;
    const isNew = !state.pods.has(pod.name);
    if (gone) state.pods.delete(pod.name);
    else state.pods.set(pod.name, pod);
    if (gone || isTerminating(pod)) state.expectations.deletionSeen(pod.name);
    else if (isNew) state.expectations.creationSeen();
    if (!isActive(pod) || gone) this.#remember(state, pod);
    this.#queue.addAfter(pod.owner, BATCH_MS, cause, 'job batch period');
  }

  /** It has ended, or is about to: the next sync counts it, as it is then. */
  #remember(state: JobState, pod: PodObject): void {
    if (state.counted.has(pod.name)) return;
    const at_ms =
      state.ended.get(pod.name)?.at_ms ?? this.#environment.statusTime_ms(this.#environment.now_ms);
    state.ended.set(pod.name, { pod, at_ms });
  }

  /** newBackoffRecord: failures before the last success are forgotten. */
  #count(state: JobState): void {
    const ended = [...state.ended.values()].sort((a, b) => a.at_ms - b.at_ms);
    state.ended.clear();
    for (const { pod, at_ms } of ended) {
      state.counted.add(pod.name);
      if (pod.phase === 'Succeeded') {
        state.succeeded += 1;
        state.failuresInARow = 0;
      } else {
        state.failed += 1;
        state.failuresInARow += 1;
        state.failed_at_ms = at_ms;
      }
    }
  }

  #sync(key: string, because: Cause, end: (how: SyncEnd) => void): void {
    const state = this.#jobs.get(key);
    if (state === undefined || state.isFinished) {
      end('done');
      return;
    }
    const cause = step(because, 'job', this.#environment.now_ms);
    this.#count(state);
    const active = [...state.pods.values()].filter(isActive);
    const { completions, backoff_limit, name } = state.object.workload;
    const finish = () => {
      // Its status is written, which nobody waits for.
      this.#api.workloads.update(
        key,
        () => undefined,
        cause,
        () => end('done'),
      );
    };
    if (state.failed > backoff_limit) {
      state.isFinished = true;
      const text = `Job ${name} has failed: ${state.failed} pods ended badly (BackoffLimitExceeded)`;
      this.#environment.record({ type: 'note', at_ms: this.#environment.now_ms, text });
      this.#delete(state, active, cause, finish);
    } else if (!state.expectations.areFulfilled) {
      finish();
    } else if (state.succeeded >= completions && active.length === 0) {
      state.isFinished = true;
      finish();
    } else {
      this.#manage(state, active, cause, finish);
    }
  }

  #manage(state: JobState, active: readonly PodObject[], cause: Cause, done: () => void): void {
    const { replicas: parallelism, name, workload } = state.object;
    const wanted = Math.max(0, Math.min(parallelism, workload.completions - state.succeeded));
    if (active.length > wanted) {
      const doomed = this.#order
        .sorted(active, active)
        .slice(0, Math.min(active.length - wanted, MAX_PER_SYNC));
      this.#delete(state, doomed, cause, done);
      return;
    }
    const missing = Math.min(wanted - active.length, MAX_PER_SYNC);
    const wait_ms = missing === 0 ? 0 : this.#backoff_ms(state);
    if (wait_ms > 0) {
      this.#queue.addAfter(name, Math.max(wait_ms, BATCH_MS), cause, 'job back-off');
      done();
      return;
    }
    if (missing > 0) state.expectations.expect(missing, []);
    slowStart(missing, (_, returned) => this.#create(state, cause, returned), done);
  }

  /** What is left of the wait (getRemainingTimeForFailuresCount). */
  #backoff_ms({ failuresInARow, failed_at_ms }: JobState): number {
    if (failuresInARow === 0) return 0;
    const backoff_ms = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** (failuresInARow - 1));
    return Math.max(0, failed_at_ms + backoff_ms - this.#environment.now_ms);
  }

  #create(state: JobState, cause: Cause, returned: () => void): void {
    const { name: owner, workload, template } = state.object;
    state.created += 1;
    const { now_ms } = this.#environment;
    const pod = newPod(
      podNameOfKind('Job', workload.name, state.created),
      { workload, owner, template },
      now_ms,
    );
    this.#api.pods.create(pod, step(cause, 'job', now_ms), () => {
      this.#events.record(owner);
      returned();
    });
  }

  #delete(state: JobState, pods: readonly PodObject[], cause: Cause, done: () => void): void {
    state.expectations.expect(
      0,
      pods.map(({ name }) => name),
    );
    // What the controller takes away itself has not failed (deleteJobPods).
    for (const { name } of pods) state.counted.add(name);
    const remove = (pod: PodObject, returned: () => void) => {
      this.#api.pods.delete(pod.name, pod.template.termination_grace_period_s, cause, () => {
        this.#events.record(state.object.name);
        returned();
      });
    };
    atOnce(pods, remove, done);
  }
}

type JobObject = WorkloadObject & { readonly workload: Job };

interface JobState {
  object: JobObject;
  readonly pods: Map<string, PodObject>;
  readonly expectations: Expectations;
  created: number;
  /** Pods that have ended or are about to and are not counted yet, and since when. */
  readonly ended: Map<string, { readonly pod: PodObject; readonly at_ms: number }>;
  readonly counted: Set<string>;
  succeeded: number;
  failed: number;
  /** Since the last pod that ended well. */
  failuresInARow: number;
  failed_at_ms: number;
  isFinished: boolean;
}

const isJob = (object: WorkloadObject): object is JobObject => object.workload.kind === 'Job';

const newState = (object: JobObject): JobState => ({
  object,
  pods: new Map(),
  expectations: new Expectations(),
  created: 0,
  ended: new Map(),
  counted: new Set(),
  succeeded: 0,
  failed: 0,
  failuresInARow: 0,
  failed_at_ms: 0,
  isFinished: false,
});
