/**
 * What differs between the versions of Kubernetes, apart from the timers (timing.ts has those): fields that the
 * API server drops and mechanisms that work in another way. Read in the sources of each version.
 */
import type { FeatureGate } from './scenario.ts';

/** Versions 1.x that the prediction knows. */
export const MINOR_MIN = 26;
export const MINOR_MAX = 36;
export const MINOR_DEFAULT = 35;

export interface KubernetesBehaviour {
  /**
   * Whether `maxUnavailable` of a StatefulSet's rolling update counts; else it is 1. Gate
   * MaxUnavailableStatefulSet, off by default up to 1.35 (pkg/features/kube_features.go).
   */
  readonly stateful_set_max_unavailable: boolean;
  /**
   * Whether `unhealthyPodEvictionPolicy` of a PodDisruptionBudget counts. Gate PDBUnhealthyPodEvictionPolicy,
   * on since 1.27.
   */
  readonly unhealthy_pod_eviction_policy: boolean;
  /** Whether an autoscaler's own `tolerance` counts. Gate HPAConfigurableTolerance, on since 1.35. */
  readonly hpa_tolerance: boolean;
}

/** How a cluster of version 1.`minor` behaves. */
export function behaviourOf(minor: number, gates: readonly FeatureGate[] = []): KubernetesBehaviour {
  return {
    stateful_set_max_unavailable: gates.includes('MaxUnavailableStatefulSet'),
    unhealthy_pod_eviction_policy: minor >= 27,
    hpa_tolerance: minor >= 35,
  };
}
