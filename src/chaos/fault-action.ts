import type { Fault, FaultType, Workload } from '../scenario/scenario.ts';
import type { Cluster, ClusterNode, ClusterReader, Pod, Provided, WorkloadState } from './cluster/cluster.ts';
import { badImage } from './faults/bad-image.ts';
import { badReadiness } from './faults/bad-readiness.ts';
import { containerKill } from './faults/container-kill.ts';
import { containerPause } from './faults/container-pause.ts';
import { controlPlaneOutage } from './faults/control-plane-outage.ts';
import { cpuStress } from './faults/cpu-stress.ts';
import { dnsOutage } from './faults/dns-outage.ts';
import { endpointRemoval } from './faults/endpoint-removal.ts';
import { httpAbort } from './faults/http-abort.ts';
import { httpDelay } from './faults/http-delay.ts';
import { memoryStress } from './faults/memory-stress.ts';
import { networkPartition } from './faults/network-partition.ts';
import { nodeCordon } from './faults/node-cordon.ts';
import { nodeDrain } from './faults/node-drain.ts';
import { nodeLoss } from './faults/node-loss.ts';
import { nodePartition } from './faults/node-partition.ts';
import { nodeTaint } from './faults/node-taint.ts';
import { podEviction } from './faults/pod-eviction.ts';
import { podKill } from './faults/pod-kill.ts';
import { registryOutage } from './faults/registry-outage.ts';
import { rolloutRestart } from './faults/rollout-restart.ts';
import { sandboxKill } from './faults/sandbox-kill.ts';
import { scale } from './faults/scale.ts';
import { zoneOutage } from './faults/zone-outage.ts';
import type { Intent, Target } from './safety/journal.ts';
import type { Right } from './safety/rights.ts';

/** What a fault has begun. */
export interface Caused {
  /** When it took effect, where whoever caused it says so. */
  readonly effect?: Provided;
  /** What still goes on. Ends with the act's signal at the latest; gives what has become of it, for a note. */
  readonly rest?: Promise<string | undefined>;
}

export interface Undone {
  readonly effect?: Provided;
  /** Why it is not as it was: somebody else has changed it, which is left alone. */
  readonly note?: string;
}

type Memory = NonNullable<Target['before']>;

/** How a fault is caused in a cluster. One file a fault, in faults/. */
interface Action<F extends Fault> {
  /**
   * What the account must be allowed to do, in the namespace of the workload unless the right says otherwise.
   *
   * @param workload that is hit, where it is one
   */
  rights(kind: Workload['kind'], workload?: Workload): readonly Right[];
  /** Those of them that it takes to undo it, where it is undone. Default: none. */
  undoRights?(kind: Workload['kind'], workload?: Workload): readonly Right[];
  /** As the journal has it. */
  readonly act: Intent['act'];
  /** How a person puts it back. */
  byHand(target: Target): string;
  /**
   * Whether containers have been restarted by it, or added: the kubelet waits longer with each restart, and what was
   * added stays, so such a pod is no fresh one for the next trial and is replaced.
   */
  readonly leavesRestarts?: boolean;
  /** Whether it kills containers without anybody's being asked, so that the API shows it only later. */
  readonly kills?: boolean;
  /** Whether the pods that it takes are deleted, whatever anybody says or where disruption budgets allow it. Default: no. */
  readonly removes?: 'always' | 'if-allowed';
  /** Whether a command causes it, which takes its time and says when it took effect. */
  readonly byCommand?: boolean;
  /** Whether it takes effect only some time after it was asked for, as `Caused.effect` says. */
  readonly takesTime?: boolean;
  /** Whether it is over when its time is up though nobody undoes it. */
  readonly endsByItself?: boolean;
  /**
   * Begins it.
   *
   * @param signal ends what goes on; the undoing follows
   * @throws PodReplacedError where the pod is not the one that was chosen any more
   */
  apply(cluster: Cluster, fault: F, target: Target, signal: AbortSignal): Promise<Caused>;
  /**
   * Puts it back; repeated, or after an `apply` that came to nothing, it does nothing. Only what the journal
   * knows of the target is there: it may have been another run's.
   */
  undo?(cluster: Cluster, target: Target): Promise<Undone>;
}

