import type { PodKill } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** Deletes the victims through the API server, as `kubectl delete pod` does. */
export const podKill: FaultAction<PodKill> = {
  candidates: (cluster, { workload, namespace }) => cluster.candidates(workload, namespace),
  apply(cluster, fault, victims, cause) {
    for (const name of victims) {
      const pod = cluster.operator.pods.get(name);
      if (pod === undefined) continue;
      const grace_period_s = fault.grace_period_s ?? pod.template.termination_grace_period_s;
      cluster.operator.pods.delete(name, grace_period_s, cause);
    }
  },
};
