import type { NodePartition } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
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
  apply: async (cluster, _fault, { name }) => ({
    effect: await cluster.provide({ verb: 'node-partition', node: name }),
  }),
  undo: async (cluster, { name }) => ({
    effect: await cluster.provide({ verb: 'node-rejoin', node: name }),
  }),
};
