/**
 * Containers that are added to a pod that runs. Nobody can take one out of its pod again, nor change it, and it is
 * never started a second time (Kubernetes 1.35 pkg/apis/core/validation/validation.go
 * ValidatePodEphemeralContainersUpdate, pkg/kubelet/kuberuntime/kuberuntime_manager.go computePodActions).
 */
import type { PodRef } from './cluster.ts';

/** Before the names of those that foreshock adds. */
export const STRESSOR_PREFIX = 'foreshock-stress-';

export interface EphemeralContainer {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
}

/** As the kubelet has last said, which is up to some seconds ago. */
export interface EphemeralState {
  readonly is: 'waiting' | 'running' | 'terminated';
  /** Why it waits or has ended, in Kubernetes' words: ErrImagePull, OOMKilled, Completed, ... */
  readonly reason: string | undefined;
  /** How long one that has ended ran, in whole seconds of its node's clock. */
  readonly ran_s: number | undefined;
}

export interface EphemeralContainers {
  /** @throws PodReplacedError where the name now belongs to another pod, or to none */
  add(pod: PodRef, container: EphemeralContainer): Promise<void>;
  /** undefined where there is no such container, or the pod is gone. */
  find(pod: PodRef, name: string): Promise<EphemeralState | undefined>;
  /**
   * Runs a command in one, whatever it ends with.
   *
   * @throws where it could not be run, which may be because the container has ended
   */
  exec(pod: PodRef, name: string, command: readonly string[]): Promise<void>;
}
