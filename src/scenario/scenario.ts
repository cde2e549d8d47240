/**
 * A scenario as both arms read it: checked, defaults filled in, manifests resolved, durations in
 * milliseconds where the scenario gives them and in seconds where a Kubernetes field does.
 */
import type { Distribution } from './distribution.ts';
import type { Timing } from './timing.ts';

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
    /** How the Service's rules are kept on every node. */
    readonly proxy_mode: 'iptables' | 'ipvs' | 'nftables';
    /** Images that no node has yet, by name as the manifests say it; all others are on every node. */
    readonly registry: Registry;
    /** Feature gates that change how fast containers are restarted, where the scenario turns them on. */
    readonly feature_gates: readonly FeatureGate[];
  };
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
  readonly disruption_budgets: readonly DisruptionBudget[];
  readonly autoscalers: readonly Autoscaler[];
  /** Objects of the manifests that the model does not know; named in every report. They are applied as they are. */
  readonly ignored: readonly IgnoredObject[];
  /** Every object of the manifests as it was written, in order, for `apply`. */
  readonly objects: readonly ManifestObject[];
  readonly timing: Timing;
  readonly load: Load;
  /** In the order of the file; each with at least one act within the observation window. */
  readonly faults: readonly Fault[];
  readonly objectives: Objectives;
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
export type FeatureGate = 'ReduceDefaultCrashLoopBackOffDecay' | 'KubeletCrashLoopBackOffMax';

interface WorkloadBase {
  readonly name: string;
  readonly namespace: string;
  readonly position: Position;
  /** Of a DaemonSet: one a node, so what is here is the number of nodes. */
  readonly replicas: number;
  /** How long a new pod must stay ready before it counts as available. */
  readonly min_ready_s: number;
  /** matchLabels; matchExpressions are refused with a message. */
  readonly selector: Labels;
  readonly pod: PodTemplate;
}

export interface Deployment extends WorkloadBase {
  readonly kind: 'Deployment';
  readonly strategy:
    | {
        readonly type: 'RollingUpdate';
        readonly max_unavailable: IntOrPercent;
        readonly max_surge: IntOrPercent;
      }
    | { readonly type: 'Recreate' };
  readonly progress_deadline_s: number;
}

export interface StatefulSet extends WorkloadBase {
  readonly kind: 'StatefulSet';
  readonly pod_management: 'OrderedReady' | 'Parallel';
  readonly update_strategy:
    | { readonly type: 'RollingUpdate'; readonly partition: number; readonly max_unavailable: IntOrPercent }
    | { readonly type: 'OnDelete' };
}

export interface DaemonSet extends WorkloadBase {
  readonly kind: 'DaemonSet';
  readonly update_strategy:
    | {
        readonly type: 'RollingUpdate';
        readonly max_unavailable: IntOrPercent;
        readonly max_surge: IntOrPercent;
      }
    | { readonly type: 'OnDelete' };
}

/** `replicas` is its parallelism. */
export interface Job extends WorkloadBase {
  readonly kind: 'Job';
  readonly completions: number;
  readonly backoff_limit: number;
}

export type Workload = Deployment | StatefulSet | DaemonSet | Job;

/** A number of pods, or a percentage of the replicas that is rounded as its field says. */
export type IntOrPercent = { readonly pods: number } | { readonly percent: number };

