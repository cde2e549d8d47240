/**
 * What a cluster must offer so that chaos can be caused in it and measured: no more than that.
 * One conformance suite (test/conformance) runs against every implementation.
 */
import type { Labels, ManifestObject, Selector } from '../../scenario/scenario.ts';
import type { Outcome } from '../../timeline/event.ts';

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
  readonly containers: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly restarts: number;
    /** Why it waits or has ended, in Kubernetes' words: ErrImagePull, CrashLoopBackOff, ... */
    readonly reason: string | undefined;
  }[];
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
  /** The watch broke and could not be renewed; what follows is not seen. */
  lost(error: Error): void;
}

/** How an object of the user's is named in calls and messages. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface LoadTarget {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

/** What the load generator sends with: one call, one request, one outcome; it never throws. */
export interface Transport {
  /** For reports: how the Service is reached ("NodePort 30080 of node-1, 198.18.0.11"). */
  readonly route: string;
  send(request: TransportRequest): Promise<TransportResult>;
  close(): Promise<void>;
}

export interface TransportRequest {
  readonly path: string;
  /** Remaining time the client waits, from now. */
  readonly timeout_ms: number;
  readonly connections: 'per-request' | 'keep-alive';
  /** Bind to this local port; undefined: the operating system's choice. */
  readonly source_port: number | undefined;
  /** Bind to this local address. */
  readonly source_address: string | undefined;
}

export interface TransportResult {
  /**
   * `answered` where a complete answer came: its status decides. `not-sent` where this machine could not send:
   * the local port is in use, there is no such local address, no file descriptor is left.
   */
  readonly outcome:
    | 'answered'
    | Extract<Outcome, 'refused' | 'reset' | 'timeout' | 'unreachable' | 'not-sent'>;
  readonly status: number | undefined;
}

export interface Cluster {
  readonly kind: 'embedded' | 'kubernetes';
  /** For reports: "kubernetes v1.35.4, 2 nodes". Fails where the cluster cannot be reached. */
  describe(): Promise<string>;
  /** Whether the runner's account may do this; `resource` as in RBAC ("pods", "pods/exec"). */
  may(verb: string, resource: string, namespace: string, group?: string): Promise<boolean>;
  /**
   * Creates or updates, as `kubectl apply` would; says which. `ignored`: this cluster has no such kind, and
   * nothing was done.
   */
  apply(object: ManifestObject): Promise<'created' | 'configured' | 'unchanged' | 'ignored'>;
  /** Whether the object is there, and its uid. */
  find(ref: ObjectRef): Promise<{ readonly uid: string } | undefined>;
  /** Deletes an object that `apply` created, with its dependents, and waits until it and they are gone. */
  remove(ref: ObjectRef, uid: string): Promise<void>;
  /** All pods of the namespace whose labels include `selector`, which must not be empty. */
  pods(namespace: string, selector: Selector): Promise<readonly Pod[]>;
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
  /** @throws UserError where `killContainer` cannot work here, before anything depends on it */
  checkContainerKill?(): void;
  /** SIGKILLs the main process of a container, which the kubelet then restarts. */
  killContainer(pod: PodRef, container: string): Promise<void>;
  /** How load reaches a Service; never through a port-forward, which pins one pod. */
  transport(target: LoadTarget): Promise<Transport>;
  close(): Promise<void>;
}

/** The pod under this name is not the one that was chosen any more. */
export class PodReplacedError extends Error {
  override readonly name = 'PodReplacedError';
}
