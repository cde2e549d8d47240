import type { Cluster } from './cluster/cluster.ts';
import type { Caused, Undone } from './fault-action.ts';
import type { Target } from './safety/journal.ts';
import { NODE_RIGHTS, RETURN_RIGHTS } from './safety/rights.ts';

/** What all that takes the power from nodes does to each; undone: it boots, and its kubelet starts the pods that are still its. */
export const POWER_CUT = {
  on: 'nodes',
  rights: () => NODE_RIGHTS,
  undoRights: () => RETURN_RIGHTS,
  act: 'cut-power',
  byHand: ({ name }: Target) => `give node ${name} its power back`,
  leavesRestarts: true,
  kills: true,
  byCommand: true,
  apply: async (cluster: Cluster, _fault: unknown, { name }: Target): Promise<Caused> => ({
    effect: await cluster.provide({ verb: 'node-loss', node: name }),
  }),
  undo: async (cluster: Cluster, { name }: Target): Promise<Undone> => ({
    effect: await cluster.provide({ verb: 'node-return', node: name }),
  }),
} as const;
