/** What two acts have in common: where nothing, neither waits for the other. */
import type { Fault } from '../scenario/scenario.ts';
import { actionFor } from './fault-action.ts';
import type { Target } from './safety/journal.ts';

/**
 * Whether what the one takes may count for the other: rules count a workload's pods, budgets those of a namespace, and
 * on a node may run any of them. What is of the whole cluster takes no pods.
 */
export function touch(a: Fault, b: Fault): boolean {
  const kinds = [a, b].map(({ type }) => actionFor(type).on);
  if (kinds.includes('cluster')) return a.type === b.type;
  return kinds.includes('nodes') || namespaceOf(a) === namespaceOf(b);
}

const namespaceOf = (fault: Fault): string | undefined =>
  'namespace' in fault ? fault.namespace : undefined;

/** Whether both change one workload or one Service, so that what the second finds is what the first has left. */
export function changeTheSame(a: Fault, b: Fault): boolean {
  if (!touch(a, b)) return false;
  const kinds = [a, b].map(({ type }) => actionFor(type).on);
  if (kinds.every((kind) => kind === 'workload')) return nameOf(a) === nameOf(b);
  return kinds.every((kind) => kind === 'service') && nameOf(a) === nameOf(b);
}

const nameOf = (fault: Fault): string | undefined =>
  'service' in fault ? fault.service : 'workload' in fault ? fault.workload : undefined;

/** Whether they have an object in common. */
export const shareTarget = (some: readonly Target[], others: readonly Target[]): boolean =>
  some.some((each) => others.some((other) => isSame(each, other)));

const isSame = (a: Target, b: Target): boolean =>
  a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
