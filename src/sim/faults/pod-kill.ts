import type { PodKill } from '../../scenario/scenario.ts';
import { step } from '../cause.ts';
import type { SimulatedCluster } from '../kubernetes/cluster.ts';

/** Deletes the victims through the API server, as `kubectl delete pod` does. */
export function podKill(cluster: SimulatedCluster, fault: PodKill, victims: readonly string[]): void {
  const cause = step(undefined, 'fault', cluster.environment.now_ms);
  for (const name of victims) {
    const pod = cluster.api.pod(name);
    if (pod === undefined) continue;
    const grace_period_s = fault.grace_period_s ?? pod.workload.pod.termination_grace_period_s;
    cluster.api.deletePod(name, grace_period_s, cause);
  }
}
