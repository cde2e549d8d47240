import type { Cause } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ContainerState } from './container-state.ts';
import type { PodState } from './pod-state.ts';

/**
 * Whose turn it is to be stopped in a pod with sidecars: a sidecar's when every container has ended, and every sidecar
 * that was started after it (Kubernetes 1.35 pkg/kubelet/kuberuntime/kuberuntime_termination_order.go).
 */
export class TerminationOrder {
  readonly #environment: Environment;
  readonly #state: PodState;
  readonly #running: Set<ContainerState>;
  readonly #waiting: { readonly container: ContainerState; readonly go: (cause?: Cause) => void }[] = [];

  /** @param running what has to be stopped */
  constructor(environment: Environment, state: PodState, running: Iterable<ContainerState>) {
    this.#environment = environment;
    this.#state = state;
    this.#running = new Set(running);
  }

  /**
   * @param action called once, when it is the container's turn: now, if it is, and after `longest_ms` in any case; with
   *   what it waited for
   */
  whenTurn(container: ContainerState, longest_ms: number, action: (cause?: Cause) => void): void {
    if (!this.#isHeldUp(container)) {
      action();
      return;
    }
    let hasGone = false;
    const go = (cause?: Cause) => {
      if (!hasGone) action(cause);
      hasGone = true;
    };
    this.#waiting.push({ container, go });
    this.#environment.after(longest_ms, () => go());
  }

  ended(container: ContainerState, cause: Cause): void {
    this.#running.delete(container);
    for (const { container: other, go } of this.#waiting) if (!this.#isHeldUp(other)) go(cause);
  }

  #isHeldUp(container: ContainerState): boolean {
    if (!container.isSidecar) return false;
    const { containers, sidecars } = this.#state;
    const before = [...containers, ...sidecars.slice(sidecars.indexOf(container) + 1)];
    return before.some((each) => this.#running.has(each));
  }
}
