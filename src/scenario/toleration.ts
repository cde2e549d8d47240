import type { Node, PodTemplate, Taint, Toleration } from './scenario.ts';
import { selects } from './selector.ts';

/** Kubernetes 1.35 staging/src/k8s.io/component-helpers/scheduling/corev1/helpers.go TolerationsTolerateTaint. */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (effect === undefined || effect === taint.effect) &&
      (key === undefined || key === taint.key) &&
      (operator === 'Exists' || value === taint.value),
  );
}

/**
 * Whether a node is one that such pods go to, however full it is: its labels and its taints
 * (pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod).
 */
export function admits(
  node: Pick<Node, 'name' | 'zone' | 'labels' | 'taints'>,
  pod: Pick<PodTemplate, 'node_selector' | 'tolerations'>,
): boolean {
  return (
    selects(pod.node_selector, nodeLabels(node)) &&
    node.taints.every((taint) => taint.effect === 'PreferNoSchedule' || tolerates(pod.tolerations, taint))
  );
}

/** The labels of a node, those included that the kubelet and the cloud give it. */
export const nodeLabels = ({ name, zone, labels }: Pick<Node, 'name' | 'zone' | 'labels'>) => ({
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
  'topology.kubernetes.io/zone': zone,
  ...labels,
});
