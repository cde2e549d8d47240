import type { PodTemplate } from '../../scenario/scenario.ts';
import type { Process } from './container-runtime.ts';
import type { ContainerState, ContainerStatus } from './container-state.ts';
import type { PodObject } from './objects.ts';
import type { ProbeWorker } from './probe.ts';

/** What the kubelet says of a pod. */
export type PodStatus = Pick<PodObject, 'phase' | 'address' | 'ready'>;

/**
 * A container's status as the cache and the probes' results give it (pkg/kubelet/prober/prober_manager.go
 * UpdatePodStatus).
 *
 * @param carriesStarted see KubernetesBehaviour.restarted_container_counts_as_started
 */
export function containerStatus(container: ContainerState, carriesStarted: boolean): ContainerStatus {
  const { cached } = container;
  if (cached === undefined) return container.status;
  const { process } = cached;
  const isRunning = !cached.hasExited;
  const startup = container.probe('startup');
  const started =
    isRunning && (startup === undefined || hasStarted(container, startup, process, carriesStarted));
  const readiness = container.probe('readiness');
  const ready = started && (readiness === undefined || readiness.resultOf(process) === true);
  return { process, isRunning, started, ready };
}

/** By its startup probe; while that knows nothing of the process, by the status before, whose process may be another. */
function hasStarted(
  { status }: ContainerState,
  startup: ProbeWorker,
  process: Process,
  carriesStarted: boolean,
): boolean {
  const result = startup.resultOf(process);
  return result === undefined ? carriesStarted && status.isRunning && status.started : result === true;
}

export const areReady = (containers: readonly ContainerState[]): boolean =>
  containers.every(({ status }) => status.ready);

/** Whether a container that has exited starts again (pkg/api/v1/pod ContainerShouldRestart). */
export const isRestarted = (policy: PodTemplate['restart_policy'], exited: Process): boolean =>
  policy === 'Always' || (policy === 'OnFailure' && exited.exit_code !== 0);

/**
 * The phase of a pod by what the cache has of its containers (Kubernetes 1.35 pkg/kubelet/kubelet_pods.go getPhase).
 *
 * @param hasRun whether its containers ran before its node went down: what is left of them has exited
 * @param isOver nothing is restarted any more
 */
export function phaseOf(
  policy: PodTemplate['restart_policy'],
  init: readonly ContainerState[],
  containers: readonly ContainerState[],
  hasRun: boolean,
  isOver: boolean,
): PodObject['phase'] {
  let isInitialising = false;
  for (const { cached, isSidecar } of init) {
    // Where one is not there yet the containers are not either, and once they are it does not count.
    if (isSidecar) continue;
    if (cached === undefined || !cached.hasExited) isInitialising = true;
    else if (cached.process.exit_code !== 0 && !isRestarted(policy, cached.process)) return 'Failed';
  }
  const isUnstarted = containers.some(({ cached }) => cached === undefined);
  if (isUnstarted && hasRun && policy === 'Never') return 'Failed';
  if (isInitialising || (isUnstarted && !hasRun)) return 'Pending';
  const exited = containers.flatMap(({ cached }) => (cached?.hasExited ? [cached.process] : []));
  if (exited.length < containers.length) return 'Running';
  if (!isOver && exited.some((process) => isRestarted(policy, process))) return 'Running';
  return exited.every((process) => process.exit_code === 0) ? 'Succeeded' : 'Failed';
}
