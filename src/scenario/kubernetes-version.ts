/**
 * What differs between the versions of Kubernetes, apart from the timers (timing.ts has those): fields that the
 * API server drops and mechanisms that work in another way. Read in the sources of each version.
 */
import type { FeatureGate } from './scenario.ts';

/** Versions 1.x that the prediction knows. */
export const MINOR_MIN = 26;
export const MINOR_MAX = 36;
export const MINOR_DEFAULT = 35;

/** As `cluster` of a scenario says it. */
export interface KubernetesVersion {
  readonly minor: number;
  readonly feature_gates: readonly FeatureGate[];
}

/** The version whose sources were read for everything. */
export const KNOWN_VERSION: KubernetesVersion = { minor: MINOR_DEFAULT, feature_gates: [] };

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
  /** Whether a hook may be a `sleep`. Gate PodLifecycleSleepAction, on since 1.30. */
  readonly sleep_hooks: boolean;
  /** Whether an init container may be a sidecar. Gate SidecarContainers, on since 1.29. */
  readonly sidecars: boolean;
  /** Whether a pod may have requests and limits as a whole. Gate PodLevelResources, on since 1.34. */
  readonly pod_level_resources: boolean;
  /** Whether an autoscaler's own `tolerance` counts. Gate HPAConfigurableTolerance, on since 1.35. */
  readonly hpa_tolerance: boolean;
  /** Whether `trafficDistribution` of a Service counts. Gate ServiceTrafficDistribution, on since 1.31. */
  readonly traffic_distribution: boolean;
  /**
   * Whether that may be PreferSameZone or PreferSameNode; before, PreferClose alone. Gate
   * PreferSameTrafficDistribution, on since 1.34.
   */
  readonly prefer_same_traffic_distribution: boolean;
  /**
   * Whether the status of a ReplicaSet counts the pods that terminate, whose end the Deployment then learns of at once.
   * Gate DeploymentReplicaSetTerminatingReplicas, on since 1.35.
   */
  readonly replica_set_counts_terminating: boolean;
  /**
   * Syncs that kube-proxy may do without a pause once it was idle for long enough. Since 1.34 there is always a
   * pause from the end of one to the next (pkg/proxy/runner); before, a token bucket held two
   * (pkg/util/async/bounded_frequency_runner.go, burstSyncs in pkg/proxy/iptables/proxier.go).
   */
  readonly kube_proxy_burst_syncs: 1 | 2;
  /**
   * Whether an attempt of a probe that a sync of the pod asks for begins its period anew (since 1.32,
   * pkg/kubelet/prober/worker.go); before, attempts stayed in step with the start of the probe's worker.
   */
  readonly asked_probe_restarts_period: boolean;
  /**
   * Whether a pod with a container whose restart is put off is synced when that is over (since 1.35,
   * pkg/kubelet/pod_workers.go completeWork, MinBackoffExpiration); before, 10 s after each sync that failed.
   */
  readonly resyncs_when_backoff_ends: boolean;
  /**
   * Whether a container that the kubelet has stopped and started in one sync is taken for started, as the one before
   * it was, until the worker of its startup probe first looks at it (since 1.35, pkg/kubelet/kubelet_pods.go
   * convertToAPIContainerStatuses, pkg/kubelet/prober/prober_manager.go isContainerStarted, both without the gate
   * ChangeContainerStatusOnKubeletRestart; kubernetes#141155).
   */
  readonly restarted_container_counts_as_started: boolean;
  /**
   * Whether the kubelet looks at a pod as soon as a sync has started or stopped something of it. Gate
   * PLEGOnDemandRelist, on since 1.36 (pkg/kubelet/kubelet.go SyncPod, postSync).
   */
  readonly looks_at_synced_pods: boolean;
  /**
   * Whether the scheduler takes pods out of their back-off when it has nothing else to do. Gate
   * SchedulerPopFromBackoffQ, on since 1.33.
   */
  readonly scheduler_pops_from_backoff: boolean;
}

/** How a cluster of version 1.`minor` behaves. */
export function behaviourOf({ minor, feature_gates }: KubernetesVersion): KubernetesBehaviour {
  return {
    stateful_set_max_unavailable: feature_gates.includes('MaxUnavailableStatefulSet'),
    unhealthy_pod_eviction_policy: minor >= 27,
    sleep_hooks: minor >= 30,
    sidecars: minor >= 29,
    pod_level_resources: minor >= 34,
    hpa_tolerance: minor >= 35,
    traffic_distribution: minor >= 31,
    prefer_same_traffic_distribution: minor >= 34,
    replica_set_counts_terminating: minor >= 35,
    kube_proxy_burst_syncs: minor >= 34 ? 1 : 2,
    asked_probe_restarts_period: minor >= 32,
    resyncs_when_backoff_ends: minor >= 35,
    restarted_container_counts_as_started: minor >= 35,
    looks_at_synced_pods: minor >= 36,
    scheduler_pops_from_backoff: minor >= 33,
  };
}
