import type { Fault } from '../scenario/scenario.ts';
import type { Cluster, Pod } from './cluster/cluster.ts';
import { containerKill } from './faults/container-kill.ts';
import { podKill } from './faults/pod-kill.ts';
import type { Intent } from './safety/journal.ts';
import type { Right } from './safety/rights.ts';

/** How a fault is caused in a cluster. One file a fault, in faults/. */
export interface FaultAction<F extends Fault> {
  /** What the account must be allowed to do, in the namespace of the workload. */
  readonly rights: readonly Right[];
  /** @throws UserError where this cluster has no way to cause it */
  check?(cluster: Cluster): void;
  /** As the journal has it. */
  readonly act: Intent['act'];
  readonly undo: string;
  /**
   * Whether a container has been restarted by it: the kubelet then waits longer with each restart, so such a
   * pod is no fresh one for the next trial and is replaced.
   */
  readonly leavesRestarts: boolean;
  /** @throws PodReplacedError where the pod is not the one that was chosen any more */
  apply(cluster: Cluster, fault: F, victim: Pod): Promise<void>;
}

const ACTIONS: { readonly [T in Fault['type']]?: FaultAction<Extract<Fault, { type: T }>> } = {
  'pod-kill': podKill,
  'container-kill': containerKill,
};

export function actionFor<F extends Fault>(fault: F): FaultAction<F> {
  const action = ACTIONS[fault.type];
  if (action === undefined) throw new Error(`nothing causes ${fault.type} in a cluster`);
  // The table's type says that they match; TypeScript cannot follow it through the index.
  return action as unknown as FaultAction<F>;
}
