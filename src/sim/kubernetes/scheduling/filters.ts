/**
 * Which nodes can take a pod: the filter plugins of the default profile that decide where pods of manifests go
 * (Kubernetes 1.35 pkg/scheduler/apis/config/v1/default_plugins.go; each filter is in framework/plugins).
 */
import { mayGoTo } from '../../../scenario/node-affinity.ts';
import type { Taint } from '../../../scenario/scenario.ts';
import { selects } from '../../../scenario/selector.ts';
import { tolerates } from '../../../scenario/toleration.ts';
import type { PodObject } from '../objects.ts';
import type { NodeInfo } from './node-info.ts';

/** Why a node cannot take the pod, in the scheduler's words; undefined: it can. */
export function whyNot(pod: PodObject, info: NodeInfo, all: readonly NodeInfo[]): string | undefined {
  const { node } = info;
  const { template } = pod;
  if (node.unschedulable && !tolerates(template.tolerations, UNSCHEDULABLE))
    return 'node(s) were unschedulable';
  const taint = node.taints.find(
    (each) => each.effect !== 'PreferNoSchedule' && !tolerates(template.tolerations, each),
  );
  if (taint !== undefined) return `node(s) had untolerated taint {${taint.key}}`;
  const isTarget = pod.target_node === undefined || pod.target_node === node.index;
  if (!isTarget || !mayGoTo(template, info.labels))
    return "node(s) didn't match Pod's node affinity/selector";
  if (info.pods.size >= node.spec.pods) return 'Too many pods';
  for (const resource of ['cpu_millis', 'memory_bytes'] as const) {
    const room = node.spec[resource];
    const wanted = template.requests[resource];
    if (room !== undefined && wanted > 0 && info.requested(resource) + wanted > room) {
      return resource === 'cpu_millis' ? 'Insufficient cpu' : 'Insufficient memory';
    }
  }
  if (!isApart(pod, info, all)) return "node(s) didn't match pod anti-affinity rules";
  if (!isSpread(pod, info, all)) return "node(s) didn't match pod topology spread constraints";
  return undefined;
}

/** plugins/nodeunschedulable: cordoned is tolerated as a taint is. */
const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

/** Required anti-affinity, of the pod and of those that are there already (plugins/interpodaffinity/filtering.go). */
function isApart(pod: PodObject, info: NodeInfo, all: readonly NodeInfo[]): boolean {
  const isTogether = (other: NodeInfo, key: string) => {
    const domain = info.domain(key);
    return domain !== undefined && domain === other.domain(key);
  };
  const repels = (one: PodObject, other: PodObject, where: NodeInfo) =>
    one.template.anti_affinity.some(
      ({ required, selector, topology_key }) =>
        required &&
        one.workload.namespace === other.workload.namespace &&
        selects(selector, other.template.labels) &&
        isTogether(where, topology_key),
    );
  return all.every((where) =>
    [...where.pods.values()].every((other) => !repels(pod, other, where) && !repels(other, pod, where)),
  );
}

/** Hard spread constraints (plugins/podtopologyspread/filtering.go): the skew they allow, over the domains that exist. */
function isSpread(pod: PodObject, info: NodeInfo, all: readonly NodeInfo[]): boolean {
  const { template, workload } = pod;
  return template.spread.every(({ topology_key, max_skew, when_unsatisfiable, selector }) => {
    if (when_unsatisfiable !== 'DoNotSchedule') return true;
    const domain = info.domain(topology_key);
    if (domain === undefined) return false;
    const counts = new Map<string, number>();
    for (const each of all) {
      const its = each.domain(topology_key);
      // nodeAffinityPolicy Honor: nodes the pod may not go to do not count.
      if (its === undefined || !mayGoTo(template, each.labels)) continue;
      counts.set(its, (counts.get(its) ?? 0) + each.matching(selector, workload.namespace));
    }
    const own = selects(selector, template.labels) ? 1 : 0;
    return (counts.get(domain) ?? 0) + own - Math.min(...counts.values()) <= max_skew;
  });
}
