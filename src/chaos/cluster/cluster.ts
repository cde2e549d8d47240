/**
 * What a cluster must offer so that chaos can be caused in it and measured: no more than that.
 * One conformance suite (test/conformance) runs against every implementation.
 */
import type {
  Fault,
  Labels,
  ManifestObject,
  Scenario,
  Selector,
  Taint,
  Toleration,
  Workload,
} from '../../scenario/scenario.ts';
import type { EphemeralContainers } from './ephemeral-containers.ts';
import type { Leases } from './leases.ts';
import type { NetworkPolicy } from './network-policy.ts';
import type { LoadTarget, Transport } from './transport.ts';
import type { VirtualService } from './virtual-service.ts';
import type { ContainerSpec, WorkloadState } from './workload-state.ts';

export type { LoadTarget, Transport, TransportRequest, TransportResult } from './transport.ts';
export type { ContainerSpec, WorkloadState } from './workload-state.ts';

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface Pod extends PodRef {
  readonly labels: Labels;
  readonly node: string | undefined;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /** The Ready condition. */
  readonly ready: boolean;
  /** deletionTimestamp is set. */
  readonly terminating: boolean;
  /** Controller that would replace it (kind, name, uid); undefined where nothing would. */
  readonly owner: { readonly kind: string; readonly name: string; readonly uid: string } | undefined;
  /** The API's image of a static pod, which its kubelet takes from a file. */
  readonly mirror: boolean;
  readonly tolerations: readonly Toleration[];
  /** Names of the ephemeral containers that were added to it; they stay when they have ended. */
  readonly ephemeral?: readonly string[];
  readonly containers: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly restarts: number;
    /** Why it waits or has ended, in Kubernetes' words: ErrImagePull, CrashLoopBackOff, ... */
    readonly reason: string | undefined;
  }[];
  /** Its containers as it is to have them. */
  readonly specified?: readonly ContainerSpec[];
}

/** A machine of the cluster. */
export interface ClusterNode {
  readonly name: string;
  readonly uid: string;
  /** Another one after every write to it. */
  readonly resource_version: string;
  /** The Ready condition. */
  readonly ready: boolean;
  /** Cordoned. */
  readonly unschedulable: boolean;
  /** In its order. */
  readonly taints: readonly PlacedTaint[];
  /** Under which it is reached, from within and from without. */
  readonly addresses: readonly string[];
  /** Label topology.kubernetes.io/zone; undefined where it has none. */
  readonly zone: string | undefined;
  /** spec.providerID: what its cloud calls the machine; undefined where it has none. */
  readonly provider_id?: string | undefined;
  readonly annotated?: Annotated;
}

/** A taint as a node has it. */
export interface PlacedTaint extends Taint {
  /** When it was put there, where that is known: from then on pods bear it. RFC 3339. */
  readonly timeAdded?: string;
}

/** The annotations of an object. */
export interface Annotated {
  /** undefined where it has none. */
  readonly all: Labels | undefined;
  /** Those of foreshock's that foreshock itself has written. */
  readonly own: Labels;
}

export interface WorkloadRef {
  readonly kind: Workload['kind'];
  readonly namespace: string;
  readonly name: string;
}

/**
 * One step of a JSON Patch (RFC 6902); a `test` that fails refuses the whole patch. What is not there passes the test
 * for null (evanphx/json-patch v4 patch.go test, which Kubernetes uses).
 */
export interface Operation {
  readonly op: 'test' | 'add' | 'replace' | 'remove';
  readonly path: string;
  /** `remove` has none. */
  readonly value?: unknown;
}

/** A disruption budget, as its status says that it stands. */
export interface Budget {
  readonly name: string;
  readonly namespace: string;
  /** Empty: all pods of the namespace. */
  readonly selector: Selector;
  /** How many more pods may go; 0 where its controller has not seen its last change. */
  readonly allowed: number;
  /** How many must stay healthy. */
  readonly desired_healthy: number;
}

/** What the endpoint slices of a Service say, by pod name. */
export interface Endpoints {
  readonly service: string;
  readonly ready: readonly string[];
  /** Serving though terminating. */
  readonly terminating: readonly string[];
}

export interface ClusterWatcher {
  pod(change: 'added' | 'modified' | 'deleted', pod: Pod): void;
  endpoints(endpoints: Endpoints): void;
  /** The watch broke and could not be renewed at once: nothing is seen until `found`. */
  lost(error: Error): void;
  /** It stands again; what changed meanwhile has just been told. */
  found(): void;
}

