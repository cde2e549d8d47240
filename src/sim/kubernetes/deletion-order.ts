import type { Environment } from '../environment.ts';
import { isActive, type PodObject } from './objects.ts';

/**
 * Which pods go first when there are too many: without a node, then pending, then not ready, then on the node with most
 * pods of the workload, then the latest to be ready, then the youngest (Kubernetes 1.35
 * pkg/controller/controller_utils.go ActivePodsWithRanks; pkg/controller/replicaset/replica_set.go
 * getPodsRankedByRelatedPodsOnSameNode). Restart counts and the pod-deletion-cost annotation are left out.
 */
export class DeletionOrder {
  readonly #environment: Environment;
  /** What stands for the UIDs, which decide last: chance, drawn where it is first asked for. */
  readonly #uids = new Map<string, number>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /**
   * @param pods active ones
   * @param related all pods of the same workload, those of its other replica sets included
   */
  sorted(pods: readonly PodObject[], related: Iterable<PodObject>): PodObject[] {
    const onNode = new Map<number | undefined, number>();
    for (const pod of related) {
      if (isActive(pod)) onNode.set(pod.node, (onNode.get(pod.node) ?? 0) + 1);
    }
    const rank = (pod: PodObject) => onNode.get(pod.node) ?? 0;
    return [...pods].sort(
      (a, b) =>
        Number(a.node !== undefined) - Number(b.node !== undefined) ||
        Number(a.phase !== 'Pending') - Number(b.phase !== 'Pending') ||
        Number(a.ready) - Number(b.ready) ||
        rank(b) - rank(a) ||
        this.#byAge(a, b),
    );
  }

  #byAge(a: PodObject, b: PodObject): number {
    if (a.ready && b.ready && a.ready_since_ms !== b.ready_since_ms) {
      return this.#ageRank(a.ready_since_ms) - this.#ageRank(b.ready_since_ms) || this.#byUid(a, b);
    }
    if (a.created_at_ms !== b.created_at_ms) {
      return this.#ageRank(a.created_at_ms) - this.#ageRank(b.created_at_ms) || this.#byUid(a, b);
    }
    return this.#byUid(a, b);
  }

  /** Ages are told apart by powers of two alone (controller_utils.go logarithmicRankDiff, in nanoseconds). */
  #ageRank(since_ms: number): number {
    const age_ms = this.#environment.now_ms - this.#environment.statusTime_ms(since_ms);
    if (age_ms <= 0) return -1;
    return Math.min(Math.trunc(Math.log2(age_ms * 1e6)), OLDEST);
  }

  #byUid(a: PodObject, b: PodObject): number {
    return this.#uid(a.name) - this.#uid(b.name);
  }

  #uid(pod: string): number {
    let uid = this.#uids.get(pod);
    if (uid === undefined) {
      uid = this.#environment.uniform('pod-uid')();
      this.#uids.set(pod, uid);
    }
    return uid;
  }
}

/** An age in nanoseconds fits into 63 bits; pods of before the trial are this old. */
const OLDEST = 62;
