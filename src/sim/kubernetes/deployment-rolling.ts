/**
 * How a rolling update of a Deployment goes on: how many pods its sets should have next. Numbers in, numbers out
 * (Kubernetes 1.35 pkg/controller/deployment/rolling.go, pkg/controller/deployment/util/deployment_util.go).
 */
import type { Deployment } from '../../scenario/scenario.ts';
import { podsOf } from './int-or-percent.ts';

/** A ReplicaSet as the Deployment counts it. */
export interface SetSize {
  readonly name: string;
  readonly replicas: number;
  /** As its status says. */
  readonly available: number;
}

/** What is to be written: the set of that name shall have so many replicas. */
export interface Resize {
  readonly name: string;
  readonly replicas: number;
}

/** How many pods more than wanted there may be, and how many fewer may be available. */
export interface Fenceposts {
  readonly surge: number;
  readonly unavailable: number;
}

/**
 * Surge is rounded up, unavailability down; where both come to nothing, one may be unavailable (util ResolveFenceposts,
 * MaxUnavailable). Recreate has neither.
 */
export function fenceposts(strategy: Deployment['strategy'], replicas: number): Fenceposts {
  if (strategy.type === 'Recreate') return { surge: 0, unavailable: 0 };
  const surge = podsOf(strategy.max_surge, replicas, 'up');
  const unavailable = podsOf(strategy.max_unavailable, replicas, 'down');
  return { surge, unavailable: Math.min(replicas, surge === 0 && unavailable === 0 ? 1 : unavailable) };
}

/**
 * What the new set should have: as many as the surge leaves room for (util NewRSNewReplicas; reconcileNewReplicaSet).
 *
 * @param total of all sets, the new one included
 */
export function newSetReplicas(
  wanted: number,
  current: number,
  total: number,
  { surge }: Fenceposts,
): number {
  if (current >= wanted) return wanted;
  const room = wanted + surge - total;
  return room <= 0 ? current : current + Math.min(room, wanted - current);
}

/**
 * How the old sets shrink: first by what is unavailable in them anyway, then by as many as availability leaves; pods of
 * the new set that are not available yet count as not there (reconcileOldReplicaSets, cleanupUnhealthyReplicas,
 * scaleDownOldReplicaSetsForRollingUpdate).
 *
 * @param old the oldest first
 * @returns in the order in which they are written; a set may come twice
 */
export function shrinkOld(
  wanted: number,
  fresh: SetSize,
  old: readonly SetSize[],
  { unavailable }: Fenceposts,
): Resize[] {
  const left = new Map(old.map(({ name, replicas }) => [name, replicas]));
  const total = fresh.replicas + sum(left.values());
  const fewest = wanted - unavailable;
  const most = total - fewest - (fresh.replicas - fresh.available);
  if (most <= 0) return [];
  const resized: Resize[] = [];
  const shrink = (name: string, by: number) => {
    const replicas = (left.get(name) ?? 0) - by;
    left.set(name, replicas);
    resized.push({ name, replicas });
  };
  let open = most;
  for (const { name, replicas, available } of old) {
    if (open <= 0) break;
    const by = Math.min(open, replicas - available);
    // A status that lags behind says more available than there should be: nothing can be counted on it.
    if (by < 0) return resized;
    if (by === 0) continue;
    shrink(name, by);
    open -= by;
  }
  open = fresh.available + sum(old.map(({ available }) => available)) - fewest;
  for (const { name } of old) {
    const by = Math.min(left.get(name) ?? 0, open);
    if (by <= 0) continue;
    shrink(name, by);
    open -= by;
  }
  return resized;
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
