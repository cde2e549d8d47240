/** How many pods a workload's own rollout may take away at once: one reading for both arms. */
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
