import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { type Fenceposts, fenceposts, newSetReplicas, type Resize, shrinkOld } from './deployment-rolling.ts';
import { scaleInProportion } from './deployment-scale.ts';
import { countedStatus, isComplete, isSameStatus, withProgress } from './deployment-status.ts';
import { type DeploymentObject, DeploymentWrites } from './deployment-writes.ts';
import type { EventRecorder } from './event-recorder.ts';
import {
  isTerminal,
  type PodObject,
  type ReplicaSetObject,
  type WorkloadObject,
  workloadKey,
} from './objects.ts';
import { type SyncEnd, WorkQueue } from './work-queue.ts';

/**
 * The deployment controller: rolls a new template out by way of ReplicaSets, one for each template.
 *
 * It is driven by changes of the Deployment and of its sets; how many pods are available it reads off the sets'
 * statuses, so each round waits for a write of the replica set controller. A sync makes its writes one after the other,
 * and a write to something that was changed meanwhile fails: then the sync is tried again (Kubernetes 1.35
 * pkg/controller/deployment/deployment_controller.go syncDeployment).
 */
export class DeploymentController {
  readonly #environment: Environment;
  readonly #writes: DeploymentWrites;
  readonly #queue: WorkQueue;
  readonly #deployments = new Map<string, DeploymentObject>();
  readonly #sets = new Map<string, ReplicaSetObject>();
  /** Of Deployments that recreate: their pods, which must be gone first. */
  readonly #pods = new Map<string, PodObject>();

