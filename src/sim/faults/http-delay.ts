import type { HttpDelay } from '../../scenario/scenario.ts';
import { step } from '../cause.ts';
import type { FaultAction } from '../fault-action.ts';

/**
 * The client's proxy holds requests up before it sends them on; undone: it sends them on at once. Those that it holds
 * are held to their end. To a Service that the load does not go to nothing is sent.
 */
export const httpDelay: FaultAction<HttpDelay, number> = {
  /** When it began. */
  remember: ({ environment }) => environment.now_ms,
  apply(cluster, { delay_ms, percentage, ...fault }) {
    if (cluster.isOfLoad(fault)) cluster.faultFilter.delay = { delay_ms, percentage };
  },
  undo(cluster, fault, _victims, { end_ms }, begin_ms) {
    if (!cluster.isOfLoad(fault)) return;
    cluster.faultFilter.delay = undefined;
    cluster.reachableAgain(step(undefined, 'http delay', end_ms, begin_ms));
  },
};
