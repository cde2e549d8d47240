import type { ZoneOutage } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { NODE_RIGHTS } from '../safety/rights.ts';

/** Takes the power from all nodes of a zone; undone: they boot. */
export const zoneOutage: FaultAction<ZoneOutage> = {
  on: 'nodes',
  rights: () => NODE_RIGHTS,
  act: 'cut-power',
  byHand: ({ name }) => `give node ${name} its power back`,
  leavesRestarts: true,
  kills: true,
  byCommand: true,
  apply: async (cluster, _fault, { name }) => ({
    effect: await cluster.provide({ verb: 'node-loss', node: name }),
  }),
  undo: async (cluster, { name }) => ({
    effect: await cluster.provide({ verb: 'node-return', node: name }),
  }),
};
