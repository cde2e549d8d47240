import type { CpuStress } from '../../scenario/scenario.ts';
import { step } from '../cause.ts';
import type { FaultAction } from '../fault-action.ts';

/** Computes in the pods of the victims, on as many processors as it has workers; undone: it has ended. */
export const cpuStress: FaultAction<CpuStress, number> = {
  candidates: (cluster, { workload, namespace }) => cluster.candidates(workload, namespace),
  /** When it began. */
  remember: ({ environment }) => environment.now_ms,
  apply(cluster, { workers }, victims) {
    for (const name of victims) cluster.worker(name)?.cpu.stress(workers);
  },
  undo(cluster, _fault, victims, { end_ms }, begin_ms) {
    for (const name of victims) cluster.worker(name)?.cpu.relieve();
    cluster.reachableAgain(step(undefined, 'cpu stress', end_ms, begin_ms));
  },
};
