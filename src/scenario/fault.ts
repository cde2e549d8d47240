/** The faults of a scenario, checked, with what they may hit found in the manifests. */
import type { ActTimes } from './act-times.ts';
import type { Position, Taint } from './scenario.ts';

export type FaultMode = 'one' | 'all' | 'fixed' | 'fixed-percent' | 'random-max-percent';

interface FaultBase {
  readonly position: Position;
  /** When it acts, from the start of the trial; repeated faults give several times. */
  readonly at_ms: ActTimes;
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

/** SIGKILLs the process that holds the pod's sandbox ("pause"): the kubelet stops the pod's containers and starts all anew. */
export interface SandboxKill extends PodFault {
  readonly type: 'sandbox-kill';
}

/** Denies pods all connections by a NetworkPolicy; their kubelets still reach them. Undone: the policy is removed. */
export interface NetworkPartition extends PodFault, Lasting {
  readonly type: 'network-partition';
}

/**
 * Pods get no answer from any DNS server: a NetworkPolicy lets nothing of theirs out to port 53. Names that they know
 * already, and connections that stand, go on. Undone: the policy is removed.
 */
export interface DnsOutage extends PodFault, Lasting {
  readonly type: 'dns-outage';
}

/** An ephemeral container beside the victim's own, which takes of what the pod may have and ends by itself. */
interface Stress extends PodFault {
  /** Whole seconds. */
  readonly duration_ms: number;
  /** Of the container: it brings a shell, `sleep`, `dd` and `grep`. */
  readonly image: string;
}

/** Takes processor time from pods: each worker as much as one processor gives. */
export interface CpuStress extends Stress {
  readonly type: 'cpu-stress';
  readonly workers: number;
}

/** Takes memory from pods, and holds it. */
export interface MemoryStress extends Stress {
  readonly type: 'memory-stress';
  readonly size_bytes: number;
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

/** Nodes take no new pods, and what runs on them goes on; undone: uncordoned, unless they were cordoned before. */
export interface NodeCordon extends NodeFault, Lasting {
  readonly type: 'node-cordon';
}

/** Nodes get a taint: pods that do not tolerate it do not come, or go (NoExecute). Undone: that taint is taken off. */
export interface NodeTaint extends NodeFault, Lasting {
  readonly type: 'node-taint';
  readonly taint: Taint & { readonly effect: 'NoSchedule' | 'NoExecute' };
}

/** A node's power is cut; undone: it boots. */
export interface NodeLoss extends NodeFault, Lasting {
  readonly type: 'node-loss';
}

/**
 * All nodes of one zone lose their power; undone: they boot. The zone where the load enters is spared, as its node is
 * by other faults.
 */
export interface ZoneOutage extends WorkloadFault, Lasting {
  readonly type: 'zone-outage';
  /** Label topology.kubernetes.io/zone; `any`: one of those that run ready pods of the workload, by luck. */
  readonly zone: string;
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

/** Rolls out a readiness probe that cannot succeed; undone: the one that it had. */
export interface BadReadiness extends WorkloadFault, Lasting {
  readonly type: 'bad-readiness';
  readonly container: string;
}

/** `kubectl scale`; undone: scaled back. */
export interface Scale extends WorkloadFault, Lasting {
  readonly type: 'scale';
  /** How many there are to be. */
  readonly replicas: number | ScaledBy;
}

/** More or fewer than there are when it acts. */
export interface ScaledBy {
  /** A whole number, below 0 for fewer. */
  readonly by: number;
  readonly unit: 'pods' | 'percent';
}

/** A Service has no endpoints: its selector gets a label that no pod has. Undone: that label is taken off. */
export interface EndpointRemoval extends FaultBase, Lasting {
  readonly type: 'endpoint-removal';
  readonly service: string;
  readonly namespace: string;
}

/**
 * A service mesh does something to some of the requests to a Service, in the proxy of whoever sends them. Undone: it
 * leaves them alone.
 */
interface HttpFault extends FaultBase, Lasting {
  readonly service: string;
  readonly namespace: string;
  /** Istio's VirtualService that is changed; undefined: that of the Service, or a new one where it has none. */
  readonly virtual_service: string | undefined;
  /** Of the requests, drawn for each: above 0, at most 100. */
  readonly percentage: number;
}

/** Requests are held up before they are sent on. */
export interface HttpDelay extends HttpFault {
  readonly type: 'http-delay';
  readonly delay_ms: number;
}

/** Requests are answered by the proxy, with an error, and never sent on. */
export interface HttpAbort extends HttpFault {
  readonly type: 'http-abort';
  /** Of HTTP, 200 to 599. */
  readonly status: number;
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
  | SandboxKill
  | NetworkPartition
  | DnsOutage
  | CpuStress
  | MemoryStress
  | PodEviction
  | NodeCordon
  | NodeDrain
  | NodeTaint
  | NodeLoss
  | NodePartition
  | ZoneOutage
  | RolloutRestart
  | BadImage
  | BadReadiness
  | Scale
  | EndpointRemoval
  | HttpDelay
  | HttpAbort
  | ControlPlaneOutage
  | RegistryOutage;

export type FaultType = Fault['type'];
