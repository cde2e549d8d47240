import type { Environment } from '../environment.ts';

/** Pause between two looks at the queues (Kubernetes 1.35 pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go NodeEvictionPeriod). */
const LOOK_MS = 100;

/**
 * The nodes of a zone that are to get a taint which evicts their pods, one at a time: Kubernetes 1.35
 * pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go RateLimitedTimedQueue, with a burst of 1.
 *
 * A node that was taken stays known, so that it is not taken again, until it is removed.
 */
export class TaintQueue {
  readonly #environment: Environment;
  readonly #taint: (node: string) => boolean;
  readonly #waiting: string[] = [];
  readonly #known = new Set<string>();
  #interval_ms: number;
  #free_ms = Number.NEGATIVE_INFINITY;
  #isLooking = false;
  #looks = 0;

  /**
   * @param interval_ms least time between two nodes; infinite: none is taken
   * @param taint does it, and says whether it could
   */
  constructor(environment: Environment, interval_ms: number, taint: (node: string) => boolean) {
    this.#environment = environment;
    this.#interval_ms = interval_ms;
    this.#taint = taint;
  }

  add(node: string): void {
    if (this.#known.has(node)) return;
    this.#known.add(node);
    this.#waiting.push(node);
    this.#lookSoon();
  }

  remove(node: string): void {
    if (!this.#known.delete(node)) return;
    const index = this.#waiting.indexOf(node);
    if (index !== -1) this.#waiting.splice(index, 1);
  }

  /** Another rate; where the last node was taken too short a time ago, the new interval begins now (SwapLimiter). */
  setInterval(interval_ms: number): void {
    if (interval_ms === this.#interval_ms) return;
    const { now_ms } = this.#environment;
    const hadToWait = this.#interval_ms === Number.POSITIVE_INFINITY || this.#free_ms > now_ms;
    this.#interval_ms = interval_ms;
    this.#free_ms = hadToWait ? now_ms + interval_ms : now_ms;
    // A look that was due at the old rate is not any more.
    this.#looks += 1;
    this.#isLooking = false;
    this.#lookSoon();
  }

  /** The next look at which one may be taken. */
  #lookSoon(): void {
    if (this.#isLooking || this.#waiting.length === 0 || this.#interval_ms === Number.POSITIVE_INFINITY)
      return;
    this.#isLooking = true;
    const look = ++this.#looks;
    const until_ms = Math.max(0, this.#free_ms - this.#environment.now_ms);
    this.#environment.after(until_ms + LOOK_MS * this.#environment.uniform('node/taint')(), () => {
      if (look !== this.#looks) return;
      this.#isLooking = false;
      this.#take();
      this.#lookSoon();
    });
  }

  #take(): void {
    const [node] = this.#waiting;
    if (node === undefined) return;
    this.#free_ms = this.#environment.now_ms + this.#interval_ms;
    if (this.#taint(node)) this.#waiting.shift();
  }
}
