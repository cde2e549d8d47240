/**
 * What one sync of a StatefulSet does, from what the controller sees (Kubernetes 1.35
 * pkg/controller/statefulset/stateful_set_control.go updateStatefulSet, processReplica, processCondemned,
 * updateStatefulSetAfterInvariantEstablished).
 */
import type { PodTemplate, StatefulSet } from '../../scenario/scenario.ts';
import { podsOf } from './int-or-percent.ts';
import { isTerminal, isTerminating, type PodObject } from './objects.ts';

export interface SetView {
  readonly workload: StatefulSet;
  readonly replicas: number;
  /** Of the last rollout that was completed, and of the latest. */
  readonly current: PodTemplate;
  readonly update: PodTemplate;
  /** Every pod of the set that there is, by ordinal. */
  readonly pods: ReadonlyMap<number, PodObject>;
  readonly isAvailable: (pod: PodObject) => boolean;
  /** Whether maxUnavailable counts; else it is 1. */
  readonly takesMaxUnavailable: boolean;
}

export type Action =
  | { readonly create: number; readonly template: PodTemplate }
  | { readonly remove: PodObject };

/** One after the other; what fails ends the sync. */
export type Plan = readonly (readonly Action[])[];

export function planOf(view: SetView): Plan {
  const isOrdered = view.workload.pod_management === 'OrderedReady';
  const { actions, mustWait } = replicaActions(view, isOrdered);
  if (mustWait) return [actions];
  const condemned = condemnedActions(view, isOrdered);
  // In order, one condemned pod that is still there is enough to go no further.
  if (isOrdered && condemned !== undefined) return [condemned];
  const created = new Set(actions.flatMap((action) => ('create' in action ? [action.create] : [])));
  return [actions, condemned ?? [], updateActions(view, created)];
}

/** Creates what is missing and clears away what has ended; in order: up to the first pod that is not there for good. */
function replicaActions(view: SetView, isOrdered: boolean): { actions: Action[]; mustWait: boolean } {
  const actions: Action[] = [];
  for (let ordinal = 0; ordinal < view.replicas; ordinal += 1) {
    const pod = view.pods.get(ordinal);
    if (pod === undefined) actions.push({ create: ordinal, template: templateFor(view, ordinal) });
    else if (isTerminal(pod) && !isTerminating(pod)) actions.push({ remove: pod });
    if (isOrdered && (pod === undefined || isUnavailable(view, pod))) return { actions, mustWait: true };
  }
  return { actions, mustWait: false };
}

/** Pods beyond the replicas, the highest first; undefined: there are none. In order: one at a time. */
function condemnedActions(view: SetView, isOrdered: boolean): Action[] | undefined {
  const condemned = [...view.pods].filter(([ordinal]) => ordinal >= view.replicas).sort(([a], [b]) => b - a);
  const [highest] = condemned;
  if (highest === undefined) return undefined;
  if (!isOrdered) {
    return condemned.filter(([, pod]) => !isTerminating(pod)).map(([, pod]) => ({ remove: pod }));
  }
  const [ordinal, pod] = highest;
  const lowestUnavailable = condemned.findLast(([, each]) => isUnavailable(view, each))?.[0];
  if (isTerminating(pod)) return [];
  // One that is not available waits for those below it that are not, unless it is the only one.
  const isHeldUp = !view.isAvailable(pod) && lowestUnavailable !== ordinal;
  return isHeldUp ? [] : [{ remove: pod }];
}

/** Pods of an older template, from the highest ordinal down to the partition. */
function updateActions(view: SetView, created: ReadonlySet<number>): Action[] {
  const { update_strategy } = view.workload;
  if (update_strategy.type === 'OnDelete') return [];
  const { partition, max_unavailable } = update_strategy;
  const isOut = (ordinal: number) => {
    const pod = view.pods.get(ordinal);
    return created.has(ordinal) || pod === undefined || isUnavailable(view, pod);
  };
  const isOld = (pod: PodObject | undefined): pod is PodObject =>
    pod !== undefined && pod.template !== view.update && !isTerminating(pod);
  if (!view.takesMaxUnavailable) {
    for (let ordinal = view.replicas - 1; ordinal >= partition; ordinal -= 1) {
      const pod = view.pods.get(ordinal);
      if (isOld(pod)) return [{ remove: pod }];
      if (isOut(ordinal)) return [];
    }
    return [];
  }
  const ordinals = Array.from({ length: view.replicas }, (_, index) => view.replicas - 1 - index);
  const most = Math.max(1, podsOf(max_unavailable, view.replicas, 'down'));
  const left = most - ordinals.filter(isOut).length;
  const old = ordinals.filter((ordinal) => ordinal >= partition).map((ordinal) => view.pods.get(ordinal));
  return old
    .filter(isOld)
    .slice(0, Math.max(0, left))
    .map((pod) => ({ remove: pod }));
}

/** Below the partition a pod comes back as it was (stateful_set_utils.go newVersionedStatefulSetPod). */
function templateFor({ workload, current, update }: SetView, ordinal: number): PodTemplate {
  const { update_strategy } = workload;
  return update_strategy.type === 'RollingUpdate' && ordinal < update_strategy.partition ? current : update;
}

/** stateful_set_utils.go isUnavailable. */
const isUnavailable = (view: SetView, pod: PodObject): boolean =>
  isTerminating(pod) || !view.isAvailable(pod);