/** policy/v1 PodDisruptionBudget: what the eviction API keeps up. */
export interface DisruptionBudget {
  readonly name: string;
  readonly namespace: string;
  readonly position: Position;
  readonly selector: Labels;
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

export type Labels = Readonly<Record<string, string>>;

export interface PodTemplate {
  readonly labels: Labels;
  /** Run one after the other before the containers; each must end well. */
  readonly init_containers: readonly InitContainer[];
  readonly containers: readonly Container[];
  readonly termination_grace_period_s: number;
  readonly restart_policy: 'Always' | 'OnFailure' | 'Never';
  /** Sums over the containers; 0 where nothing is requested. */
  readonly requests: { readonly cpu_millis: number; readonly memory_bytes: number };
  /** Labels a node must have: nodeSelector. */
  readonly node_selector: Labels;
  readonly tolerations: readonly Toleration[];
  readonly spread: readonly SpreadConstraint[];
  /** podAntiAffinity against pods with these labels, in one domain. */
  readonly anti_affinity: readonly {
    readonly topology_key: string;
    readonly selector: Labels;
    readonly required: boolean;
  }[];
  /**
   * Whether the kubelet has volumes to mount before it starts the pod: any of the manifest's, or the token
   * of its service account, which every pod gets unless automountServiceAccountToken is false.
   */
  readonly mounts_volumes: boolean;
}

export interface Toleration {
  /** undefined with `Exists`: every taint. */
  readonly key: string | undefined;
  readonly operator: 'Exists' | 'Equal';
  readonly value: string;
  /** undefined: every effect. */
  readonly effect: Taint['effect'] | undefined;
  /** How long a NoExecute taint is borne; undefined: for ever. */
  readonly toleration_s: number | undefined;
}

export interface SpreadConstraint {
  readonly topology_key: string;
  readonly max_skew: number;
  readonly when_unsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  readonly selector: Labels;
}

/** Ends by itself; with restart_policy Always it is a sidecar, which is refused with a message. */
export interface InitContainer {
  readonly name: string;
  readonly image: string;
  readonly image_pull_policy: Container['image_pull_policy'];
  /** From exec to its end. */
  readonly run_time: Distribution;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly image_pull_policy: 'Always' | 'IfNotPresent' | 'Never';
  readonly ports: readonly { readonly name: string | undefined; readonly number: number }[];
  readonly startup_probe: Probe | undefined;
  readonly readiness_probe: Probe | undefined;
  readonly liveness_probe: Probe | undefined;
  /** How long a preStop hook takes, where the manifest lets us know (a `sleep`), else what the scenario says. */
  readonly pre_stop: Distribution | undefined;
  readonly application: Application;
}

export interface Probe {
  readonly handler: 'http' | 'tcp' | 'exec' | 'grpc';
  /** Port it asks, resolved from a name; undefined for exec. */
  readonly port: number | undefined;
  readonly initial_delay_s: number;
  readonly period_s: number;
  readonly timeout_s: number;
  readonly success_threshold: number;
  readonly failure_threshold: number;
}

/** What a manifest cannot say about the program in a container. */
export interface Application {
  /** From exec to listening. */
  readonly start_time: Distribution;
  /** Time a replica spends on one request. */
  readonly service_time: Distribution;
  /** Requests a replica works on at once. */
  readonly concurrency: number;
  /**
   * - `exit`: stops listening and ends at once, after `stop_time`
   * - `drain`: stops accepting connections at once, finishes what it has, ends after `stop_time`
   * - `serve`: goes on accepting until `stop_time` is over, then ends
   * - `ignore`: goes on until SIGKILL
   */
  readonly on_sigterm: 'exit' | 'drain' | 'serve' | 'ignore';
  readonly stop_time: Distribution;
  /** Processor time of one request, what an autoscaler on CPU sees, in milliseconds. */
  readonly cpu_per_request_ms: number;
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

export type FaultMode = 'one' | 'all' | 'fixed' | 'fixed-percent' | 'random-max-percent';

interface FaultBase {
  readonly position: Position;
  /** When it acts, from the start of the trial; repeated faults give several times. */
  readonly at_ms: readonly number[];
}

interface WorkloadFault extends FaultBase {
  /** Name of the workload it is about. */
  readonly workload: string;
  readonly namespace: string;
}

/** Hits some of the workload's ready pods. */
interface PodFault extends WorkloadFault {
  readonly mode: FaultMode;
  /** Pods for `fixed`, percent for the percent modes, otherwise undefined. */
  readonly value: number | undefined;
}

/**
 * Hits some of the nodes that run ready pods of the workload. The node where the load enters is spared: that it
 * takes the load with it needs no prediction.
 */
interface NodeFault extends WorkloadFault {
  readonly mode: FaultMode;
  readonly value: number | undefined;
}

/** Undone after a time; undefined: when the trial is over. */
interface Lasting {
  readonly duration_ms: number | undefined;
}

/** Deletes pods through the API. */
export interface PodKill extends PodFault {
  readonly type: 'pod-kill';
  /** `undefined`: the pod's own; 0: forced (the object goes at once). */
  readonly grace_period_s: number | undefined;
}

/** SIGKILLs the main process of a container; the pod stays. */
export interface ContainerKill extends PodFault {
  readonly type: 'container-kill';
  readonly container: string;
}

/** Stops the container's processes (SIGSTOP): connections are accepted, nothing answers. */
export interface ContainerPause extends PodFault, Lasting {
  readonly type: 'container-pause';
  readonly container: string;
}

/** Evicts pods through the eviction API, which asks the disruption budgets; refused ones are tried again. */
export interface PodEviction extends PodFault {
  readonly type: 'pod-eviction';
  readonly grace_period_s: number | undefined;
}

/** Cordons nodes and evicts their pods, as `kubectl drain --ignore-daemonsets` does; undone: uncordoned. */
export interface NodeDrain extends NodeFault, Lasting {
  readonly type: 'node-drain';
  readonly grace_period_s: number | undefined;
}

/** A node's power is cut; undone: it boots. */
export interface NodeLoss extends NodeFault, Lasting {
  readonly type: 'node-loss';
}

/** A node is cut off from everything else and runs on; undone: it is reachable again. */
export interface NodePartition extends NodeFault, Lasting {
  readonly type: 'node-partition';
}

/** `kubectl rollout restart`: every pod is replaced, as the workload's strategy says. */
export interface RolloutRestart extends WorkloadFault {
  readonly type: 'rollout-restart';
}

/** Rolls out an image that does not exist; undone: `kubectl rollout undo`. */
export interface BadImage extends WorkloadFault, Lasting {
  readonly type: 'bad-image';
  readonly container: string;
}

/** `kubectl scale`; undone: scaled back. */
export interface Scale extends WorkloadFault, Lasting {
  readonly type: 'scale';
  readonly replicas: number;
}

/** Parts of the control plane are away: what runs goes on, nothing heals. */
export interface ControlPlaneOutage extends FaultBase, Lasting {
  readonly type: 'control-plane-outage';
  readonly component: 'api-server' | 'controller-manager' | 'scheduler' | 'all';
}

/** No image can be pulled: it matters to nodes that do not have it. */
export interface RegistryOutage extends FaultBase, Lasting {
  readonly type: 'registry-outage';
}

export type Fault =
  | PodKill
  | ContainerKill
  | ContainerPause
  | PodEviction
  | NodeDrain
  | NodeLoss
  | NodePartition
  | RolloutRestart
  | BadImage
  | Scale
  | ControlPlaneOutage
  | RegistryOutage;

export type FaultType = Fault['type'];

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
