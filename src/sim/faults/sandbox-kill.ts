import type { SandboxKill } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** SIGKILLs what holds the victims' sandboxes; the pods stay, and their kubelets start all of them anew. */
export const sandboxKill: FaultAction<SandboxKill> = {
  candidates: (cluster, { workload, namespace }) => cluster.candidates(workload, namespace),
  apply(cluster, _fault, victims, cause) {
    for (const name of victims) cluster.worker(name)?.killSandbox(cause);
  },
};
