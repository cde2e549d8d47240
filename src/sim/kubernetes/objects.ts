/** The objects of the API server, replaced as a whole by every write, never changed. */
import type {
  DisruptionBudget,
  Node,
  PodTemplate,
  Service,
  Taint,
  Workload,
} from '../../scenario/scenario.ts';

export interface PodObject {
  readonly name: string;
  /** The workload of the manifests that it belongs to in the end. */
  readonly workload: Workload;
  /** Name of its controller: of a ReplicaSet, or of the workload itself. */
  readonly owner: string;
  /** What it was made from; after a rollout not what the workload says now. */
  readonly template: PodTemplate;
  /** Index of its node; undefined until the scheduler has chosen. */
  readonly node: number | undefined;
  /** Index of the only node it may go to: every pod of a DaemonSet has one. */
  readonly target_node?: number;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** The address that its status names, without which it is no endpoint; see `addressOf`. */
  readonly address: string | undefined;
  readonly ready: boolean;
  /** When that last changed, on the trial's clock: the Ready condition's lastTransitionTime. */
  readonly ready_since_ms: number;
  readonly created_at_ms: number;
  /** Set by a deletion: the grace period it was deleted with. */
  readonly grace_period_s: number | undefined;
}

export const isTerminating = (pod: PodObject): boolean => pod.grace_period_s !== undefined;

/** Its containers have ended for good. */
export const isTerminal = ({ phase }: Pick<PodObject, 'phase'>): boolean =>
  phase === 'Succeeded' || phase === 'Failed';

/** Neither being deleted nor ended: what controllers count (Kubernetes 1.35 pkg/controller/controller_utils.go IsPodActive). */
export const isActive = (pod: PodObject): boolean => !isTerminating(pod) && !isTerminal(pod);

/** A pod that was just created: nowhere yet, and nothing of it runs. */
export function newPod(
  name: string,
  of: Pick<PodObject, 'workload' | 'owner' | 'template' | 'target_node'>,
  now_ms: number,
): PodObject {
  return {
    name,
    ...of,
    node: undefined,
    phase: 'Pending',
    address: undefined,
    ready: false,
    ready_since_ms: now_ms,
    created_at_ms: now_ms,
    grace_period_s: undefined,
  };
}

/** The spec of a workload as it is now: the manifests', until somebody scales it or rolls something out. */
export interface WorkloadObject {
  /** See `workloadKey`. */
  readonly name: string;
  readonly workload: Workload;
  readonly template: PodTemplate;
  /** Goes up by one with every change of the template. */
  readonly revision: number;
  readonly replicas: number;
  /** Templates it had before, the latest last: what `kubectl rollout undo` goes back to. */
  readonly history?: readonly PodTemplate[];
  /** What its controller last wrote of it. Only a Deployment's is kept: nobody reads the others'. */
  readonly status?: DeploymentStatus;
}

/** The fields of apps/v1 DeploymentStatus that are compared or waited for. */
export interface DeploymentStatus {
  /** The spec that it is about: observedGeneration. */
  readonly observed: { readonly template: PodTemplate; readonly replicas: number };
  /** The annotation deployment.kubernetes.io/revision, which is written together with it. */
  readonly revision: number;
  /** Active pods, of all its sets and of the new one. */
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly terminating: number;
  /** The Progressing condition. */
  readonly progressing: {
    readonly reason:
      | 'NewReplicaSetCreated'
      | 'ReplicaSetUpdated'
      | 'NewReplicaSetAvailable'
      | 'ProgressDeadlineExceeded';
    readonly updated_at_ms: number;
  };
}

/** A Deployment and a StatefulSet may have the same name. */
export const workloadKey = ({ kind, name }: Pick<Workload, 'kind' | 'name'>): string => `${kind}/${name}`;

export interface ReplicaSetObject {
  readonly name: string;
  readonly workload: Workload;
  readonly template: PodTemplate;
  /** The annotation deployment.kubernetes.io/revision: raised when an older set becomes the new one again. */
  readonly revision: number;
  readonly replicas: number;
  /**
   * The annotations deployment.kubernetes.io/desired-replicas and max-replicas: how large the Deployment was, alone
   * and with its surge, when it last scaled this set.
   */
  readonly desired_replicas: number;
  readonly max_replicas: number;
  readonly created_at_ms: number;
  readonly status: ReplicaSetStatus;
}

/** What the replica set controller last wrote of a set (apps/v1 ReplicaSetStatus). */
export interface ReplicaSetStatus {
  /** spec.replicas that it is about: observedGeneration. */
  readonly observed_replicas: number;
  /** Active pods. */
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  readonly terminating: number;
}

export interface NodeObject {
  readonly name: string;
  /** Position among the scenario's nodes, which pods name it by. */
  readonly index: number;
  readonly spec: Node;
  /** The Ready condition. */
  readonly ready: 'True' | 'False' | 'Unknown';
  /** When its kubelet last reported its status; the lease says that it lives. */
  readonly heartbeat_at_ms: number;
  readonly unschedulable: boolean;
  readonly taints: readonly Taint[];
}

/** A disruption budget with the status that the eviction API goes by. */
export interface DisruptionBudgetObject {
  readonly name: string;
  readonly budget: DisruptionBudget;
  /** Evictions that may still be granted. */
  readonly allowed: number;
  readonly current_healthy: number;
  readonly desired_healthy: number;
  /** Evicted pods whose deletion the disruption controller has not seen yet, and when they were evicted. */
  readonly disrupted: ReadonlyMap<string, number>;
}

/** Renewed by a node's kubelet: that it lives. */
export interface LeaseObject {
  readonly name: string;
  readonly renewed_at_ms: number;
}

/** Services of two namespaces may have the same name. */
export const serviceKey = ({ namespace, name }: Pick<Service, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;

export interface ServiceObject {
  /** See `serviceKey`. */
  readonly name: string;
  readonly service: Service;
}

/** What a Service's endpoint slices say, by address. */
export interface EndpointSlice {
  /** See `serviceKey`. */
  readonly name: string;
  readonly ready: readonly string[];
  /** Serving though terminating. */
  readonly terminating: readonly string[];
  /** All addresses, those that get no traffic included: a change of any of them wakes kube-proxy. */
  readonly endpoints: readonly Endpoint[];
}

/** One address of a slice, and its conditions. */
export interface Endpoint {
  readonly address: string;
  /** Index of the pod's node. */
  readonly node: number | undefined;
  /** Whether the pod is ready, terminating or not. */
  readonly serving: boolean;
  readonly terminating: boolean;
}
