import { sample_ms } from '../../scenario/sample.ts';
import { type Cause, step, stepOf } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import type { ContainerState } from './container-state.ts';
import type { TerminationOrder } from './termination-order.ts';

/**
 * Stops a container: preStop, its turn, SIGTERM, SIGKILL when the grace period is over (Kubernetes 1.35
 * pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer). The time of the hook and the wait for its turn each
 * come off the grace period in whole seconds, rounded down (executePreStopHook, waitForTurn), and two seconds are left
 * to it at the least.
 *
 * @param stopped called when the process has exited: at once, if it had
 * @param order whose turn it is; undefined: its own
 */
export function stopContainer(
  environment: Environment,
  container: ContainerState,
  process: Process,
  grace_period_s: number,
  cause: Cause,
  stopped: (cause: Cause) => void,
  order?: TerminationOrder,
): void {
  const hook_ms = preStop_ms(environment, container, grace_period_s);
  const signal_ms = environment.delay_ms('container_signal');
  const least_ms = environment.delay_ms('kubelet_minimum_grace_period');
  const left_s = grace_period_s - Math.floor(hook_ms / 1000);
  const signal = (wait_ms: number, kill_ms: number, because: (signal_at_ms: number) => Cause) => {
    const signalNow = (lost_ms: number) => {
      const { now_ms } = environment;
      const signalled = stepOf(because(now_ms - lost_ms - signal_ms), 'container signal', now_ms, lost_ms);
      container.onExit(process, stopped);
      if (process.hasExited) return;
      process.terminate(signalled);
      environment.after(Math.max(kill_ms, least_ms), () => {
        process.kill(step(signalled, 'grace period', environment.now_ms));
      });
    };
    environment.run('container_signal', signal_ms, signalNow, wait_ms);
  };
  const hooked = (at_ms: number) => (hook_ms > 0 ? step(cause, 'preStop', at_ms) : cause);
  if (order === undefined || left_s <= 0) {
    signal(hook_ms, left_s * 1000, hooked);
    return;
  }
  environment.after(hook_ms, () => {
    const since_ms = environment.now_ms;
    order.whenTurn(container, left_s * 1000, (before) => {
      const { now_ms } = environment;
      const waited_s = Math.floor((now_ms - since_ms) / 1000);
      signal(0, (left_s - waited_s) * 1000, () => before ?? hooked(since_ms));
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
