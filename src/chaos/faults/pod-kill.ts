import type { PodKill } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { podRefOf } from '../target.ts';

/** Deletes the victims through the API, gracefully or at once. */
export const podKill: FaultAction<PodKill> = {
  on: 'pods',
  rights: () => [{ verb: 'delete', resource: 'pods', group: '' }],
  act: 'delete-pod',
  byHand: () => 'none: its controller creates another',
  removes: 'always',
  async apply(cluster, fault, target) {
    await cluster.deletePod(podRefOf(target), fault.grace_period_s);
    return {};
  },
};
