/**
 * How a change of a Deployment's replicas is spread over its sets while a rollout is under way: in proportion, so that
 * scaling does not hurry the rollout (Kubernetes 1.35 pkg/controller/deployment/sync.go scale; util
 * GetReplicaSetProportion, getReplicaSetFraction).
 */
import type { Resize } from './deployment-rolling.ts';

/** A ReplicaSet with pods. */
export interface ActiveSet {
  readonly name: string;
  readonly replicas: number;
  /** What the Deployment and its surge came to when it last scaled this set. */
  readonly max_replicas: number;
}

/**
 * @param sets those with pods, the oldest first
 * @param surge of the Deployment at its new size
 */
export function scaleInProportion(sets: readonly ActiveSet[], wanted: number, surge: number): Resize[] {
  const allowed = wanted > 0 ? wanted + surge : 0;
  const toAdd = allowed - sets.reduce((sum, { replicas }) => sum + replicas, 0);
  if (toAdd === 0) return sets.map(({ name, replicas }) => ({ name, replicas }));
  // The largest first; of equal ones the newest where it grows, the oldest where it shrinks.
  const ordered = toAdd > 0 ? sets.toReversed() : [...sets];
  ordered.sort((a, b) => b.replicas - a.replicas);
  let added = 0;
  const resized = ordered.map(({ name, replicas, max_replicas }) => {
    const fraction =
      wanted === 0 ? -replicas : roundHalfAway((replicas * (wanted + surge)) / max_replicas) - replicas;
    const left = toAdd - added;
    const share = toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
    added += share;
    return { name, replicas: replicas + share };
  });
  // What rounding leaves over goes to the largest.
  return resized.map((each, index) =>
    index === 0 ? { ...each, replicas: Math.max(0, each.replicas + toAdd - added) } : each,
  );
}

/** k8s.io/utils/integer RoundToInt32. */
const roundHalfAway = (value: number): number => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
