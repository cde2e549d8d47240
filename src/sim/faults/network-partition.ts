import type { NetworkPartition } from '../../scenario/scenario.ts';
import { step } from '../cause.ts';
import type { FaultAction } from '../fault-action.ts';

/**
 * New connections to the victims are lost, as where a NetworkPolicy allows none; connections that stand go on. A pod's own
 * kubelet is no matter of policies, so its probes succeed and it stays an endpoint (kubernetes.io, Network Policies:
 * "traffic to and from the node where a Pod is running is always allowed"). Undone: they arrive again.
 */
export const networkPartition: FaultAction<NetworkPartition, number> = {
  candidates: (cluster, { workload, namespace }) => cluster.candidates(workload, namespace),
  /** When it began. */
  remember: ({ environment }) => environment.now_ms,
  apply(cluster, _fault, victims) {
    for (const victim of victims) cluster.isolated.add(victim);
  },
  undo(cluster, _fault, victims, { end_ms }, begin_ms) {
    for (const victim of victims) cluster.isolated.delete(victim);
    cluster.reachableAgain(step(undefined, 'network policy', end_ms, begin_ms));
  },
};
