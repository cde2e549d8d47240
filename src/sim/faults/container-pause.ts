import type { ContainerPause } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** Stops the processes of a container (SIGSTOP); undone: they go on (SIGCONT), unless they were killed meanwhile. */
export const containerPause: FaultAction<ContainerPause> = {
  candidates: (cluster, { workload, namespace }) => cluster.candidates(workload, namespace),
  apply(cluster, fault, victims, cause) {
    for (const name of victims) cluster.worker(name)?.container(fault.container)?.stop(cause);
  },
  undo(cluster, fault, victims) {
    for (const name of victims) cluster.worker(name)?.container(fault.container)?.resume();
  },
};
