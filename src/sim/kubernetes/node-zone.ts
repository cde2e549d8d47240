import type { NodeObject } from './objects.ts';

/** Kubernetes 1.35 cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go UnhealthyZoneThreshold, LargeClusterSizeThreshold. */
const UNHEALTHY_SHARE = 0.55;
const LARGE_NODES = 50;

/** Fewer nodes than this that are not ready make no zone unhealthy (ComputeZoneState). */
const UNHEALTHY_MIN = 3;

/** How a zone is, by the Ready conditions of its nodes (Kubernetes 1.35 pkg/controller/nodelifecycle/node_lifecycle_controller.go). */
export type ZoneState = 'initial' | 'normal' | 'partial-disruption' | 'full-disruption';

export function zoneState(conditions: readonly NodeObject['ready'][]): ZoneState {
  const notReady = conditions.filter((ready) => ready !== 'True').length;
  if (notReady > 0 && notReady === conditions.length) return 'full-disruption';
  if (notReady >= UNHEALTHY_MIN && notReady / conditions.length >= UNHEALTHY_SHARE)
    return 'partial-disruption';
  return 'normal';
}

/**
 * Which interval is left between two nodes of a zone that are tainted so that their pods go (setLimiterInZone,
 * ReducedQPSFunc); `never` in a small zone of which most is down.
 */
export function evictionInterval(
  state: ZoneState,
  nodes: number,
): 'node_eviction_interval' | 'node_eviction_interval_unhealthy' | 'never' {
  if (state !== 'partial-disruption') return 'node_eviction_interval';
  return nodes > LARGE_NODES ? 'node_eviction_interval_unhealthy' : 'never';
}
