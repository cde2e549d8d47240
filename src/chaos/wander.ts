/**
 * Trials of equal length keep step with whatever the cluster does at intervals, and would all meet it at nearly the same
 * moment: a wait before each lets them meet it anywhere, as failures do.
 */
import { mean_ms } from '../scenario/distribution.ts';
import { stream } from '../scenario/random.ts';
import type { Fault, Scenario } from '../scenario/scenario.ts';

/** Noticed by the lease that the node does not renew. */
const OF_NODES: readonly Fault['type'][] = ['node-loss', 'node-partition', 'zone-outage'];
/** They leave the pod where it is, and its probes in their step. */
const OF_CONTAINERS: readonly Fault['type'][] = ['container-kill', 'container-pause', 'sandbox-kill'];

/** The longest interval between two looks at what the scenario breaks: by kubelet, probes, leases or an autoscaler. */
export function longestBeat_ms({ workloads, faults, autoscalers, timing }: Scenario): number {
  const has = (types: readonly Fault['type'][]) => faults.some(({ type }) => types.includes(type));
  const probes = workloads.flatMap(({ pod }) =>
    pod.containers.flatMap(({ readiness_probe, liveness_probe }) =>
      [readiness_probe, liveness_probe].map((probe) => (probe?.period_s ?? 0) * 1000),
    ),
  );
  return Math.max(
    mean_ms(timing.kubelet_pleg_period),
    ...(has(OF_CONTAINERS) ? probes : []),
    has(OF_NODES) ? mean_ms(timing.node_lease_renew_interval) : 0,
    autoscalers.length > 0 ? mean_ms(timing.hpa_sync_period) : 0,
  );
}

/** Multiples of it, without their whole parts, lie evenly in [0, 1) however many there are (Weyl, 1916). */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/**
 * How long a trial waits before it begins: anything up to the longest beat, decided by the seed. The trials of a run are
 * dealt out evenly over the beat instead of each by chance, so that a few of them meet it as it is on average.
 */
export function wanderFor_ms(
  scenario: Scenario,
  trial: number,
  longest_ms = longestBeat_ms(scenario),
): number {
  const first = stream(scenario.seed, 0, 'wait')();
  return longest_ms * ((first + trial * GOLDEN_RATIO) % 1);
}
