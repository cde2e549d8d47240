import type { Environment } from '../environment.ts';

/** A container that ran this many times the longest wait starts again without one (flowcontrol.Backoff.GC). */
const RESET_AFTER_MAX = 2;

/**
 * The wait before a container is restarted, counted from its exit: none the first time, then 10 s, 20 s, 40 s,
 * ... up to 300 s; forgotten after a run of 10 minutes (Kubernetes 1.35
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go doBackOff).
 */
export class RestartBackoff {
  readonly #environment: Environment;
  #wait_ms = 0;
  #restarted_at_ms = Number.NEGATIVE_INFINITY;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** How long from now until a container that exited then may be restarted; 0: at once. */
  remaining_ms(exited_at_ms: number): number {
    const longest_ms = this.#environment.delay_ms('kubelet_restart_backoff_max');
    if (exited_at_ms - this.#restarted_at_ms > RESET_AFTER_MAX * longest_ms) this.#wait_ms = 0;
    return Math.max(0, exited_at_ms + this.#wait_ms - this.#environment.now_ms);
  }

  /** It was restarted now; the next time waits longer. */
  restarted(): void {
    this.#restarted_at_ms = this.#environment.now_ms;
    this.#wait_ms =
      this.#wait_ms === 0
        ? this.#environment.delay_ms('kubelet_restart_backoff')
        : Math.min(2 * this.#wait_ms, this.#environment.delay_ms('kubelet_restart_backoff_max'));
  }
}
