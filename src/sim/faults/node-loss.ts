import type { NodeLoss } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** Cuts the power of the victims; undone: they boot, and their kubelets start their pods again. */
export const nodeLoss: FaultAction<NodeLoss> = {
  candidates: (cluster, { workload, namespace }) => cluster.nodeCandidates(workload, namespace),
  apply(cluster, _fault, victims, cause) {
    for (const victim of victims) cluster.machine(victim)?.powerOff(cause);
  },
  undo(cluster, _fault, victims, cause) {
    for (const victim of victims) cluster.machine(victim)?.powerOn(cause);
  },
};
