import type { Environment } from '../environment.ts';

/**
 * The pod lifecycle event generator of one kubelet: looks at all containers, then pauses
 * `kubelet_pleg_period`. Whatever happens to a container is noticed at the next look, and a pod that was just
 * synced is not synced again before one (pkg/kubelet/pod_workers.go podCache.GetNewerThan).
 */
export class Pleg {
  readonly #environment: Environment;
  readonly #look: () => void;
  /** When the latest look ended. */
  #looked_at_ms: number;
  #waiting: { readonly newer_than_ms: number; readonly action: () => void }[] = [];

  /** @param look compares what runs with what ran at the look before */
  constructor(environment: Environment, name: string, look: () => void) {
    this.#environment = environment;
    this.#look = look;
    const period_ms = environment.delay_ms('kubelet_pleg_period');
    const first_ms = environment.uniform(`pleg/${name}`)() * period_ms;
    this.#looked_at_ms = first_ms - period_ms;
    environment.after(first_ms, () => this.#relist());
  }

  /** Runs `action` once a look has ended later than `newer_than_ms`: now, if one has. */
  whenLookedAfter(newer_than_ms: number, action: () => void): void {
    if (this.#looked_at_ms > newer_than_ms) action();
    else this.#waiting.push({ newer_than_ms, action });
  }

  #relist(): void {
    this.#environment.after(this.#environment.delay_ms('kubelet_pleg_relist'), () => {
      this.#looked_at_ms = this.#environment.now_ms;
      this.#look();
      const due = this.#waiting.filter(({ newer_than_ms }) => newer_than_ms < this.#looked_at_ms);
      this.#waiting = this.#waiting.filter(({ newer_than_ms }) => newer_than_ms >= this.#looked_at_ms);
      for (const { action } of due) action();
      this.#environment.after(this.#environment.delay_ms('kubelet_pleg_period'), () => this.#relist());
    });
  }
}