/** How an object of the user's is named in calls and messages. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a kind of object is called in rules of RBAC. */
export interface ResourceRef {
  readonly group: string;
  readonly resource: string;
  /** undefined: it is in none. */
  readonly namespace: string | undefined;
}

/** Which cluster it is: what was left in one is not to be given back in another. */
export interface ClusterIdentity {
  readonly kind: 'embedded' | 'kubernetes';
  /** Its own for as long as it lives; undefined where the account may not see it. */
  readonly uid: string | undefined;
  /** Where it is reached, and what a person calls it. */
  readonly server?: string | undefined;
  readonly context?: string | undefined;
}

export interface Cluster {
  readonly kind: ClusterIdentity['kind'];
  /** Undefined where nothing outlives this process. */
  readonly leases?: Leases | undefined;
  /** Undefined where pods take none. */
  readonly ephemeral?: EphemeralContainers | undefined;
  /**
   * The same cluster, for what acts: once `signal` is aborted, nothing that has failed is sent again by it. Undefined where
   * nothing ever is.
   */
  stoppedBy?(signal: AbortSignal): Cluster;
  /** For reports: "kubernetes v1.35.4, 2 nodes". Fails where the cluster cannot be reached. */
  describe(): Promise<string>;
  identity(): Promise<ClusterIdentity>;
  /** As far as it is known without asking the cluster; undefined where only the cluster knows. */
  address?(): ClusterIdentity;
  /**
   * Whether the runner's account may do this; `resource` as in RBAC ("pods", "pods/exec").
   *
   * @param namespace undefined: in all of them, and on what is in none
   * @param name of the only object that it is about; undefined: on any
   */
  may(
    verb: string,
    resource: string,
    namespace: string | undefined,
    group?: string,
    name?: string,
  ): Promise<boolean>;
  /**
   * Is told that so many calls will soon be made at once, and had better not wait for connections. Asks once, and fails
   * where there is no answer.
   */
  warm(calls: number, signal?: AbortSignal): Promise<void>;
  /** Where the rights to an object of this kind are, as `may` takes them; undefined where it has no such kind (yet). */
  resourceOf(ref: ObjectRef): Promise<ResourceRef | undefined>;
  /**
   * What this cluster lacks that the scenario needs.
   *
   * @throws UserError that names it, before anything is touched
   */
  check(scenario: Scenario): void;
  /**
   * Creates or updates, as `kubectl apply` would; says which. `ignored`: this cluster has no such kind, and
   * nothing was done.
   */
  apply(object: ManifestObject): Promise<'created' | 'configured' | 'unchanged' | 'ignored'>;
  /** Whether the object is there. */
  find(ref: ObjectRef): Promise<Found | undefined>;
  /** Deletes an object that `apply` created, with its dependents, and waits until it and they are gone. */
  remove(ref: ObjectRef, uid: string): Promise<void>;
  /** The pods of the namespace that `selector` selects, which must not be empty. */
  pods(namespace: string, selector: Selector): Promise<readonly Pod[]>;
  /** The pods of a node, of all namespaces. */
  podsOn(node: string): Promise<readonly Pod[]>;
  nodes(): Promise<readonly ClusterNode[]>;
  /** undefined where there is none. */
  workload(ref: WorkloadRef): Promise<WorkloadState | undefined>;
  /** The disruption budgets of a namespace. */
  budgets(namespace: string): Promise<readonly Budget[]>;
  /** The NetworkPolicies of a namespace. */
  networkPolicies(namespace: string): Promise<readonly NetworkPolicy[]>;
  /** Istio's, of a namespace; undefined: of all. */
  virtualServices(namespace: string | undefined): Promise<readonly VirtualService[]>;
  endpoints(namespace: string, service: string): Promise<Endpoints>;
  /** Follows the pods and the endpoints of one Service until `signal`; resolves once the watch stands and the first state was delivered. */
  watch(
    target: { readonly namespace: string; readonly selector: Selector; readonly service: string },
    watcher: ClusterWatcher,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Deletes a pod, with its UID as precondition: a pod that was replaced meanwhile is not touched.
   * @throws PodReplacedError where the name now belongs to another pod, or to none
   */
  deletePod(pod: PodRef, grace_period_s: number | undefined): Promise<void>;
  /**
   * Asks for a pod's eviction, which a disruption budget may refuse; its UID is a precondition.
   * @returns why it is refused for now; undefined where the pod is being deleted
   * @throws PodReplacedError where the name now belongs to another pod, or to none
   */
  evictPod(pod: PodRef, grace_period_s: number | undefined): Promise<Refusal | undefined>;
  /**
   * Changes an object that is there.
   * @param subresource of the object, which has its own rights
   * @throws ChangedError where a `test` of the patch fails, or there is no such object
   */
  patch(ref: ObjectRef, patch: readonly Operation[], subresource?: 'scale'): Promise<void>;
  /**
   * Gives up the fields that patches of ours have made ours: whoever applies the object the next time with other
   * values would meet a conflict with us. A courtesy that nothing depends on.
   */
  disown(ref: ObjectRef): Promise<void>;
  /** Writes an Event about an object; repeated, it does nothing. */
  tell(event: ObjectEvent, signal: AbortSignal): Promise<void>;
  /** SIGKILLs the main process of a container, which the kubelet then restarts. */
  killContainer(pod: PodRef, container: string): Promise<void>;
  /** What no API of Kubernetes does. Repeated, it does nothing. */
  provide(action: ProviderAction): Promise<Provided>;
  /** How load reaches a Service; never through a port-forward, which pins one pod. */
  transport(target: LoadTarget): Promise<Transport>;
  close(): Promise<void>;
}

/** The part of a cluster that only looks: who holds no more of it can change nothing. */
export type ClusterReader = Pick<
  Cluster,
  | 'kind'
  | 'describe'
  | 'identity'
  | 'may'
  | 'resourceOf'
  | 'check'
  | 'find'
  | 'pods'
  | 'podsOn'
  | 'nodes'
  | 'workload'
  | 'budgets'
  | 'networkPolicies'
  | 'virtualServices'
  | 'endpoints'
  | 'transport'
>;

export interface Found {
  readonly uid: string;
  /** Whether `apply` made it or wrote to it. */
  readonly applied: boolean;
  /** The run that created it, as its annotation has it. */
  readonly run?: string | undefined;
  readonly annotated?: Annotated;
}

/** What was done to an object, for whoever looks at it. */
export interface ObjectEvent {
  readonly regarding: ObjectRef & { readonly uid: string };
  /** Its own among all Events on the object; of lower case letters and digits. */
  readonly id: string;
  readonly at: Date;
  readonly type: 'Normal' | 'Warning';
  /** Why, and what was done, in CamelCase. */
  readonly reason: string;
  readonly action: string;
  /** For people. */
  readonly note: string;
  /** Which of the processes that may do such things. */
  readonly instance: string;
}

/** Why an eviction has to wait. */
export interface Refusal {
  /** In the server's words. */
  readonly because: string;
  /** How long it asks to be left alone; 0 where it does not say. */
  readonly retry_after_ms: number;
}

/** What somebody with a hand on the machines does. */
export type ProviderAction =
  | {
      readonly verb: 'node-loss' | 'node-return' | 'node-partition' | 'node-rejoin';
      readonly node: string;
      /** What the cloud calls the machine (spec.providerID); undefined where no cloud has said so. */
      readonly provider_id?: string | undefined;
    }
  | {
      readonly verb: 'container-pause' | 'container-resume';
      readonly pod: PodRef;
      readonly container: string;
    }
  | { readonly verb: 'sandbox-kill'; readonly pod: PodRef }
  | {
      readonly verb: 'control-plane-pause' | 'control-plane-resume';
      readonly component: Extract<Fault, { readonly type: 'control-plane-outage' }>['component'];
    }
  | { readonly verb: 'registry-down' | 'registry-up' };

/** It took effect between the two, on the clock of `now_ms`. */
export interface Provided {
  readonly after_ms: number;
  readonly before_ms: number;
}

/** The object is not as the patch takes it to be: somebody else has changed it. */
export class ChangedError extends Error {
  override readonly name = 'ChangedError';
}

/** The pod under this name is not the one that was chosen any more. */
export class PodReplacedError extends Error {
  override readonly name = 'PodReplacedError';
  /** Whether there is another one under its name. */
  readonly now: 'gone' | 'replaced';

  constructor(message: string, now: PodReplacedError['now'] = 'replaced') {
    super(message);
    this.now = now;
  }
}
