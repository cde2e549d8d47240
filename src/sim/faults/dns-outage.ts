import type { DnsOutage } from '../../scenario/scenario.ts';
import { step } from '../cause.ts';
import type { FaultAction } from '../fault-action.ts';

/**
 * The victims get no answer from DNS: their programs wait for one wherever the scenario says that they look a name up,
 * and fail then. Who asks for nothing notices nothing, and whoever sends the requests is no victim: its lookups succeed.
 * Undone: the next query is answered, so that a program that waits goes on when its resolver asks again.
 */
export const dnsOutage: FaultAction<DnsOutage, number> = {
  candidates: (cluster, { workload, namespace }) => cluster.candidates(workload, namespace),
  /** When it began. */
  remember: ({ environment }) => environment.now_ms,
  apply(cluster, { duration_ms = Number.POSITIVE_INFINITY }, victims, _cause, begin_ms) {
    for (const victim of victims) cluster.dnsOutages.begin(victim, begin_ms, begin_ms + duration_ms);
  },
  undo(cluster, _fault, victims, { end_ms }, begin_ms) {
    const again = step(undefined, 'dns outage', end_ms, begin_ms);
    for (const victim of victims) {
      cluster.dnsOutages.end(victim, begin_ms, end_ms);
      const containers = cluster.api.pods.get(victim)?.template.containers ?? [];
      for (const { name } of containers) cluster.worker(victim)?.container(name)?.looksUpAgain(again);
    }
    cluster.reachableAgain(again);
  },
};
