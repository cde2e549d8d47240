import type { Deployment } from '../../scenario/scenario.ts';
import type { Cause } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { fenceposts, type Resize } from './deployment-rolling.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { DeploymentStatus, ReplicaSetObject, WorkloadObject } from './objects.ts';
import type { SyncEnd } from './work-queue.ts';

/** A Deployment as an API object: with what its controller needs of it. */
export type DeploymentObject = WorkloadObject & {
  readonly workload: Deployment;
  readonly status: DeploymentStatus;
};

/**
 * What the deployment controller writes. Each write names the object as it was seen; where it has been written by
 * somebody else meanwhile, nothing is stored ("the object has been modified").
 */
export class DeploymentWrites {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #events: EventRecorder;

  constructor(environment: Environment, api: ApiClient, events: EventRecorder) {
    this.#environment = environment;
    this.#api = api;
    this.#events = events;
  }

  /** @param done told whether it was stored */
  updateStatus(
    seen: DeploymentObject,
    status: DeploymentStatus,
    cause: Cause,
    done: (isStored: boolean) => void,
  ): void {
    let isStored = false;
    const change = (current: WorkloadObject) => {
      isStored = current === seen;
      return isStored ? { status } : undefined;
    };
    this.#api.workloads.update(seen.name, change, cause, () => done(isStored));
  }

  /** @param done told what is stored now; undefined where the write failed */
  updateSet(
    seen: ReplicaSetObject,
    change: Partial<ReplicaSetObject>,
    cause: Cause,
    done: (stored: ReplicaSetObject | undefined) => void,
  ): void {
    let isStored = false;
    const checked = (current: ReplicaSetObject) => {
      isStored = current === seen;
      return isStored ? change : undefined;
    };
    this.#api.replicaSets.update(seen.name, checked, cause, () => {
      done(isStored ? this.#api.replicaSets.get(seen.name) : undefined);
    });
  }

  /**
   * Writes sizes one after the other; the first write that fails is the last (sync.go scaleReplicaSet).
   *
   * @param seen the sets as the sizes were calculated from
   */
  resize(
    deployment: DeploymentObject,
    seen: readonly ReplicaSetObject[],
    resized: readonly Resize[],
    cause: Cause,
    done: (how: SyncEnd) => void,
  ): void {
    const [first, ...rest] = resized;
    if (first === undefined) {
      done('done');
      return;
    }
    const { name, replicas } = first;
    const set = seen.find((each) => each.name === name) as ReplicaSetObject;
    const annotations = this.#annotations(deployment);
    const { desired_replicas, max_replicas } = annotations;
    const isSame =
      set.replicas === replicas &&
      set.desired_replicas === desired_replicas &&
      set.max_replicas === max_replicas;
    if (isSame) {
      this.resize(deployment, seen, rest, cause, done);
      return;
    }
    this.updateSet(set, { replicas, ...annotations }, cause, (stored) => {
      if (stored === undefined) {
        done('failed');
        return;
      }
      if (replicas !== set.replicas) this.#events.record(deployment.name);
      const now = seen.map((each) => (each === set ? stored : each));
      this.resize(deployment, now, rest, cause, done);
    });
  }

  /**
   * Creates the set of the Deployment's template, then says so in the Deployment's status (sync.go getNewReplicaSet).
   *
   * @param done told the set; undefined where one of the writes failed
   */
  createSet(
    deployment: DeploymentObject,
    revision: number,
    replicas: number,
    cause: Cause,
    done: (created: ReplicaSetObject | undefined) => void,
  ): void {
    const { workload, template } = deployment;
    const set: ReplicaSetObject = {
      name: setName(workload.name, revision),
      workload,
      template,
      revision,
      replicas,
      ...this.#annotations(deployment),
      created_at_ms: this.#environment.now_ms,
      status: { observed_replicas: 0, replicas: 0, ready: 0, available: 0, terminating: 0 },
    };
    this.#api.replicaSets.create(set, cause, (stored) => {
      // The cache was too old: the set is there already.
      if (this.#api.replicaSets.get(set.name) !== set) {
        done(undefined);
        return;
      }
      if (replicas > 0) this.#events.record(deployment.name);
      const updated_at_ms = this.#environment.now_ms;
      const progressing = { reason: 'NewReplicaSetCreated', updated_at_ms } as const;
      const status = { ...deployment.status, revision, progressing };
      this.updateStatus(deployment, status, stored, (isStored) => done(isStored ? set : undefined));
    });
  }

  #annotations({ workload, replicas }: DeploymentObject) {
    return {
      desired_replicas: replicas,
      max_replicas: replicas + fenceposts(workload.strategy, replicas).surge,
    };
  }
}

/** The set of a Deployment's revision; the first is called as the Deployment. */
function setName(deployment: string, revision: number): string {
  return revision === 1 ? deployment : `${deployment}-rev${revision}`;
}
