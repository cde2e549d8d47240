import type { Node } from './scenario.ts';

/** How many the scheduler can use, where the scenario does not say. */
export const NODES_DEFAULT = 2;

/** What Kubernetes is tested with (kubernetes.io, Considerations for large clusters). */
export const NODES_MAX = 5000;

/** Pods a node takes at most (Kubernetes 1.35 pkg/kubelet/apis/config/v1beta1/defaults.go MaxPods). */
export const MAX_PODS = 110;

const ZONE = 'zone-a';

/** Well-known label (kubernetes.io, Well-Known Labels, Annotations and Taints). */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** What is said of one node, or of several that are alike. */
export interface NodeGroup {
  readonly name?: string | undefined;
  readonly count?: number | undefined;
  readonly zone?: string | undefined;
  readonly zones?: readonly string[] | undefined;
  readonly cpu_millis?: number | undefined;
  readonly memory_bytes?: number | undefined;
  readonly cores?: number | undefined;
  readonly host?: string | undefined;
  readonly pods?: number | undefined;
  readonly labels?: Node['labels'] | undefined;
  readonly taints?: Node['taints'] | undefined;
}

/** The nodes of a list, in its order; those without a name are called after their place among all of them. */
export function nodesOf(groups: readonly NodeGroup[]): readonly Node[] {
  const nodes: Node[] = [];
  for (const group of groups) {
    const zones = group.zones ?? [group.zone ?? group.labels?.[ZONE_LABEL] ?? ZONE];
    for (let index = 0; index < (group.count ?? 1); index += 1) {
      nodes.push({
        name: group.name ?? `node-${nodes.length + 1}`,
        zone: zones[index % zones.length] ?? ZONE,
        cpu_millis: group.cpu_millis,
        memory_bytes: group.memory_bytes,
        cores: group.cores,
        host: group.host,
        pods: group.pods ?? MAX_PODS,
        labels: group.labels ?? {},
        taints: group.taints ?? [],
      });
    }
  }
  return nodes;
}

/** So many nodes with room for anything, all in one zone. */
export const plainNodes = (count: number): readonly Node[] => nodesOf([{ count }]);
