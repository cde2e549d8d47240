import { sample_ms } from '../../scenario/sample.ts';
import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import type { ContainerState } from './container-state.ts';

/**
 * Stops a container: preStop, SIGTERM, SIGKILL when the grace period is over (Kubernetes 1.35
 * pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer). The hook's time comes off the grace period in
 * whole seconds, rounded down (executePreStopHook), and two seconds are left to it at the least.
 *
 * @param stopped called when the process has exited: at once, if it had
 */
export function stopContainer(
  environment: Environment,
  container: ContainerState,
  process: Process,
  grace_period_s: number,
  cause: Cause,
  stopped: (cause: Cause) => void,
): void {
  const hook_ms = preStop_ms(environment, container, grace_period_s);
  const signal_ms = environment.delay_ms('container_signal');
  const left_ms = (grace_period_s - Math.floor(hook_ms / 1000)) * 1000;
  const kill_ms = Math.max(left_ms, environment.delay_ms('kubelet_minimum_grace_period'));
  environment.after(hook_ms + signal_ms, () => {
    const hooked = hook_ms > 0 ? step(cause, 'preStop', environment.now_ms - signal_ms) : cause;
    const signalled = step(hooked, 'container signal', environment.now_ms);
    container.onExit(process, stopped);
    if (process.hasExited) return;
    process.terminate(signalled);
    environment.after(kill_ms, () => {
      process.kill(step(signalled, 'grace period', environment.now_ms));
    });
  });
}

/** How long the hook runs; it is not waited for longer than the grace period. */
function preStop_ms(environment: Environment, { spec }: ContainerState, grace_period_s: number): number {
  if (!('pre_stop' in spec) || spec.pre_stop === undefined) return 0;
  return Math.min(
    grace_period_s * 1000,
    sample_ms(spec.pre_stop, environment.uniform('application/pre_stop')),
  );
}
