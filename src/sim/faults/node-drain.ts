import type { NodeDrain } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { evictPatiently } from '../kubernetes/eviction.ts';

/**
 * Cordons nodes and evicts their pods, all at once, as `kubectl drain --ignore-daemonsets` does (kubectl 1.35
 * pkg/drain/drain.go evictPods). Undone: uncordoned, and nothing more is evicted.
 */
export const nodeDrain: FaultAction<NodeDrain> = {
  candidates: (cluster, { workload, namespace }) => cluster.nodeCandidates(workload, namespace),
  apply(cluster, { grace_period_s }, victims, cause) {
    const { environment, operator } = cluster;
    for (const victim of victims) {
      operator.nodes.update(victim, { unschedulable: true }, cause, (cordoned) => {
        const index = cluster.api.nodes.get(victim)?.index;
        const isWanted = () => cluster.api.nodes.get(victim)?.unschedulable === true;
        for (const pod of cluster.api.pods.values()) {
          if (pod.node !== index || pod.workload.kind === 'DaemonSet') continue;
          evictPatiently(environment, operator, pod.name, grace_period_s, cordoned, isWanted);
        }
      });
    }
  },
  undo(cluster, _fault, victims, cause) {
    for (const victim of victims) cluster.operator.nodes.update(victim, { unschedulable: false }, cause);
  },
};