/** Hits some of a workload's pods. */
interface OnPods<F extends Fault> extends Action<F> {
  readonly on: 'pods';
  /** What its undoing will have to know of it. */
  remember?(fault: F): Memory;
}

/** Hits some of the nodes that a workload runs on. */
interface OnNodes<F extends Fault> extends Action<F> {
  readonly on: 'nodes';
  /** Whether it takes a pod down that runs there. Default: all but those that every node has. */
  hitsPod?(fault: F, pod: Pod): boolean;
  /** Whether a controller deletes a pod that runs there, some moments after it is caused. Default: none. */
  expels?(fault: F, pod: Pod): boolean;
  /** What of the node is to be so again. */
  remember?(node: ClusterNode, fault: F): Memory | undefined;
}

/** Changes the workload itself. */
interface OnWorkload<F extends Fault> extends Action<F> {
  readonly on: 'workload';
  /** What of the workload is to be so again. */
  remember?(state: WorkloadState, fault: F): Memory;
}

/** Changes a Service. */
interface OnService<F extends Fault> extends Action<F> {
  readonly on: 'service';
  /**
   * What is to be so again.
   *
   * @throws UserError where something that is there stands in the way
   */
  remember?(cluster: ClusterReader, fault: F, service_uid: string): Promise<Memory>;
}

/** Hits a part of the cluster that everybody shares. */
interface OnCluster<F extends Fault> extends Action<F> {
  readonly on: 'cluster';
  targetOf(fault: F): Pick<Target, 'kind' | 'name'>;
}

/** With what it is caused on, as its type has it. */
export type FaultAction<F extends Fault> = F extends { readonly mode: unknown; readonly workload: string }
  ? OnPods<F> | OnNodes<F>
  : F extends { readonly zone: string }
    ? OnNodes<F>
    : F extends { readonly workload: string }
      ? OnWorkload<F>
      : F extends { readonly service: string }
        ? OnService<F>
        : OnCluster<F>;

const ACTIONS: { readonly [T in FaultType]: FaultAction<Extract<Fault, { type: T }>> } = {
  'pod-kill': podKill,
  'container-kill': containerKill,
  'container-pause': containerPause,
  'sandbox-kill': sandboxKill,
  'network-partition': networkPartition,
  'dns-outage': dnsOutage,
  'cpu-stress': cpuStress,
  'memory-stress': memoryStress,
  'pod-eviction': podEviction,
  'node-cordon': nodeCordon,
  'node-drain': nodeDrain,
  'node-taint': nodeTaint,
  'node-loss': nodeLoss,
  'node-partition': nodePartition,
  'zone-outage': zoneOutage,
  'rollout-restart': rolloutRestart,
  'bad-image': badImage,
  'bad-readiness': badReadiness,
  scale,
  'endpoint-removal': endpointRemoval,
  'http-delay': httpDelay,
  'http-abort': httpAbort,
  'control-plane-outage': controlPlaneOutage,
  'registry-outage': registryOutage,
};

/** All that there are. */
export const FAULT_TYPES = Object.keys(ACTIONS) as readonly FaultType[];

/** What an older or a newer foreshock has written down may be none of this one's. */
export function isFault(type: string): type is FaultType {
  return Object.hasOwn(ACTIONS, type);
}

export type AnyAction =
  | OnPods<Fault>
  | OnNodes<Fault>
  | OnWorkload<Fault>
  | OnService<Fault>
  | OnCluster<Fault>;

export function actionFor(type: FaultType): AnyAction {
  // Each is only ever given faults of its own type; TypeScript cannot follow that through the index.
  return ACTIONS[type] as AnyAction;
}
