/** Where a DaemonSet's pods belong (Kubernetes 1.35 pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod). */
import type { PodTemplate, Taint, Toleration } from '../../scenario/scenario.ts';
import { selects } from '../../scenario/selector.ts';
import type { NodeObject } from './objects.ts';
import { tolerates } from './scheduling/filters.ts';
import { NodeInfo } from './scheduling/node-info.ts';

const bears = (key: string, effect: Taint['effect']): Toleration => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  value: '',
  effect,
  toleration_s: undefined,
});

/** Kubernetes 1.35 pkg/controller/daemon/util/daemonset_util.go AddOrUpdateDaemonPodTolerations. */
const TOLERATIONS: readonly Toleration[] = [
  bears('not-ready', 'NoExecute'),
  bears('unreachable', 'NoExecute'),
  bears('disk-pressure', 'NoSchedule'),
  bears('memory-pressure', 'NoSchedule'),
  bears('pid-pressure', 'NoSchedule'),
  bears('unschedulable', 'NoSchedule'),
];

const daemonTemplates = new WeakMap<PodTemplate, PodTemplate>();

/** A template with the tolerations that a DaemonSet's pods get; the same one for the same template. */
export function daemonTemplate(template: PodTemplate): PodTemplate {
  let daemon = daemonTemplates.get(template);
  if (daemon === undefined) {
    const own = template.tolerations.filter(
      (each) => !TOLERATIONS.some(({ key, effect }) => each.key === key && each.effect === effect),
    );
    daemon = { ...template, tolerations: [...own, ...TOLERATIONS] };
    daemonTemplates.set(template, daemon);
  }
  return daemon;
}

/** Whether a node that has no pod of it should get one. */
export function shouldRun(daemon: PodTemplate, node: NodeObject): boolean {
  return isSelected(daemon, node) && bearsAll(daemon, node, ['NoSchedule', 'NoExecute']);
}

/** Whether a node that has a pod of it should keep it. */
export function shouldContinue(daemon: PodTemplate, node: NodeObject): boolean {
  return isSelected(daemon, node) && bearsAll(daemon, node, ['NoExecute']);
}

function isSelected({ node_selector }: PodTemplate, node: NodeObject): boolean {
  return selects(node_selector, new NodeInfo(node).labels);
}

function bearsAll(daemon: PodTemplate, { taints }: NodeObject, effects: readonly Taint['effect'][]): boolean {
  return taints.every((taint) => !effects.includes(taint.effect) || tolerates(daemon.tolerations, taint));
}
