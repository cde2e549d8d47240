import type { HttpAbort } from '../../scenario/scenario.ts';
import { step } from '../cause.ts';
import type { FaultAction } from '../fault-action.ts';

/**
 * The client's proxy answers requests with an error; undone: it sends them on. To a Service that the load does not go
 * to nothing is sent.
 */
export const httpAbort: FaultAction<HttpAbort, number> = {
  /** When it began. */
  remember: ({ environment }) => environment.now_ms,
  apply(cluster, { percentage, ...fault }) {
    if (cluster.isOfLoad(fault)) cluster.faultFilter.abort = { percentage };
  },
  undo(cluster, fault, _victims, { end_ms }, begin_ms) {
    if (!cluster.isOfLoad(fault)) return;
    cluster.faultFilter.abort = undefined;
    cluster.reachableAgain(step(undefined, 'http abort', end_ms, begin_ms));
  },
};
