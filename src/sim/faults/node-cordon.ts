import type { NodeCordon } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { cordon, isCordoned, uncordon } from '../kubernetes/cordon.ts';

/** `kubectl cordon`: what runs on the victims goes on. Undone: uncordoned, unless they were cordoned before. */
export const nodeCordon: FaultAction<NodeCordon, readonly string[]> = {
  candidates: (cluster, { workload, namespace }) => cluster.nodeCandidates(workload, namespace),
  remember: ({ operator }, _fault, victims) => victims.filter((victim) => isCordoned(operator, victim)),
  apply({ operator }, _fault, victims, cause) {
    for (const victim of victims) cordon(operator, victim, cause);
  },
  undo({ operator }, _fault, victims, cause, before) {
    for (const victim of victims) if (!before.includes(victim)) uncordon(operator, victim, cause);
  },
};
