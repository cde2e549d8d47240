import type { ContainerKill } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** SIGKILLs the victims' container; the pods stay, and their kubelets restart it. */
export const containerKill: FaultAction<ContainerKill> = {
  candidates: (cluster, { workload, namespace }) => cluster.candidates(workload, namespace),
  apply(cluster, fault, victims, cause) {
    for (const name of victims) cluster.worker(name)?.container(fault.container)?.kill(cause);
  },
};
