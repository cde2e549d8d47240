import type { SandboxKill } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { CONTAINER_RIGHTS } from '../safety/rights.ts';
import { podRefOf } from '../target.ts';

/** SIGKILLs the process that holds a victim's sandbox; the kubelet stops its containers and starts all anew. */
export const sandboxKill: FaultAction<SandboxKill> = {
  on: 'pods',
  rights: () => CONTAINER_RIGHTS,
  act: 'kill-sandbox',
  byHand: () => 'delete the pod, so that its successor starts without a restart behind it',
  leavesRestarts: true,
  kills: true,
  byCommand: true,
  async apply(cluster, _fault, target) {
    return { effect: await cluster.provide({ verb: 'sandbox-kill', pod: podRefOf(target) }) };
  },
};
