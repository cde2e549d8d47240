import { type Cause, step, stepOf } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ContainerState } from './container-state.ts';
import type { ImageManager } from './image-manager.ts';
import type { PodState } from './pod-state.ts';

/** What came of starting containers; of those that are put off, when the first of them is due. */
export interface StartResult {
  readonly hasFailed: boolean;
  /** undefined where none is put off by its back-off. */
  readonly due_ms: number | undefined;
}

/** All is started that was to be. */
export const NOTHING_PUT_OFF: StartResult = { hasFailed: false, due_ms: undefined };
const NOT_PULLED: StartResult = { hasFailed: true, due_ms: undefined };

export interface ContainerStarter {
  readonly environment: Environment;
  readonly images: ImageManager;
}

/**
 * Starts containers one after the other, whatever becomes of each (Kubernetes 1.35
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod, steps 6 and 8).
 *
 * @param done told what led to the last that was started, `cause` where none was
 */
export function startContainers(
  node: ContainerStarter,
  state: PodState,
  containers: readonly ContainerState[],
  cause: Cause,
  done: (result: StartResult, last: Cause) => void,
): void {
  const [container, ...rest] = containers;
  if (container === undefined) {
    done(NOTHING_PUT_OFF, cause);
    return;
  }
  startContainer(node, state, container, cause, (result, last) =>
    startContainers(node, state, rest, last, (others, end) => done(both(result, others), end)),
  );
}

/** Back-off, image, container (doBackOff, startContainer). */
function startContainer(
  { environment, images }: ContainerStarter,
  state: PodState,
  container: ContainerState,
  cause: Cause,
  done: (result: StartResult, last: Cause) => void,
): void {
  // Where this very sync has stopped the container it is the one before.
  const exited = container.known?.exited;
  if (exited !== undefined) {
    const due_ms = container.backoff.until_ms(exited.exited_at_ms);
    if (due_ms !== undefined) {
      container.isPutOff = true;
      done({ hasFailed: true, due_ms }, cause);
      return;
    }
    container.backoff.step(exited.exited_at_ms);
  }
  const due = whyNow(state, container, cause, environment.now_ms);
  container.isPutOff = false;
  const isPresent = images.has(container.spec.image);
  images.ensure(state.pod.name, container.spec, (isThere) => {
    const pulled = step(due, isPresent ? 'image check' : 'image pull', environment.now_ms);
    if (!isThere) {
      container.unpulled ??= pulled;
      done(NOT_PULLED, cause);
      return;
    }
    container.unpulled = undefined;
    environment.run('container_start', environment.delay_ms('container_start'), (lost_ms) => {
      const started = stepOf(pulled, 'container start', environment.now_ms, lost_ms);
      state.newProcess(container).start(started);
      done(NOTHING_PUT_OFF, started);
    });
  });
}

/** What led to a container being started now. */
function whyNow({ sandbox }: PodState, container: ContainerState, cause: Cause, now_ms: number): Cause {
  const { known, isPutOff, unpulled } = container;
  if (unpulled !== undefined) return step(unpulled, 'image pull back-off', now_ms);
  if (known?.hasExited !== true) return cause;
  if (isPutOff) return step(container.cachedCause(known), 'restart back-off', now_ms);
  // What ended before its sandbox was replaced is started for that reason.
  const since_ms = sandbox.latest?.created_at_ms ?? now_ms;
  return known.process.started_at_ms < since_ms
    ? cause
    : step(container.cachedCause(known), 'kubelet PLEG', now_ms);
}

export const both = (a: StartResult, b: StartResult): StartResult => ({
  hasFailed: a.hasFailed || b.hasFailed,
  due_ms:
    a.due_ms === undefined || b.due_ms === undefined ? (a.due_ms ?? b.due_ms) : Math.min(a.due_ms, b.due_ms),
});
