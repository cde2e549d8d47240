import type { PodEviction } from '../../scenario/scenario.ts';
import { evictPatiently } from '../eviction.ts';
import type { FaultAction } from '../fault-action.ts';
import { podRefOf } from '../target.ts';

/** Evicts the victims through the eviction API; where a disruption budget refuses, they are asked for again. */
export const podEviction: FaultAction<PodEviction> = {
  on: 'pods',
  rights: () => [{ verb: 'create', resource: 'pods/eviction', group: '' }],
  act: 'evict-pod',
  byHand: () => 'none: its controller creates another',
  removes: 'if-allowed',
  async apply(cluster, { grace_period_s }, target, signal) {
    const eviction = await evictPatiently(cluster, podRefOf(target), grace_period_s, signal);
    return eviction.isRefused ? { rest: eviction.rest } : {};
  },
};
