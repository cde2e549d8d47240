/**
 * trafficDistribution of a Service: every node goes to the ready endpoints near it while there is one, whatever has
 * become of that one since the slice was written, and to all where there is none. Each ready endpoint has a hint for
 * its own zone, with PreferSameNode for its own node too (k8s.io/endpointslice 0.35 trafficdist/trafficdist.go); the
 * proxy goes by them (Kubernetes 1.35 pkg/proxy/topology.go topologyModeFromHints).
 */
import type { Node, Service } from '../../scenario/scenario.ts';
import type { EndpointSlice } from './objects.ts';

/** Whether an endpoint on the node of that index is near. */
export type Near = (node: number | undefined) => boolean;

/**
 * What counts as near, the nearest first; nothing where all endpoints are alike.
 *
 * @param own index of the node whose proxy asks
 */
export function nearOf(
  distribution: Service['traffic_distribution'],
  nodes: readonly Pick<Node, 'zone'>[],
  own: number,
): readonly Near[] {
  if (distribution === undefined) return [];
  const isInZone: Near = (node) => node !== undefined && nodes[node]?.zone === nodes[own]?.zone;
  return distribution === 'same-node' ? [(node) => node === own, isInZone] : [isInZone];
}

/** The ready endpoints of the nearest kind that there is; all of them where none is near. */
export function nearest(
  { ready, endpoints }: Pick<EndpointSlice, 'ready' | 'endpoints'>,
  near: readonly Near[],
): readonly string[] {
  if (near.length === 0) return ready;
  const nodes = new Map(endpoints.map(({ address, node }) => [address, node]));
  for (const isNear of near) {
    const chosen = ready.filter((address) => isNear(nodes.get(address)));
    if (chosen.length > 0) return chosen;
  }
  return ready;
}
