/** The workloads of the manifests, as far as the prediction knows them. */
import type { Distribution } from './distribution.ts';
import type { Position, Taint } from './scenario.ts';

interface WorkloadBase {
  readonly name: string;
  readonly namespace: string;
  readonly position: Position;
  /**
   * What a trial begins with. Of a DaemonSet: as many as nodes may run it; of what an autoscaler scales: its
   * minimum, to which it has long come down without load.
   */
  readonly replicas: number;
  /** How long a new pod must stay ready before it counts as available. */
  readonly min_ready_s: number;
  readonly selector: Selector;
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

export type Labels = Readonly<Record<string, string>>;

/** Labels that must all be there; requirements where a manifest's matchExpressions are more than that. */
export type Selector = Labels | readonly Requirement[];

export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** Of `In` and `NotIn`. */
  readonly values: readonly string[];
}

export interface PodTemplate {
  readonly labels: Labels;
  /**
   * Run one after the other before the containers; each must end well. A container among them is a sidecar
   * (restartPolicy Always), which must only have started, and runs as long as the pod does.
   */
  readonly init_containers: readonly (InitContainer | Container)[];
  readonly containers: readonly Container[];
  readonly termination_grace_period_s: number;
  readonly restart_policy: 'Always' | 'OnFailure' | 'Never';
  /** What the scheduler keeps free for it, in all; 0 where nothing is requested. */
  readonly requests: { readonly cpu_millis: number; readonly memory_bytes: number };
  /** What its cgroup lets it have in all; undefined where there is no limit. */
  readonly limits: { readonly cpu_millis: number | undefined; readonly memory_bytes: number | undefined };
  /** Labels a node must have: nodeSelector. */
  readonly node_selector: Labels;
  /** What node affinity requires: a node that one of these selects. undefined: any node. */
  readonly node_affinity: readonly Selector[] | undefined;
  /** Nodes that node affinity prefers, and how much. */
  readonly node_preferences: readonly { readonly weight: number; readonly selector: Selector }[];
  readonly tolerations: readonly Toleration[];
  readonly spread: readonly SpreadConstraint[];
  /** podAntiAffinity against pods with these labels, in one domain. */
  readonly anti_affinity: readonly {
    readonly topology_key: string;
    readonly selector: Selector;
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
  readonly selector: Selector;
}

/** Ends by itself. */
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
  /** Of a liveness or startup probe: how long the container has to end when it has failed; undefined: the pod's. */
  readonly termination_grace_period_s?: number | undefined;
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
  /** Memory that it holds while it listens; undefined: nobody has said. */
  readonly memory_bytes?: number | undefined;
  /** undefined: there is nothing that it looks a name up for, as far as anybody has said. */
  readonly lookups?: Lookups | undefined;
}

/** What a program answers: requests, or a probe of a kind. */
export type Asked = 'requests' | 'startup' | 'readiness' | 'liveness';

/** A program that can answer only once it has looked up a name, each time anew; one worker waits for that. */
export interface Lookups {
  /** What it looks one up for. */
  readonly for: readonly Asked[];
  /** How long it waits for an answer of a DNS server before it asks again, or gives up. */
  readonly timeout_ms: number;
  /** How often it asks. */
  readonly attempts: number;
}