  constructor(
    environment: Environment,
    api: ApiClient,
    events: EventRecorder,
    steady: {
      readonly workloads: readonly WorkloadObject[];
      readonly sets: readonly ReplicaSetObject[];
      readonly pods: readonly PodObject[];
    },
  ) {
    this.#environment = environment;
    this.#writes = new DeploymentWrites(environment, api, events);
    this.#queue = new WorkQueue(environment, (key, cause, end) => this.#sync(key, cause, end));
    for (const each of steady.workloads) if (isDeployment(each)) this.#deployments.set(each.name, each);
    for (const set of steady.sets) this.#sets.set(set.name, set);
    for (const pod of steady.pods) if (isRecreated(pod)) this.#pods.set(pod.name, pod);
    api.workloads.watch((object, gone, cause) => {
      if (gone || !isDeployment(object)) return;
      this.#deployments.set(object.name, object);
      this.#queue.add(object.name, cause);
    });
    api.replicaSets.watch((set, gone, cause) => {
      if (gone) this.#sets.delete(set.name);
      else this.#sets.set(set.name, set);
      this.#queue.add(workloadKey(set.workload), cause);
    });
    if (![...this.#deployments.values()].some(({ workload }) => workload.strategy.type === 'Recreate'))
      return;
    api.pods.watch((pod, gone, cause) => this.#onPod(pod, gone, cause));
  }

  /** Asks for a sync when the last pod of a Deployment that recreates has gone (deletePod). */
  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    if (!isRecreated(pod)) return;
    if (!gone) {
      this.#pods.set(pod.name, pod);
      return;
    }
    this.#pods.delete(pod.name);
    for (const other of this.#pods.values()) if (other.workload === pod.workload) return;
    this.#queue.add(workloadKey(pod.workload), cause);
  }

  #sync(key: string, because: Cause, end: (how: SyncEnd) => void): void {
    const deployment = this.#deployments.get(key);
    if (deployment === undefined) {
      end('done');
      return;
    }
    const cause = step(because, 'deployment', this.#environment.now_ms);
    const sets = byAge([...this.#sets.values()].filter(({ workload }) => workload === deployment.workload));
    const fresh = sets.find(({ template }) => template === deployment.template);
    const old = sets.filter((set) => set !== fresh);
    const sync = { deployment, fresh, old, cause, end };
    if (fresh === undefined) this.#act(sync);
    else if (fresh.revision <= maxRevision(old)) this.#raiseRevision(fresh, maxRevision(old) + 1, sync);
    else if (fresh.revision === deployment.status.revision) this.#act(sync);
    else this.#takeRevision(fresh, sync);
  }

  /**
   * An older set is the new one again. The sync looks at its sets twice, and the second time wants to write the same to
   * what it still has from its cache: that fails (getAllReplicaSetsAndSyncRevision, called by isScalingEvent too).
   */
  #raiseRevision(fresh: ReplicaSetObject, revision: number, { cause, end }: Sync): void {
    this.#writes.updateSet(fresh, { revision }, cause, (stored) => {
      if (stored === undefined) end('failed');
      else this.#writes.updateSet(fresh, { revision }, cause, () => end('failed'));
    });
  }

  /** The Deployment is told the revision of its new set (getNewReplicaSet). */
  #takeRevision({ revision }: ReplicaSetObject, sync: Sync): void {
    const { deployment, cause, end } = sync;
    this.#writes.updateStatus(deployment, { ...deployment.status, revision }, cause, (isStored) => {
      if (isStored) this.#act(sync);
      else end('failed');
    });
  }

  #act(sync: Sync): void {
    const { deployment } = sync;
    // isScalingEvent
    const isScaled = withPods(allOf(sync)).some(
      ({ desired_replicas }) => desired_replicas !== deployment.replicas,
    );
    if (isScaled) this.#scale(sync);
    else if (deployment.workload.strategy.type === 'Recreate') this.#recreate(sync);
    else this.#roll(sync);
  }

  /** Somebody has changed the replicas (sync.go scale). */
  #scale(sync: Sync): void {
    const { deployment, fresh, old } = sync;
    const { replicas, workload } = deployment;
    const active = withPods(byAge(allOf(sync)));
    const [only] = active;
    let resized: Resize[] = [];
    if (active.length <= 1) {
      const { name } = only ?? fresh ?? (old.at(-1) as ReplicaSetObject);
      if (only?.replicas !== replicas) resized = [{ name, replicas }];
    } else if (fresh !== undefined && isSaturated(fresh, replicas)) {
      resized = toNothing(old);
    } else if (workload.strategy.type === 'RollingUpdate') {
      resized = scaleInProportion(active, replicas, fenceposts(workload.strategy, replicas).surge);
    }
    this.#resize(sync, resized, 'counts');
  }

  /** rolling.go rolloutRolling: the new set grows; where it cannot, the old ones shrink. */
  #roll(sync: Sync): void {
    const { deployment, fresh, old } = sync;
    const { replicas, workload } = deployment;
    const posts = fenceposts(workload.strategy, replicas);
    const total = allOf(sync).reduce((sum, set) => sum + set.replicas, 0);
    const size = newSetReplicas(replicas, fresh?.replicas ?? 0, total, posts);
    if (fresh === undefined) {
      this.#create(sync, size, (created) => this.#shrink({ ...sync, fresh: created }, created, old, posts));
    } else if (size !== fresh.replicas) {
      this.#resize(sync, [{ name: fresh.name, replicas: size }], 'progress');
    } else {
      this.#shrink(sync, fresh, old, posts);
    }
  }

  #shrink(sync: Sync, fresh: ReplicaSetObject, old: readonly ReplicaSetObject[], posts: Fenceposts): void {
    const { deployment, cause } = sync;
    const resized = shrinkOld(deployment.replicas, sizeOf(fresh), withPods(old).map(sizeOf), posts);
    // A failed write is not tried again here: the change that it met asks for the next sync.
    this.#writes.resize(deployment, old, resized, cause, () => this.#writeStatus(sync, 'progress'));
  }

  /** recreate.go rolloutRecreate: nothing of the new template before the last pod of the old ones has ended. */
  #recreate(sync: Sync): void {
    const { deployment, fresh, old } = sync;
    const { replicas } = deployment;
    const resized = toNothing(old);
    if (resized.length > 0) this.#resize(sync, resized, 'progress');
    else if (this.#runsOld(sync)) this.#writeStatus(sync, 'progress');
    else if (fresh !== undefined) this.#resize(sync, [{ name: fresh.name, replicas }], 'progress');
    else
      this.#create(sync, replicas, (created) => this.#writeStatus({ ...sync, fresh: created }, 'progress'));
  }

  /** recreate.go oldPodsRunning. */
  #runsOld({ deployment, fresh, old }: Sync): boolean {
    if (old.some(({ status }) => status.replicas > 0)) return true;
    for (const pod of this.#pods.values()) {
      const isOld = pod.workload === deployment.workload && pod.owner !== fresh?.name;
      if (isOld && !isTerminal(pod)) return true;
    }
    return false;
  }

  #create(sync: Sync, replicas: number, then: (created: ReplicaSetObject) => void): void {
    const { deployment, old, cause, end } = sync;
    this.#writes.createSet(deployment, maxRevision(old) + 1, replicas, cause, (created) => {
      if (created === undefined) end('failed');
      else then(created);
    });
  }

  #resize(sync: Sync, resized: readonly Resize[], status: 'counts' | 'progress'): void {
    this.#writes.resize(sync.deployment, allOf(sync), resized, sync.cause, (how) => {
      if (how === 'failed') sync.end('failed');
      else this.#writeStatus(sync, status);
    });
  }

  /** @param what 'counts' where the sync was about scaling, which says nothing about progress */
  #writeStatus(sync: Sync, what: 'counts' | 'progress'): void {
    const { deployment, fresh, cause, end } = sync;
    const { status } = deployment;
    const { name, progress_deadline_s } = deployment.workload;
    const counted = countedStatus(status, deployment, fresh, allOf(sync));
    const { now_ms } = this.#environment;
    const next =
      what === 'counts' ? counted : withProgress(status, counted, progress_deadline_s * 1000, now_ms);
    if (isSameStatus(status, next)) {
      if (what === 'progress') this.#checkLater(deployment, cause);
      end('done');
      return;
    }
    this.#writes.updateStatus(deployment, next, cause, (isStored) => {
      const { reason } = next.progressing;
      if (isStored && reason === 'ProgressDeadlineExceeded' && status.progressing.reason !== reason) {
        const text = `the rollout of ${name} has made no progress for ${progress_deadline_s} s (${reason})`;
        this.#environment.record({ type: 'note', at_ms: this.#environment.now_ms, text });
      }
      end(isStored ? 'done' : 'failed');
    });
  }

  /** progress.go requeueStuckDeployment: looks again when the deadline is over. */
  #checkLater({ name, workload, status }: DeploymentObject, cause: Cause): void {
    const { reason, updated_at_ms } = status.progressing;
    // After a rollout that was completed nothing is late any more (util DeploymentTimedOut).
    if (isComplete(status) || reason === 'ProgressDeadlineExceeded' || reason === 'NewReplicaSetAvailable')
      return;
    const after_ms = updated_at_ms + workload.progress_deadline_s * 1000 - this.#environment.now_ms;
    this.#queue.addAfter(name, Math.max(0, after_ms) + 1000, cause, 'progressDeadlineSeconds');
  }
}

