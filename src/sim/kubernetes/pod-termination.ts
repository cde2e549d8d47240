import { type Cause, stepOf } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ContainerState } from './container-state.ts';
import { stopContainer } from './container-stop.ts';
import type { PodState } from './pod-state.ts';
import { TerminationOrder } from './termination-order.ts';

/**
 * Periods of the two loops of the volume manager that take away a pod's volumes: one finds that they are not wanted
 * any more, the other unmounts them (Kubernetes 1.35 pkg/kubelet/volumemanager/volume_manager.go
 * desiredStateOfWorldPopulatorLoopSleepPeriod, reconcilerLoopSleepPeriod).
 */
const VOLUME_LOOP_MS = 100;

/** How often it is seen whether they are gone (podAttachAndMountRetryInterval). */
const VOLUME_POLL_MS = 300;

/**
 * Stops all containers of a pod at once, its sidecars after them, each within the grace period, and then its sandbox
 * (Kubernetes 1.35 pkg/kubelet/kuberuntime/kuberuntime_manager.go killPodWithSyncResult).
 */
export function stopPod(
  environment: Environment,
  state: PodState,
  grace_period_s: number,
  cause: Cause,
  done: (last: Cause) => void,
): void {
  const alive = [...state.init, ...state.containers].flatMap((container) =>
    container.cached === undefined || container.cached.hasExited
      ? []
      : [{ container, process: container.cached.process }],
  );
  const running = alive.map(({ container }) => container);
  const order = state.sidecars.length > 0 ? new TerminationOrder(environment, state, running) : undefined;
  let left = alive.length;
  const stopped = (container: ContainerState, last: Cause) => {
    left -= 1;
    order?.ended(container, last);
    if (left === 0) stopSandbox(environment, state, last, done);
  };
  if (left === 0) stopSandbox(environment, state, cause, done);
  for (const { container, process } of alive) {
    const ended = (last: Cause) => stopped(container, last);
    stopContainer(environment, container, process, grace_period_s, cause, ended, order);
  }
}

function stopSandbox(
  environment: Environment,
  state: PodState,
  cause: Cause,
  done: (last: Cause) => void,
): void {
  const { latest } = state.sandbox;
  if (latest === undefined) {
    done(cause);
    return;
  }
  environment.run('sandbox_stop', environment.delay_ms('sandbox_stop'), (lost_ms) => {
    latest.isUp = false;
    done(stepOf(cause, 'sandbox stop', environment.now_ms, lost_ms));
  });
}

/**
 * Waits until the pod's volumes are gone (pkg/kubelet/kubelet.go SyncTerminatedPod, WaitForUnmount).
 *
 * @param stopped_at_ms when the last container had stopped: from then on they can go
 */
export function whenUnmounted(
  environment: Environment,
  { pod }: PodState,
  stopped_at_ms: number,
  done: () => void,
): void {
  const passed_ms = environment.now_ms - stopped_at_ms;
  if (!pod.template.mounts_volumes || passed_ms >= 2 * VOLUME_LOOP_MS) {
    done();
    return;
  }
  const uniform = environment.uniform('kubelet/unmount');
  const isUnmounted = VOLUME_LOOP_MS * (uniform() + uniform()) <= passed_ms;
  environment.after(isUnmounted ? 0 : VOLUME_POLL_MS, done);
}
