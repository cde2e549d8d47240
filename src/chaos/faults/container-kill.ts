import type { ContainerKill } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** SIGKILLs the main process of one of the victim's containers; the kubelet starts it again. */
export const containerKill: FaultAction<ContainerKill> = {
  // To replace the pod after the trial.
  rights: [{ verb: 'delete', resource: 'pods', group: '' }],
  check: (cluster) => cluster.checkContainerKill?.(),
  act: 'kill-container',
  undo: 'delete the pod, so that its successor starts without a restart behind it',
  leavesRestarts: true,
  apply: (cluster, fault, victim) => cluster.killContainer(victim, fault.container),
};
