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
  /** It does one thing at a time. */
  #isLooking = false;
  /** Whether a look at all has become due meanwhile. */
  #isDueForAll = false;
  /** Pods to be looked at by themselves, and when that was asked for. */
  readonly #requests: { readonly pod: Relisted; readonly at_ms: number }[] = [];

  constructor(environment: Environment, name: string, pods: () => Iterable<Relisted>) {
    this.#environment = environment;
    this.#pods = pods;
    const period_ms = environment.delay_ms('kubelet_pleg_period');
    const first_ms = environment.uniform(`pleg/${name}`)() * period_ms;
    this.#listed_at_ms = first_ms - period_ms;
    environment.after(first_ms, () => this.#relist());
  }

  /**
   * Looks at one pod, as soon as what it is doing is over, unless that is a look at all that began later (Kubernetes
   * 1.36 pkg/kubelet/pleg/generic.go workerLoopIteration, relistPod).
   */
  lookAt(pod: Relisted): void {
    this.#requests.push({ pod, at_ms: this.#environment.now_ms });
    if (!this.#isLooking) this.#nextRequest();
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
    if (this.#isLooking) {
      this.#isDueForAll = true;
      return;
    }
    this.#isLooking = true;
    const listed_at_ms = this.#environment.now_ms;
    this.#environment.after(this.#environment.delay_ms('kubelet_pleg_relist'), () => {
      for (const pod of this.#pods()) {
        const difference = pod.relist(listed_at_ms);
        if (difference !== undefined) pod.changed(difference);
      }
      this.#listed_at_ms = listed_at_ms;
      if (this.#waiting.length > 0) this.#release();
      this.#environment.after(this.#environment.delay_ms('kubelet_pleg_period'), () => this.#relist());
      this.#isLooking = false;
      this.#nextRequest();
    });
  }

  #nextRequest(): void {
    const request = this.#requests.shift();
    if (request === undefined) return;
    const { pod, at_ms } = request;
    if (at_ms <= this.#listed_at_ms) {
      this.#nextRequest();
      return;
    }
    this.#isLooking = true;
    const listed_at_ms = this.#environment.now_ms;
    this.#environment.after(this.#environment.delay_ms('kubelet_pleg_relist'), () => {
      const difference = pod.relist(listed_at_ms);
      if (difference !== undefined) pod.changed(difference);
      if (this.#waiting.length > 0) this.#release();
      this.#isLooking = false;
      // A look at all that is due comes first.
      if (this.#isDueForAll) {
        this.#isDueForAll = false;
        this.#relist();
      } else this.#nextRequest();
    });
  }

  #release(): void {
    const all = this.#waiting;
    this.#waiting = all.filter((waiting) => !this.#isDue(waiting));
    for (const waiting of all) if (this.#isDue(waiting)) waiting.action();
  }
}
