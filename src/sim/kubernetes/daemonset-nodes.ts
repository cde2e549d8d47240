/** Where a DaemonSet's pods belong (Kubernetes 1.35 pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod). */
import { mayGoTo } from '../../scenario/node-affinity.ts';
import type { PodTemplate, Taint } from '../../scenario/scenario.ts';
import { nodeLabels, tolerates } from '../../scenario/toleration.ts';
import type { NodeObject } from './objects.ts';

/** Whether a node that has no pod of it should get one. */
export function shouldRun(template: PodTemplate, node: NodeObject): boolean {
  return isSelected(template, node) && bearsAll(template, node, ['NoSchedule', 'NoExecute']);
}

/** Whether a node that has a pod of it should keep it. */
export function shouldContinue(template: PodTemplate, node: NodeObject): boolean {
  return isSelected(template, node) && bearsAll(template, node, ['NoExecute']);
}

function isSelected(template: PodTemplate, node: NodeObject): boolean {
  return mayGoTo(template, nodeLabels(node.spec));
}

function bearsAll(
  template: PodTemplate,
  { taints }: NodeObject,
  effects: readonly Taint['effect'][],
): boolean {
  return taints.every((taint) => !effects.includes(taint.effect) || tolerates(template.tolerations, taint));
}
