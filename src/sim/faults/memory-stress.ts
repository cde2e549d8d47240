import type { MemoryStress } from '../../scenario/scenario.ts';
import { step } from '../cause.ts';
import type { FaultAction } from '../fault-action.ts';
import { shownName } from '../kubernetes/pod-names.ts';

/** Holds memory in the pods of the victims; undone: it has ended, where the kernel has not ended it before. */
export const memoryStress: FaultAction<MemoryStress, number> = {
  candidates: (cluster, { workload, namespace }) => cluster.candidates(workload, namespace),
  /** When it began. */
  remember: ({ environment }) => environment.now_ms,
  apply(cluster, { size_bytes }, victims) {
    const { environment } = cluster;
    for (const name of victims) {
      const memory = cluster.worker(name)?.memory;
      memory?.stress(size_bytes);
      if (memory?.wasKilled !== true) continue;
      const text = `memory-stress: the stressor of ${shownName(name)} was OOMKilled, for it held the most`;
      environment.record({ type: 'note', at_ms: environment.now_ms, text });
    }
  },
  undo(cluster, _fault, victims, { end_ms }, begin_ms) {
    for (const name of victims) cluster.worker(name)?.memory.relieve();
    cluster.reachableAgain(step(undefined, 'memory stress', end_ms, begin_ms));
  },
};
