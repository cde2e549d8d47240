import type { Environment } from '../environment.ts';

/** Period of the ticker that takes due pods from the queue (Kubernetes 1.35 pkg/kubelet/kubelet.go syncLoop). */
const PERIOD_MS = 1000;

/** How much later than asked at the most: wait.Jitter with a factor of a half (pod_workers.go completeWork). */
const JITTER = 0.5;

/**
 * When the kubelet of a node syncs its pods again without being asked: Kubernetes 1.35
 * pkg/kubelet/util/queue/work_queue.go, looked at once a second. Every pod stands in it once; what is put in later
 * takes the place of what was there.
 */
export class ResyncQueue {
  readonly #environment: Environment;
  readonly #name: string;
  readonly #entries = new Map<string, number>();
  #count = 0;
  #first_ms: number | undefined;

  constructor(environment: Environment, name: string) {
    this.#environment = environment;
    this.#name = name;
  }

  /** @param due called at the first tick after `delay_ms`, or after up to half as much more */
  put(pod: string, delay_ms: number, due: () => void): void {
    const entry = ++this.#count;
    this.#entries.set(pod, entry);
    const isLatest = () => this.#entries.get(pod) === entry;
    // Most entries are replaced before they are due: luck is drawn for the others alone.
    this.#environment.after(delay_ms, () => {
      if (!isLatest()) return;
      const jitter_ms = delay_ms * JITTER * this.#environment.uniform('kubelet/resync')();
      this.#environment.simulation.at(this.#nextTick_ms(this.#environment.now_ms + jitter_ms), () => {
        if (!isLatest()) return;
        this.#entries.delete(pod);
        due();
      });
    });
  }

  delete(pod: string): void {
    this.#entries.delete(pod);
  }

  #nextTick_ms(after_ms: number): number {
    this.#first_ms ??= this.#environment.uniform(`kubelet/sync-loop/${this.#name}`)() * PERIOD_MS;
    const ticks = Math.floor((after_ms - this.#first_ms) / PERIOD_MS) + 1;
    return this.#first_ms + ticks * PERIOD_MS;
  }
}
