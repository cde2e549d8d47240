/**
 * What a DaemonSet's pods should become, from what the controller sees (Kubernetes 1.35
 * pkg/controller/daemon/daemon_controller.go podsShouldBeOnNode, update.go rollingUpdate).
 */
import type { DaemonSet, PodTemplate } from '../../scenario/scenario.ts';
import { shouldContinue, shouldRun } from './daemonset-nodes.ts';
import { podsOf } from './int-or-percent.ts';
import { isTerminal, isTerminating, type NodeObject, type PodObject } from './objects.ts';

export interface DaemonView {
  readonly workload: DaemonSet;
  /** Of the latest rollout. */
  readonly template: PodTemplate;
  /** In the order in which they are looked at, which is chance. */
  readonly nodes: readonly NodeObject[];
  /** Of every node, terminating ones included, the oldest first; those that have ended and are on their way out left out. */
  readonly podsOn: (node: NodeObject) => readonly PodObject[];
  readonly isAvailable: (pod: PodObject) => boolean;
}

export interface Changes {
  readonly create: readonly NodeObject[];
  readonly remove: readonly PodObject[];
}

/** One pod on every node that should have one, none elsewhere. */
export function manage(view: DaemonView): Changes {
  const create: NodeObject[] = [];
  const remove: PodObject[] = [];
  const surges = fenceposts(view.workload, 1).surge > 0;
  for (const node of view.nodes) {
    const pods = view.podsOn(node);
    const isWanted = shouldRun(view.template, node);
    if (isWanted && pods.length === 0) {
      create.push(node);
    } else if (shouldContinue(view.template, node)) {
      const staying = pods.filter((pod) => !isTerminating(pod));
      // One that has ended is cleared away at once; the back-off of one that fails again and again is left out.
      remove.push(...staying.filter(isTerminal));
      const running = staying.filter((pod) => !isTerminal(pod));
      if (surges && running.length === 0 && isWanted) create.push(node);
      remove.push(...excess(view, running, surges));
    } else {
      remove.push(...pods.filter((pod) => !isTerminating(pod)));
    }
  }
  return { create, remove };
}

/** Pods of one node that are too many: while it surges, an old and a new one may be side by side until one is ready. */
function excess(
  { template, isAvailable }: DaemonView,
  running: readonly PodObject[],
  surges: boolean,
): PodObject[] {
  if (running.length <= 1) return [];
  if (!surges) return running.slice(1);
  const fresh = running.find((pod) => pod.template === template);
  const old = running.find((pod) => pod.template !== template);
  const others = running.filter((pod) => pod !== fresh && pod !== old);
  if (fresh === undefined || old === undefined) return others;
  return !old.ready || isAvailable(fresh) ? [...others, old] : others;
}

/** The next step of a rolling update. */
export function update(view: DaemonView): Changes {
  const wanted = view.nodes.filter((node) => shouldRun(view.template, node));
  const { surge, unavailable } = fenceposts(view.workload, wanted.length);
  const nodes = view.nodes.filter((node) => wanted.includes(node) || view.podsOn(node).length > 0);
  return surge === 0
    ? { create: [], remove: withoutSurge(view, nodes, unavailable) }
    : withSurge(view, nodes, wanted, surge);
}

/** Deletes as many old pods as may be unavailable; what is unavailable anyway goes first. */
function withoutSurge(view: DaemonView, nodes: readonly NodeObject[], most: number): PodObject[] {
  let unavailable = 0;
  const replaced: PodObject[] = [];
  const candidates: PodObject[] = [];
  for (const node of nodes) {
    const found = pairOn(view, node);
    if (found === undefined || (found.fresh === undefined) === (found.old === undefined)) {
      unavailable += 1;
    } else if (found.fresh !== undefined) {
      if (!view.isAvailable(found.fresh)) unavailable += 1;
    } else if (found.old !== undefined && !view.isAvailable(found.old)) {
      replaced.push(found.old);
      unavailable += 1;
    } else if (found.old !== undefined && unavailable < most) {
      candidates.push(found.old);
    }
  }
  return [...replaced, ...candidates.slice(0, Math.max(0, most - unavailable))];
}

/** Creates new pods beside old ones, and deletes an old one when the new one is available. */
function withSurge(
  view: DaemonView,
  nodes: readonly NodeObject[],
  wanted: readonly NodeObject[],
  surge: number,
): Changes {
  let surging = 0;
  let available = 0;
  const remove: PodObject[] = [];
  const sunset: PodObject[] = [];
  const replaced: NodeObject[] = [];
  const candidates: NodeObject[] = [];
  for (const node of nodes) {
    const found = pairOn(view, node);
    if (found === undefined) {
      surging += 1;
      continue;
    }
    const { fresh, old } = found;
    const serving = old ?? fresh;
    if (serving !== undefined && view.isAvailable(serving)) available += 1;
    if (old === undefined) continue;
    const isWanted = wanted.includes(node);
    if (fresh !== undefined) {
      if (view.isAvailable(fresh)) remove.push(old);
      else surging += 1;
    } else if (!view.isAvailable(old)) {
      if (isWanted) replaced.push(node);
      else remove.push(old);
    } else if (!isWanted) {
      sunset.push(old);
    } else if (surging < surge) {
      candidates.push(node);
    }
  }
  remove.push(...sunset.slice(0, Math.max(0, available - wanted.length)));
  return { create: [...replaced, ...candidates.slice(0, Math.max(0, surge - surging))], remove };
}

/** The new and the old pod of a node, those that terminate apart; undefined: there are several of a kind. */
function pairOn(
  { template, podsOn }: DaemonView,
  node: NodeObject,
): { readonly fresh: PodObject | undefined; readonly old: PodObject | undefined } | undefined {
  const staying = podsOn(node).filter((pod) => !isTerminating(pod));
  const fresh = staying.filter((pod) => pod.template === template);
  const old = staying.filter((pod) => pod.template !== template);
  return fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] };
}

/** Both are rounded up; where both come to nothing, one may be unavailable (util/daemonset_util.go, updatedDesiredNodeCounts). */
function fenceposts({ update_strategy }: DaemonSet, nodes: number): { surge: number; unavailable: number } {
  if (update_strategy.type === 'OnDelete') return { surge: 0, unavailable: 0 };
  const surge = podsOf(update_strategy.max_surge, nodes, 'up');
  const unavailable = podsOf(update_strategy.max_unavailable, nodes, 'up');
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}
