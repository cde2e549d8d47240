import { mayGoTo } from './node-affinity.ts';
import { ZONE_LABEL } from './nodes.ts';
import type { Node, PodTemplate, Taint, Toleration } from './scenario.ts';

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
  pod: Pick<PodTemplate, 'node_selector' | 'node_affinity' | 'tolerations'>,
): boolean {
  return (
    mayGoTo(pod, nodeLabels(node)) &&
    node.taints.every((taint) => taint.effect === 'PreferNoSchedule' || tolerates(pod.tolerations, taint))
  );
}

/** The labels of a node, those included that the kubelet and the cloud give it. */
export const nodeLabels = ({ name, zone, labels }: Pick<Node, 'name' | 'zone' | 'labels'>) => ({
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
  [ZONE_LABEL]: zone,
  ...labels,
});

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';

/** Of a taint, whatever its value. */
export const exists = (key: string, effect: Toleration['effect'], toleration_s?: number): Toleration => ({
  key,
  operator: 'Exists',
  value: '',
  effect,
  toleration_s,
});

/** Kubernetes 1.35 pkg/controller/daemon/util/daemonset_util.go AddOrUpdateDaemonPodTolerations. */
const DAEMON: readonly Toleration[] = [
  exists(NOT_READY, 'NoExecute'),
  exists(UNREACHABLE, 'NoExecute'),
  exists('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/memory-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/pid-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/unschedulable', 'NoSchedule'),
];

/** The tolerations of a DaemonSet's pods: what its template says, and what its controller adds. */
export const daemonTolerations = (said: readonly Toleration[]): readonly Toleration[] =>
  DAEMON.reduce(withToleration, said);

/** AddOrUpdateTolerationInPodSpec: takes the place of one that differs in its seconds alone. */
function withToleration(said: readonly Toleration[], added: Toleration): readonly Toleration[] {
  const others = said.filter(
    ({ key, operator, value, effect }) =>
      key !== added.key || operator !== added.operator || value !== added.value || effect !== added.effect,
  );
  return [...others, added];
}
