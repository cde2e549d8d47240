/** How many pods a workload's own controller may take away: one reading for both arms. */
import { amount } from './safety.ts';
import type { Workload } from './workload.ts';

/**
 * @param replicas that it is to have
 * @returns pods, in the words of its strategy; a StatefulSet's maxUnavailable may count or not, and is taken to
 */
export function unavailableMax(workload: Workload, replicas: number): number {
  switch (workload.kind) {
    case 'Deployment': {
      const { strategy } = workload;
      if (strategy.type === 'Recreate') return replicas;
      const surge = amount(strategy.max_surge, replicas, 'up');
      const unavailable = amount(strategy.max_unavailable, replicas, 'down');
      // Nothing could move (Kubernetes 1.35 pkg/controller/deployment/util/deployment_util.go ResolveFenceposts).
      return surge === 0 && unavailable === 0 ? Math.min(1, replicas) : Math.min(unavailable, replicas);
    }
    case 'StatefulSet': {
      const { update_strategy: strategy } = workload;
      if (strategy.type === 'OnDelete') return 0;
      const unavailable = Math.max(1, amount(strategy.max_unavailable, replicas, 'down'));
      return Math.min(unavailable, Math.max(0, replicas - strategy.partition));
    }
    case 'DaemonSet': {
      const { update_strategy: strategy } = workload;
      if (strategy.type === 'OnDelete') return 0;
      const surge = amount(strategy.max_surge, replicas, 'up');
      const unavailable = amount(strategy.max_unavailable, replicas, 'up');
      return surge === 0 && unavailable === 0 ? Math.min(1, replicas) : Math.min(unavailable, replicas);
    }
    case 'Job':
      return 0;
  }
}

/** What a workload's controller is told, or will be by what is under way: the undoing of a scale, say. */
export interface Told {
  /** Each number of replicas that it may have to come to. */
  readonly replicas: readonly number[];
  readonly isRolling: boolean;
}

/** Pods that are not on their way out. */
export interface Counted {
  readonly present: number;
  /** Those of them that are ready. */
  readonly ready: number;
}

/**
 * How many of the ready pods its controller may take at most. That of a Deployment keeps so many of them ready, and takes
 * those that are not ready first (Kubernetes 1.35 pkg/controller/deployment/rolling.go reconcileOldReplicaSets,
 * pkg/controller/controller_utils.go ActivePodsWithRanks), that of a DaemonSet counts the same way
 * (pkg/controller/daemon/update.go rollingUpdate). That of a StatefulSet goes by ordinals, whoever else is not ready
 * (pkg/controller/statefulset/stateful_set_control.go updateStatefulSet).
 */
export function takenMax(workload: Workload, { present, ready }: Counted, told: Told): number {
  if (workload.kind !== 'StatefulSet') return Math.max(0, ready - keptMin(workload, told));
  const most = told.replicas.map(
    (wanted) => Math.max(0, present - wanted) + (told.isRolling ? unavailableMax(workload, wanted) : 0),
  );
  return Math.min(ready, Math.max(0, ...most));
}

/** How many of its pods the controller keeps ready, where there are so many. */
export function keptMin(workload: Workload, { replicas, isRolling }: Told): number {
  return Math.min(...replicas.map((wanted) => wanted - (isRolling ? unavailableMax(workload, wanted) : 0)));
}
