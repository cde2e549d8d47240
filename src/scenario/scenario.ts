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
    readonly nodes: number;
  };
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
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

/** A Deployment. */
export interface Workload {
  readonly kind: 'Deployment';
  readonly name: string;
  readonly namespace: string;
  readonly position: Position;
  readonly replicas: number;
  readonly min_ready_s: number;
  /** matchLabels; matchExpressions are refused with a message. */
  readonly selector: Labels;
  readonly pod: PodTemplate;
}

export type Labels = Readonly<Record<string, string>>;

export interface PodTemplate {
  readonly labels: Labels;
  readonly containers: readonly Container[];
  readonly termination_grace_period_s: number;
  /**
   * Whether the kubelet has volumes to mount before it starts the pod: any of the manifest's, or the token
   * of its service account, which every pod gets unless automountServiceAccountToken is false.
   */
  readonly mounts_volumes: boolean;
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
}

export interface Service {
  readonly name: string;
  readonly namespace: string;
  readonly position: Position;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  readonly selector: Labels;
  readonly ports: readonly ServicePort[];
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
  readonly rate_per_s: number;
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
}

export type FaultMode = 'one' | 'all' | 'fixed' | 'fixed-percent' | 'random-max-percent';

interface FaultBase {
  readonly position: Position;
  /** Name of the Deployment whose pods are candidates. */
  readonly workload: string;
  readonly namespace: string;
  readonly mode: FaultMode;
  /** Pods for `fixed`, percent for the percent modes, otherwise undefined. */
  readonly value: number | undefined;
  /** When it acts, from the start of the trial; repeated faults give several times. */
  readonly at_ms: readonly number[];
}

/** Deletes pods through the API. */
export interface PodKill extends FaultBase {
  readonly type: 'pod-kill';
  /** `undefined`: the pod's own; 0: forced (the object goes at once). */
  readonly grace_period_s: number | undefined;
}

/** SIGKILLs the main process of a container; the pod stays. */
export interface ContainerKill extends FaultBase {
  readonly type: 'container-kill';
  readonly container: string;
}

export type Fault = PodKill | ContainerKill;

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
