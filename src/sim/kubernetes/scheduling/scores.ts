/**
 * Which of the nodes that can take a pod is best: the score plugins of the default profile with their weights
 * (Kubernetes 1.35 pkg/scheduler/apis/config/v1/default_plugins.go; each score is in framework/plugins).
 * ImageLocality is left out: it counts from 23 MB times the share of nodes that have an image, and all have it.
 */
import { ZONE_LABEL } from '../../../scenario/nodes.ts';
import type { SpreadConstraint } from '../../../scenario/scenario.ts';
import { selects } from '../../../scenario/selector.ts';
import { tolerates } from '../../../scenario/toleration.ts';
import type { PodObject } from '../objects.ts';
import { HOSTNAME, type NodeInfo } from './node-info.ts';

const MAX_SCORE = 100;

/** util/pod_resources.go: what a pod that requests nothing is taken to need, for scores alone. */
const DEFAULT_REQUEST = { cpu_millis: 100, memory_bytes: 200 * 1024 * 1024 } as const;

/** Of nodes the scenario does not say the size of, for scores alone: 4 cores and 16 GiB, assumed. */
const ASSUMED_SIZE = { cpu_millis: 4000, memory_bytes: 16 * 1024 ** 3 } as const;

/** plugins/podtopologyspread/plugin.go systemDefaultConstraints, for pods that say nothing of their own. */
const DEFAULT_SPREAD = [
  { topology_key: HOSTNAME, max_skew: 3 },
  { topology_key: ZONE_LABEL, max_skew: 5 },
] as const;

/** @returns the score of each node that can take the pod, in the order of `feasible` */
export function scores(pod: PodObject, feasible: readonly NodeInfo[], all: readonly NodeInfo[]): number[] {
  const taints = taintScores(pod, feasible);
  const spread = spreadScores(pod, feasible, all);
  const apart = affinityScores(pod, feasible);
  const preferred = preferenceScores(pod, feasible);
  return feasible.map((info, index) => {
    const resources = leastAllocated(pod, info) + balancedAllocation(pod, info);
    const liked = 2 * (spread[index]! + apart[index]! + preferred[index]!);
    return 3 * taints[index]! + liked + resources;
  });
}

/** Fewer taints PreferNoSchedule that the pod does not bear are better. */
function taintScores(pod: PodObject, feasible: readonly NodeInfo[]): number[] {
  const counts = feasible.map(
    ({ node }) =>
      node.taints.filter(
        (taint) => taint.effect === 'PreferNoSchedule' && !tolerates(pod.template.tolerations, taint),
      ).length,
  );
  const most = Math.max(...counts);
  return counts.map((count) => MAX_SCORE - (most === 0 ? 0 : Math.trunc((MAX_SCORE * count) / most)));
}

/** plugins/podtopologyspread/scoring.go: soft constraints, or the system's where a pod has none at all. */
function spreadScores(pod: PodObject, feasible: readonly NodeInfo[], all: readonly NodeInfo[]): number[] {
  const { template, workload } = pod;
  const constraints: readonly Pick<SpreadConstraint, 'topology_key' | 'max_skew' | 'selector'>[] =
    template.spread.length > 0
      ? template.spread.filter((each) => each.when_unsatisfiable === 'ScheduleAnyway')
      : DEFAULT_SPREAD.map((each) => ({ ...each, selector: workload.selector }));
  if (constraints.length === 0) return feasible.map(() => 0);
  const raw = feasible.map(() => 0);
  for (const { topology_key, max_skew, selector } of constraints) {
    const domains = feasible.map((info) => info.domain(topology_key));
    const counts = new Map<string, number>();
    for (const info of all) {
      const domain = info.domain(topology_key);
      if (domain === undefined || !domains.includes(domain)) continue;
      counts.set(domain, (counts.get(domain) ?? 0) + info.matching(selector, workload.namespace));
    }
    const weight = Math.log(counts.size + 2);
    for (const [index, domain] of domains.entries()) {
      if (domain !== undefined) raw[index]! += counts.get(domain)! * weight + max_skew - 1;
    }
  }
  const rounded = raw.map(Math.round);
  const most = Math.max(...rounded);
  const least = Math.min(...rounded);
  return rounded.map((each) =>
    most === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (most + least - each)) / most),
  );
}

/** Preferred anti-affinity, each of weight 1 (plugins/interpodaffinity/scoring.go). */
function affinityScores(pod: PodObject, feasible: readonly NodeInfo[]): number[] {
  const preferred = pod.template.anti_affinity.filter(({ required }) => !required);
  const raw = feasible.map((info) => {
    let score = 0;
    for (const { topology_key, selector } of preferred) {
      for (const other of feasible) {
        if (other.domain(topology_key) !== info.domain(topology_key)) continue;
        for (const { template, workload } of other.pods.values()) {
          const isSame = workload.namespace === pod.workload.namespace;
          if (isSame && selects(selector, template.labels)) score -= 1;
        }
      }
    }
    return score;
  });
  const most = Math.max(...raw);
  const least = Math.min(...raw);
  return raw.map((each) => (most === least ? 0 : Math.trunc((MAX_SCORE * (each - least)) / (most - least))));
}

/** Preferred node affinity: the share of the most that any node has (plugins/nodeaffinity/node_affinity.go Score). */
function preferenceScores({ template }: PodObject, feasible: readonly NodeInfo[]): number[] {
  const sums = feasible.map((info) =>
    template.node_preferences.reduce(
      (sum, { weight, selector }) => sum + (selects(selector, info.labels) ? weight : 0),
      0,
    ),
  );
  const most = Math.max(...sums);
  return sums.map((sum) => (most === 0 ? 0 : Math.trunc((MAX_SCORE * sum) / most)));
}

/** plugins/noderesources/least_allocated.go, with cpu and memory of equal weight. */
function leastAllocated(pod: PodObject, info: NodeInfo): number {
  let sum = 0;
  for (const resource of ['cpu_millis', 'memory_bytes'] as const) {
    const size = info.node.spec[resource] ?? ASSUMED_SIZE[resource];
    const least = DEFAULT_REQUEST[resource];
    const used = info.requested(resource, least) + (pod.template.requests[resource] || least);
    if (used <= size) sum += Math.trunc(((size - used) * MAX_SCORE) / size);
  }
  return Math.trunc(sum / 2);
}

/** plugins/noderesources/balanced_allocation.go; pods that request nothing are not balanced. */
function balancedAllocation(pod: PodObject, info: NodeInfo): number {
  const { requests } = pod.template;
  if (requests.cpu_millis === 0 && requests.memory_bytes === 0) return 0;
  const share = (resource: 'cpu_millis' | 'memory_bytes') => {
    const size = info.node.spec[resource] ?? ASSUMED_SIZE[resource];
    return Math.min(1, (info.requested(resource) + requests[resource]) / size);
  };
  // Of two shares the standard deviation is half of their difference.
  const deviation = Math.abs(share('cpu_millis') - share('memory_bytes')) / 2;
  return Math.trunc((1 - deviation) * MAX_SCORE);
}
