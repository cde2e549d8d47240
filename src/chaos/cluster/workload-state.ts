/** What the object of a workload says, as far as chaos needs it. */
import type { Labels, Selector } from '../../scenario/scenario.ts';
import type { Annotated } from './cluster.ts';

/** A container as a pod, or the template of pods, has it. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** As the API has it; undefined: none. */
  readonly readiness_probe?: object | undefined;
}

export interface WorkloadState {
  readonly uid: string;
  /** Its own, not its pods'. */
  readonly labels: Labels;
  /** Pods it is told to have; of a DaemonSet one for each node that takes it. */
  readonly replicas: number;
  /** Of its pod template, in order. */
  readonly containers: readonly ContainerSpec[];
  /** Of its pod template. */
  readonly annotations: Labels | undefined;
  /** Of the object itself. */
  readonly annotated?: Annotated;
  /** What its controller still has to do, as `kubectl rollout status` has it; undefined where nothing. */
  readonly unsettled: string | undefined;
  /** Whether its pods are about to be replaced, or its controller has not seen its last change. */
  readonly is_rolling?: boolean;
  /** Of a StatefulSet whose pods start one after the other (OrderedReady). */
  readonly in_order?: InOrder | undefined;
}

/** What it takes to help a StatefulSet past a pod that never gets ready. */
export interface InOrder {
  /** Of its pods. */
  readonly selector: Selector;
  /** Whether its controller has seen the last change of it: observedGeneration. */
  readonly is_seen: boolean;
}
