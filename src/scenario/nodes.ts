import type { Node } from './scenario.ts';

/** How many the scheduler can use, where the scenario does not say. */
export const NODES_DEFAULT = 2;

/** Pods a node takes at most (Kubernetes 1.35 pkg/kubelet/apis/config/v1beta1/defaults.go MaxPods). */
export const MAX_PODS = 110;

/** So many nodes with room for anything, all in one zone. */
export function plainNodes(count: number): readonly Node[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `node-${index + 1}`,
    zone: 'zone-a',
    cpu_millis: undefined,
    memory_bytes: undefined,
    pods: MAX_PODS,
    labels: {},
    taints: [],
  }));
}
