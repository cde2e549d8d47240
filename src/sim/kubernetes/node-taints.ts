import type { Taint } from '../../scenario/scenario.ts';
import type { NodeObject } from './objects.ts';

/** Keys of the taints that stand for the Ready condition, by what it is. */
const KEY = {
  False: 'node.kubernetes.io/not-ready',
  Unknown: 'node.kubernetes.io/unreachable',
} as const;

const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const CONDITION_KEYS: readonly string[] = [...Object.values(KEY), UNSCHEDULABLE];

/**
 * The taints of a node as they should be, where its NoSchedule taints do not say what its condition says (Kubernetes
 * 1.35 pkg/controller/nodelifecycle/node_lifecycle_controller.go doNoScheduleTaintingPass); undefined: they do.
 */
export function withNoSchedule(node: NodeObject): readonly Taint[] | undefined {
  const wanted = [
    ...(node.ready === 'True' ? [] : [KEY[node.ready]]),
    ...(node.unschedulable ? [UNSCHEDULABLE] : []),
  ];
  const isOurs = ({ key, effect }: Taint) => effect === 'NoSchedule' && CONDITION_KEYS.includes(key);
  const there = node.taints.filter(isOurs).map(({ key }) => key);
  if (wanted.length === there.length && wanted.every((key) => there.includes(key))) return undefined;
  const others = node.taints.filter((taint) => !isOurs(taint));
  return [...others, ...wanted.map((key) => ({ key, value: '', effect: 'NoSchedule' }) as const)];
}

/**
 * The taints of a node with the one that evicts pods, for its condition and no other; without any for a node that is
 * ready (doNoExecuteTaintingPass, markNodeAsReachable).
 */
export function withNoExecute(node: NodeObject, ready: NodeObject['ready']): readonly Taint[] {
  const others = node.taints.filter((taint) => !isNoExecute(taint));
  return ready === 'True' ? others : [...others, { key: KEY[ready], value: '', effect: 'NoExecute' }];
}

/** Whether it has a taint that evicts pods: for this condition, or for any. */
export function hasNoExecute(node: NodeObject, ready?: 'False' | 'Unknown'): boolean {
  return node.taints.some((taint) => isNoExecute(taint) && (ready === undefined || taint.key === KEY[ready]));
}

const isNoExecute = ({ key, effect }: Taint): boolean =>
  effect === 'NoExecute' && (key === KEY.False || key === KEY.Unknown);
