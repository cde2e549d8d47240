/**
 * Time that passes only when nothing else is left to do: a run of minutes takes milliseconds, and no busy machine makes
 * anything late. A test puts it in the place of the clock and of sleep:
 *
 * ```ts
 * vi.mock('../../src/chaos/clock.ts', async () => ({ now_ms: () => time.now_ms }));
 * vi.mock('../../src/chaos/sleep.ts', async () => ({ sleep: time.sleep }));
 * ```
 */
import { setImmediate } from 'node:timers/promises';

interface Timer {
  readonly at_ms: number;
  readonly order: number;
  readonly fire: () => void;
}

class VirtualTime {
  now_ms = 0;
  #timers: Timer[] = [];
  #order = 0;

  /** Forgets what is still to come. */
  reset(): void {
    this.now_ms = 0;
    this.#timers = [];
  }

  after(delay_ms: number, fire: () => void): () => void {
    const timer = { at_ms: this.now_ms + Math.max(0, delay_ms), order: this.#order++, fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** As src/chaos/sleep.ts. */
  readonly sleep = (duration_ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.after(duration_ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });

  /** Lets time pass until `work` is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    while (true) {
      // Everything that is ready runs before this comes back.
      await setImmediate();
      if (isDone) return work;
      const next = this.#take();
      if (next === undefined) throw new Error('the work waits for nothing that could ever come');
      this.now_ms = next.at_ms;
      next.fire();
    }
  }

  #take(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      const isEarlier =
        first === undefined ||
        timer.at_ms < first.at_ms ||
        (timer.at_ms === first.at_ms && timer.order < first.order);
      if (isEarlier) first = timer;
    }
    this.#timers = this.#timers.filter((timer) => timer !== first);
    return first;
  }
}

export const time = new VirtualTime();
