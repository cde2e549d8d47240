import type { NodePartition } from '../../scenario/scenario.ts';
import { step } from '../cause.ts';
import type { FaultAction } from '../fault-action.ts';

/** Pulls out the victims' cables: what runs on them goes on, unreachable; undone: they are plugged in again. */
export const nodePartition: FaultAction<NodePartition> = {
  candidates: (cluster, { workload, namespace }) => cluster.nodeCandidates(workload, namespace),
  apply(cluster, _fault, victims) {
    for (const victim of victims) cluster.machine(victim)?.cut();
  },
  undo(cluster, { duration_ms }, victims, cause) {
    for (const victim of victims) cluster.machine(victim)?.mend();
    const begin_ms = cause.end_ms - (duration_ms ?? 0);
    cluster.reachableAgain(step(undefined, 'cut off', cause.end_ms, begin_ms));
  },
};
