import type { PodEviction } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { evictPatiently } from '../kubernetes/eviction.ts';

/** Evicts the victims through the eviction API; where a disruption budget refuses, they are asked for again. */
export const podEviction: FaultAction<PodEviction> = {
  candidates: (cluster, { workload, namespace }) => cluster.candidates(workload, namespace),
  apply(cluster, { grace_period_s }, victims, cause) {
    for (const name of victims) {
      evictPatiently(cluster.environment, cluster.operator, name, grace_period_s, cause, () => true);
    }
  },
};
