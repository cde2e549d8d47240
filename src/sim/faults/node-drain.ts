import type { NodeDrain } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { cordon, isCordoned, uncordon } from '../kubernetes/cordon.ts';
import { evictPatiently } from '../kubernetes/eviction.ts';

/**
 * Cordons nodes and evicts their pods, all at once, as `kubectl drain --ignore-daemonsets` does (kubectl 1.35
 * pkg/drain/drain.go evictPods). Undone: uncordoned unless they were cordoned before, and nothing more is evicted.
 */
export const nodeDrain: FaultAction<NodeDrain, Drain> = {
  candidates: (cluster, { workload, namespace }) => cluster.nodeCandidates(workload, namespace),
  remember: ({ operator }, _fault, victims) => ({
    cordoned: victims.filter((victim) => isCordoned(operator, victim)),
    isOver: false,
  }),
  apply(cluster, { grace_period_s }, victims, cause, drain) {
    const { environment, operator } = cluster;
    for (const victim of victims) {
      cordon(operator, victim, cause, (cordoned) => {
        const index = cluster.api.nodes.get(victim)?.index;
        const isWanted = () => !drain.isOver;
        for (const pod of cluster.api.pods.values()) {
          if (pod.node !== index || pod.workload.kind === 'DaemonSet') continue;
          evictPatiently(environment, operator, pod.name, grace_period_s, cordoned, isWanted);
        }
      });
    }
  },
  undo({ operator }, _fault, victims, cause, drain) {
    drain.isOver = true;
    for (const victim of victims) if (!drain.cordoned.includes(victim)) uncordon(operator, victim, cause);
  },
};

interface Drain {
  /** Nodes that were cordoned before. */
  readonly cordoned: readonly string[];
  isOver: boolean;
}
