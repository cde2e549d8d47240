import type { ContainerPause } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { CONTAINER_RIGHTS } from '../safety/rights.ts';
import { containerOf, podRefOf } from '../target.ts';

/** Stops the processes of one of the victims' containers: connections are accepted, nothing answers. */
export const containerPause: FaultAction<ContainerPause> = {
  on: 'pods',
  // A liveness probe may restart it.
  rights: () => CONTAINER_RIGHTS,
  act: 'pause-container',
  byHand: ({ namespace, name }) =>
    `SIGCONT to the container's processes, or kubectl delete pod -n ${namespace} ${name}`,
  leavesRestarts: true,
  byCommand: true,
  async apply(cluster, _fault, target) {
    const pod = podRefOf(target);
    return {
      effect: await cluster.provide({ verb: 'container-pause', pod, container: containerOf(target) }),
    };
  },
  async undo(cluster, target) {
    const pod = podRefOf(target);
    return {
      effect: await cluster.provide({ verb: 'container-resume', pod, container: containerOf(target) }),
    };
  },
};
