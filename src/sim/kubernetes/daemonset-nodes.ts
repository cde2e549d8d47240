/** Where a DaemonSet's pods belong (Kubernetes 1.35 pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod). */
import type { PodTemplate, Taint } from '../../scenario/scenario.ts';
import { selects } from '../../scenario/selector.ts';
import { daemonTolerations, nodeLabels, tolerates } from '../../scenario/toleration.ts';
import type { NodeObject } from './objects.ts';

const daemonTemplates = new WeakMap<PodTemplate, PodTemplate>();

/** A template with the tolerations that a DaemonSet's pods get; the same one for the same template. */
export function daemonTemplate(template: PodTemplate): PodTemplate {
  let daemon = daemonTemplates.get(template);
  if (daemon === undefined) {
    daemon = { ...template, tolerations: daemonTolerations(template.tolerations) };
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
  return selects(node_selector, nodeLabels(node.spec));
}

function bearsAll(daemon: PodTemplate, { taints }: NodeObject, effects: readonly Taint['effect'][]): boolean {
  return taints.every((taint) => !effects.includes(taint.effect) || tolerates(daemon.tolerations, taint));
}
