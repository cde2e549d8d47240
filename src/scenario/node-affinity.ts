import type { Labels, PodTemplate } from './scenario.ts';
import { selects } from './selector.ts';

/**
 * Whether such pods may go to a node with these labels, by their nodeSelector and by what their node affinity requires
 * (Kubernetes 1.35 staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go
 * GetRequiredNodeAffinity).
 */
export function mayGoTo(
  { node_selector, node_affinity }: Pick<PodTemplate, 'node_selector' | 'node_affinity'>,
  labels: Labels,
): boolean {
  const isOneOf = node_affinity === undefined || node_affinity.some((term) => selects(term, labels));
  return isOneOf && selects(node_selector, labels);
}
