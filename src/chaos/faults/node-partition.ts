import type { NodePartition } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { ofNode, rememberProviderId } from '../power.ts';
import { NODE_RIGHTS, RETURN_RIGHTS } from '../safety/rights.ts';

/** Cuts nodes off from everything else, while they run on; undone: they are reachable again. */
export const nodePartition: FaultAction<NodePartition> = {
  on: 'nodes',
  rights: () => NODE_RIGHTS,
  undoRights: () => RETURN_RIGHTS,
  act: 'cut-off-node',
  byHand: ({ name }) => `connect node ${name} to its network again`,
  leavesRestarts: true,
  byCommand: true,
  remember: rememberProviderId,
  apply: async (cluster, _fault, target) => ({
    effect: await cluster.provide(ofNode('node-partition', target)),
  }),
  undo: async (cluster, target) => ({ effect: await cluster.provide(ofNode('node-rejoin', target)) }),
};
