/**
 * A scenario as both arms read it: checked, defaults filled in, manifests resolved, durations in
 * milliseconds where the scenario gives them and in seconds where a Kubernetes field does.
 */
import type { Fault } from './fault.ts';
import type { LabelWanted } from './safety.ts';
import type { Said } from './said.ts';
import type { Timing } from './timing.ts';
import type { IntOrPercent, Labels, Selector, Workload } from './workload.ts';

export type * from './fault.ts';
export type * from './workload.ts';

/** Where in the user's files something was said; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Scenario {
  readonly name: string;
  readonly description: string;
  /** The scenario file, as the user named it. */
  readonly file: string;
  readonly seed: string;
  readonly trials: { readonly predict: number; readonly measure: number };
  readonly cluster: {
    /** Minor version of Kubernetes 1.x whose defaults the prediction uses: 35 for "1.35". */
    readonly minor: number;
    /** Nodes the scheduler can use; load enters at the first. */
    readonly nodes: readonly Node[];
    /**
     * Whether the controller manager and the scheduler work only while they hold a lock, as they do by default. Without
     * the API server they then end themselves, and begin anew when it is back.
     */
    readonly leader_election: boolean;
    /** How the Service's rules are kept on every node. */
    readonly proxy_mode: 'iptables' | 'ipvs' | 'nftables';
    /** Images that no node has yet, by name as the manifests say it; all others are on every node. */
    readonly registry: Registry;
    /** Feature gates that the scenario turns on. */
    readonly feature_gates: readonly FeatureGate[];
  };
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
  readonly disruption_budgets: readonly DisruptionBudget[];
  readonly autoscalers: readonly Autoscaler[];
  /** Objects of the manifests that the model does not know; named in every report of a prediction. They are applied as they are. */
  readonly ignored: readonly IgnoredObject[];
  /** Every object of the manifests as it was written, in order, for `apply`. */
  readonly objects: readonly ManifestObject[];
  readonly timing: Timing;
  /** Which of the delays, the applications' among them, are not defaults, and who said them. */
  readonly said: Said;
  readonly load: Load;
  /** In the order of the file; each with at least one act within the observation window. */
  readonly faults: readonly Fault[];
  readonly objectives: Objectives;
  readonly safety: Safety;
}

/** What faults must keep to. */
export interface Safety {
  /** Only there; undefined: anywhere but in protected ones. */
  readonly namespaces: readonly string[] | undefined;
  /** Beside Kubernetes' own. */
  readonly protected_namespaces: readonly string[];
  /** Whoever carries one of them is not hit. */
  readonly protected_labels: Labels;
  /** Whoever does not carry it is not hit. */
  readonly opt_in_label: LabelWanted | undefined;
  /** Pods of a workload that one act may hit, in all, on one node and in one zone; shares are rounded down. */
  readonly max_victims: IntOrPercent | undefined;
  readonly max_per_node: IntOrPercent | undefined;
  readonly max_per_zone: IntOrPercent | undefined;
  /** Pods of a workload that stay ready; shares, of its replicas, are rounded up. */
  readonly min_healthy: IntOrPercent | undefined;
  /** Whether pod-kill deletes what a budget would not let be evicted. */
  readonly ignore_disruption_budgets: boolean;
  /** What ends a trial on a cluster at once. */
  readonly abort: {
    /** When a trial can meet an objective no more. */
    readonly objectives: boolean;
    /** Share of bad requests, among those of so long. */
    readonly error_rate: { readonly above: number; readonly for_ms: number } | undefined;
    readonly probe:
      | {
          readonly url: string;
          readonly every_ms: number;
          readonly timeout_ms: number;
          /** In a row. */
          readonly failures: number;
          readonly expected_status: readonly number[];
        }
      | undefined;
    /** How long the API server may be silent, where no fault takes it away. */
    readonly lost_connection_ms: number;
  };
}

