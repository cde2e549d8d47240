import type { NodeCordon } from '../../scenario/scenario.ts';
import { cordon, uncordon } from '../cordon.ts';
import type { FaultAction } from '../fault-action.ts';
import { CORDON_RIGHTS, UNCORDON_RIGHTS } from '../safety/rights.ts';

/** Cordons nodes: what runs on them goes on. Undone: uncordoned, unless they were cordoned before. */
export const nodeCordon: FaultAction<NodeCordon> = {
  on: 'nodes',
  hitsPod: () => false,
  rights: () => CORDON_RIGHTS,
  undoRights: () => UNCORDON_RIGHTS,
  act: 'cordon-node',
  byHand: ({ name }) => `kubectl uncordon ${name}`,
  remember: ({ unschedulable }) => ({ unschedulable }),
  async apply(cluster, _fault, target) {
    await cordon(cluster, 'node-cordon', target);
    return {};
  },
  undo: (cluster, target) => uncordon(cluster, 'node-cordon', target),
};
