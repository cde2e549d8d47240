import type { Cause } from '../cause.ts';
import type { Environment } from '../environment.ts';

/** What the PLEG looks at: all that the runtime has of one pod. */
export interface Relisted {
  /** When the kubelet's cache last took in the pod's state. */
  readonly cached_at_ms: number;
  /**
   * Compares what runs with what ran at the look before, and takes the state into the cache where it differs.
   *
   * @param listed_at_ms when the look began, and the containers were listed
   * @returns what differs; undefined where nothing does
   */
  relist(listed_at_ms: number): Cause | undefined;
  /** Something differs: the pod is to be synced. */
  changed(cause: Cause): void;
}

interface Waiting {
  readonly pod: Relisted;
  readonly newer_than_ms: number;
  readonly action: () => void;
}

/**
 * The pod lifecycle event generator of one kubelet: looks at all containers, then pauses
 * `kubelet_pleg_period` (Kubernetes 1.35 pkg/kubelet/pleg/generic.go Relist).
 *
 * Whatever happens to a container is noticed at the next look, and a pod that was just synced is not synced again
 * before the cache is newer than that (pkg/kubelet/container/cache.go GetNewerThan). A look is as old as its
 * beginning; a pod that it found changed is as new as the moment when it was inspected.
 */
export class Pleg {
  readonly #environment: Environment;
  readonly #pods: () => Iterable<Relisted>;
  /** When the latest look that has ended began. */
  #listed_at_ms: number;
  #waiting: Waiting[] = [];

  constructor(environment: Environment, name: string, pods: () => Iterable<Relisted>) {
    this.#environment = environment;
    this.#pods = pods;
    const period_ms = environment.delay_ms('kubelet_pleg_period');
    const first_ms = environment.uniform(`pleg/${name}`)() * period_ms;
    this.#listed_at_ms = first_ms - period_ms;
    environment.after(first_ms, () => this.#relist());
  }

  /** Runs `action` once the cache of the pod is newer than `newer_than_ms`: now, if it is. */
  whenNewer(pod: Relisted, newer_than_ms: number, action: () => void): void {
    const waiting = { pod, newer_than_ms, action };
    if (this.#isDue(waiting)) action();
    else this.#waiting.push(waiting);
  }

  #isDue({ pod, newer_than_ms }: Waiting): boolean {
    return this.#listed_at_ms > newer_than_ms || pod.cached_at_ms > newer_than_ms;
  }

  #relist(): void {
    const listed_at_ms = this.#environment.now_ms;
    this.#environment.after(this.#environment.delay_ms('kubelet_pleg_relist'), () => {
      for (const pod of this.#pods()) {
        const difference = pod.relist(listed_at_ms);
        if (difference !== undefined) pod.changed(difference);
      }
      this.#listed_at_ms = listed_at_ms;
      if (this.#waiting.length > 0) this.#release();
      this.#environment.after(this.#environment.delay_ms('kubelet_pleg_period'), () => this.#relist());
    });
  }

  #release(): void {
    const all = this.#waiting;
    this.#waiting = all.filter((waiting) => !this.#isDue(waiting));
    for (const waiting of all) if (this.#isDue(waiting)) waiting.action();
  }
}