interface Sync {
  readonly deployment: DeploymentObject;
  /** The set of the Deployment's template, where there is one. */
  readonly fresh: ReplicaSetObject | undefined;
  /** The others, the oldest first. */
  readonly old: readonly ReplicaSetObject[];
  readonly cause: Cause;
  readonly end: (how: SyncEnd) => void;
}

const allOf = ({ fresh, old }: Sync): readonly ReplicaSetObject[] =>
  fresh === undefined ? old : [...old, fresh];

const isDeployment = (object: WorkloadObject): object is DeploymentObject =>
  object.workload.kind === 'Deployment' && object.status !== undefined;

const isRecreated = ({ workload }: PodObject): boolean =>
  workload.kind === 'Deployment' && workload.strategy.type === 'Recreate';

/** FilterActiveReplicaSets. */
const withPods = (sets: readonly ReplicaSetObject[]): ReplicaSetObject[] =>
  sets.filter(({ replicas }) => replicas > 0);

const toNothing = (sets: readonly ReplicaSetObject[]): Resize[] =>
  withPods(sets).map(({ name }) => ({ name, replicas: 0 }));

/** ReplicaSetsByCreationTimestamp. */
const byAge = (sets: readonly ReplicaSetObject[]): ReplicaSetObject[] =>
  [...sets].sort((a, b) => a.created_at_ms - b.created_at_ms || (a.name < b.name ? -1 : 1));

const maxRevision = (sets: readonly ReplicaSetObject[]): number =>
  sets.reduce((max, { revision }) => Math.max(max, revision), 0);

const sizeOf = ({ name, replicas, status }: ReplicaSetObject) => ({
  name,
  replicas,
  available: status.available,
});

/** util IsSaturated. */
const isSaturated = ({ replicas, desired_replicas, status }: ReplicaSetObject, wanted: number): boolean =>
  replicas === wanted && desired_replicas === wanted && status.available === wanted;
