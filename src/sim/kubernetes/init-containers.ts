import type { Cause } from '../cause.ts';
import type { ContainerState } from './container-state.ts';
import type { PodState } from './pod-state.ts';
import { isRestarted } from './pod-status.ts';

/** What is to be done with a pod's init containers, and whether they leave the containers to begin. */
export interface InitActions {
  readonly isOver: boolean;
  /** In their order: the next of them, one again, or sidecars that have ended. */
  readonly start: readonly ContainerState[];
  /** Sidecars that failed their startup or liveness probe: stopped before they are started again. */
  readonly kill: readonly ContainerState[];
  /** What led to the start of the next; undefined: the sync. */
  readonly cause: Cause | undefined;
}

/**
 * One after the other: an init container is done when it has ended well, a sidecar when it runs and its startup probe has
 * passed. What is looked for is the last that was started: all before it are done, and of those only sidecars are
 * started again (Kubernetes 1.35 pkg/kubelet/kuberuntime/kuberuntime_container.go computeInitContainerActions).
 */
export function initActions({ init, containers, pod }: PodState): InitActions {
  // A container that runs says that they are over; one that has exited may have done so in an earlier sandbox.
  const wasOver = init.length === 0 || containers.some(({ known }) => known?.hasExited === false);
  const start: ContainerState[] = [];
  const kill: ContainerState[] = [];
  let isOver = wasOver;
  let isPast = wasOver;
  let cause: Cause | undefined;
  for (const [index, container] of [...init.entries()].reverse()) {
    const { known, isSidecar } = container;
    if (known === undefined ? !isPast || !isSidecar : isPast && !isSidecar) continue;
    if (known === undefined) {
      start.push(container);
      continue;
    }
    if (!isPast) cause = container.startup ?? container.cachedCause(known);
    const progress = progressOf(container);
    if (progress === 'ended' && !isSidecar && !isRestarted(pod.template.restart_policy, known.process)) {
      return { isOver: false, start: [], kill: [], cause };
    }
    if (progress === 'failed') kill.push(container);
    if (progress === 'failed' || progress === 'ended') start.push(container);
    const next = init[index + 1];
    const isDone = progress === 'done' || (progress === 'failed' && hasStarted(container));
    if (isDone && next === undefined) isOver = true;
    else if (isDone && !isPast && next !== undefined) start.push(next);
    isPast = true;
  }
  const [first] = init;
  if (!isPast && first !== undefined) start.push(first);
  return { isOver, start: inOrder(init, start), kill: kill.reverse(), cause };
}

/** `done`: the next may begin; `ended`: it is to be started again; `failed`: it runs, and is to be stopped before. */
function progressOf(container: ContainerState): 'under way' | 'done' | 'ended' | 'failed' {
  const { known, isSidecar } = container;
  if (known === undefined) return 'under way';
  const { process, hasExited } = known;
  if (!isSidecar) {
    if (!hasExited) return 'under way';
    return process.exit_code === 0 ? 'done' : 'ended';
  }
  if (hasExited) return 'ended';
  const hasFailed = (kind: 'startup' | 'liveness') => container.probe(kind)?.resultOf(process) === false;
  if (!hasStarted(container)) return hasFailed('startup') ? 'failed' : 'under way';
  return hasFailed('liveness') ? 'failed' : 'done';
}

/** Whether a sidecar that runs has passed its startup probe, or has none. */
function hasStarted(container: ContainerState): boolean {
  const startup = container.probe('startup');
  return startup === undefined || (container.known && startup.resultOf(container.known.process)) === true;
}

const inOrder = (init: readonly ContainerState[], some: readonly ContainerState[]): ContainerState[] =>
  init.filter((each) => some.includes(each));
