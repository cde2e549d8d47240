import type { PodKill } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** Deletes the victim through the API, gracefully or at once. */
export const podKill: FaultAction<PodKill> = {
  rights: [{ verb: 'delete', resource: 'pods', group: '' }],
  act: 'delete-pod',
  undo: 'none: its ReplicaSet creates another',
  leavesRestarts: false,
  apply: (cluster, fault, victim) => cluster.deletePod(victim, fault.grace_period_s),
};
