import type { ContainerKill } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { CONTAINER_RIGHTS } from '../safety/rights.ts';
import { containerOf, podRefOf } from '../target.ts';

/** SIGKILLs the main process of one of the victims' containers; the kubelet starts it again. */
export const containerKill: FaultAction<ContainerKill> = {
  on: 'pods',
  rights: () => CONTAINER_RIGHTS,
  act: 'kill-container',
  byHand: () => 'delete the pod, so that its successor starts without a restart behind it',
  leavesRestarts: true,
  kills: true,
  async apply(cluster, _fault, target) {
    await cluster.killContainer(podRefOf(target), containerOf(target));
    return {};
  },
};