export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly position: Position;
  /** The document as parsed, untouched. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface IgnoredObject {
  readonly kind: string;
  readonly name: string;
  readonly position: Position;
}

/** A machine of the cluster. */
export interface Node {
  readonly name: string;
  /** topology.kubernetes.io/zone. */
  readonly zone: string;
  /** What pods may request of it in all; undefined: more than anybody asks for. */
  readonly cpu_millis: number | undefined;
  readonly memory_bytes: number | undefined;
  /** Processors of its machine, which all that starts and stops there share; undefined: as many as anybody wants. */
  readonly cores: number | undefined;
  /** The machine, where other nodes are on it too; undefined: one of its own. */
  readonly host: string | undefined;
  /** Pods it takes at most. */
  readonly pods: number;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** Where images that a node does not have come from. */
export interface Registry {
  /** By image as the manifests name it: its size, and the nodes that have it already ('none' where none has). */
  readonly images: Readonly<
    Record<string, { readonly size_bytes: number; readonly present_on: 'all' | 'none' }>
  >;
  readonly bytes_per_s: number;
}

/** Kubernetes' alpha and beta switches that the model knows. */
export type FeatureGate =
  | 'ReduceDefaultCrashLoopBackOffDecay'
  | 'KubeletCrashLoopBackOffMax'
  | 'MaxUnavailableStatefulSet';

/** policy/v1 PodDisruptionBudget: what the eviction API keeps up. */
export interface DisruptionBudget {
  readonly name: string;
  readonly namespace: string;
  readonly position: Position;
  readonly selector: Selector;
  /** Exactly one of the two. Percentages are rounded up (pkg/controller/disruption). */
  readonly min_available: IntOrPercent | undefined;
  readonly max_unavailable: IntOrPercent | undefined;
  readonly unhealthy_pod_eviction_policy: 'IfHealthyBudget' | 'AlwaysAllow';
}

/** autoscaling/v2 HorizontalPodAutoscaler. */
export interface Autoscaler {
  readonly name: string;
  readonly namespace: string;
  readonly position: Position;
  /** Name of the Deployment or StatefulSet it scales. */
  readonly workload: string;
  readonly min_replicas: number;
  readonly max_replicas: number;
  /** The largest answer of several metrics wins. */
  readonly metrics: readonly AutoscalerMetric[];
  /** Whether the manifest has `behavior`: without it the controller has rules of its own. */
  readonly has_behavior: boolean;
  readonly scale_up: ScalingRules;
  readonly scale_down: ScalingRules;
}

export type AutoscalerMetric =
  /** Average CPU use as a percentage of what the pods request. */
  | { readonly type: 'cpu-utilization'; readonly target_percent: number }
  /** Average CPU use of a pod. */
  | { readonly type: 'cpu-value'; readonly target_millis: number }
  /** A custom metric: requests a second that a pod serves. */
  | { readonly type: 'requests'; readonly target_per_s: number };

export interface ScalingRules {
  readonly stabilization_window_s: number;
  readonly select_policy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly {
    readonly type: 'Pods' | 'Percent';
    readonly value: number;
    readonly period_s: number;
  }[];
  /** Share by which the metric may be off its target before anything is done. */
  readonly tolerance: number;
}

export interface Service {
  readonly name: string;
  readonly namespace: string;
  readonly position: Position;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  readonly selector: Labels;
  readonly ports: readonly ServicePort[];
  /** clusterIP None: clients go to the pods themselves, by the names of the cluster's DNS. */
  readonly is_headless: boolean;
  /** Addresses are published as ready whether they are or not. */
  readonly publish_not_ready_addresses: boolean;
  /** sessionAffinity ClientIP: how long a client address stays with its pod; undefined: None. */
  readonly session_affinity_s: number | undefined;
  /** Local: only pods of the node the connection arrives at. */
  readonly external_traffic_policy: 'Cluster' | 'Local';
  /** trafficDistribution: pods that are near are preferred, of the same zone or first of all of the same node. */
  readonly traffic_distribution: 'same-zone' | 'same-node' | undefined;
}

export interface ServicePort {
  readonly name: string | undefined;
  readonly port: number;
  /** Port on the pod, a named one resolved; equals `port` where the manifest gives none. */
  readonly target_port: number;
  readonly node_port: number | undefined;
}

export interface Load {
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  readonly path: string;
  /** From the start; see `steps`. */
  readonly rate_per_s: number;
  /** Later changes of the rate, in the order of time, each within the duration. */
  readonly steps: readonly { readonly at_ms: number; readonly rate_per_s: number }[];
  /** `constant`: evenly spaced; `poisson`: exponential gaps drawn from the seed. */
  readonly arrivals: 'constant' | 'poisson';
  /** The observation window U: requests are scheduled in [0, duration). */
  readonly duration_ms: number;
  /** How long the client waits, from the intended send time. */
  readonly timeout_ms: number;
  /** A good answer comes within this, from the intended send time; at most `timeout_ms`. */
  readonly latency_limit_ms: number;
  readonly expected_status: readonly number[];
  readonly connections: 'per-request' | 'keep-alive';
  /**
   * - `own`: the client walks through the ephemeral range, so no port comes round again within the 120 s
   *   that connection tracking remembers a half-open connection
   * - `kernel`: the operating system picks; ports come round by chance and meet remembered dead backends
   */
  readonly source_ports: 'own' | 'kernel';
  /** How the client finds the Service: by its address, or by a name that it looks up in the cluster's DNS. */
  readonly resolve: 'address' | 'dns';
}

/** What must hold; each is optional. Checked on the prediction and on the measurement. */
export interface Objectives {
  /** Fraction in [0, 1]: 0.999. By time. */
  readonly availability_time: number | undefined;
  /** Fraction in [0, 1]. By requests. */
  readonly availability_requests: number | undefined;
  readonly downtime_s: number | undefined;
  readonly throughput_rps: number | undefined;
  readonly latency_p99_ms: number | undefined;
}
