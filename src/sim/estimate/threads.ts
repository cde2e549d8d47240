import { Worker } from 'node:worker_threads';
import type { ResultOf, Work } from './work.ts';

/** A trial that a thread has run; without a result where it failed there. */
export interface RunElsewhere<W extends Work> {
  readonly trial: number;
  readonly result: ResultOf<W> | undefined;
}

/** What comes from a thread. It is told its work when it starts; to it go lists of trials. */
export type FromWorker<W extends Work> =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly trials: readonly RunElsewhere<W>[] };

/** Sources run as they are; the build puts the worker beside the bundle. */
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './trial-worker.js',
  import.meta.url,
);

/** While a thread works on one parcel the next one waits for it. */
const PARCELS = 2;

/** Threads that run trials beside this one, from their start until `close`. */
export class TrialThreads<W extends Work> {
  readonly #workers: readonly Worker[];
  readonly #take: () => readonly number[];
  readonly #deliver: (run: RunElsewhere<W>) => void;
  #news = promised();
  #failed = false;

  /** Resolves when every thread has taken its first trials. */
  readonly ready: Promise<unknown>;

  /**
   * @param take gives the next trials to run; none when all are taken
   * @param deliver is told of each that was run
   */
  constructor(
    count: number,
    workerData: W,
    take: () => readonly number[],
    deliver: (run: RunElsewhere<W>) => void,
  ) {
    this.#take = take;
    this.#deliver = deliver;
    this.#workers = Array.from(
      { length: count },
      () => new Worker(WORKER_URL, { workerData, name: 'trials' }),
    );
    this.ready = Promise.all(this.#workers.map((worker) => this.#begin(worker)));
  }

  /** Resolves with the next delivery, or after so long; rejects where a thread has ended by itself. */
  async news(within_ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, within_ms);
    try {
      await Promise.race([this.#news.promise, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the threads, whatever they are doing; nothing is delivered from now on. */
  async close(): Promise<void> {
    for (const worker of this.#workers) worker.removeAllListeners('message');
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #begin(worker: Worker): Promise<void> {
    return new Promise((resolve) => {
      const fail = (error: Error) => {
        this.#failed = true;
        this.#news.reject(error);
        resolve();
      };
      worker.on('error', fail);
      worker.on('exit', (code) => fail(new Error(`a thread of the prediction ended with code ${code}`)));
      worker.on('message', (message: FromWorker<W>) => {
        if (message.type === 'ready') {
          for (let parcel = 0; parcel < PARCELS; parcel += 1) this.#give(worker);
          resolve();
          return;
        }
        this.#give(worker);
        for (const run of message.trials) this.#deliver(run);
        this.#tell();
      });
    });
  }

  #give(worker: Worker): void {
    const trials = this.#take();
    if (trials.length > 0) worker.postMessage(trials);
  }

  #tell(): void {
    if (this.#failed) return;
    this.#news.resolve();
    this.#news = promised();
  }
}

/** One that nobody needs to wait for, even where it is rejected. */
function promised(): PromiseWithResolvers<void> {
  const pending = Promise.withResolvers<void>();
  pending.promise.catch(() => {});
  return pending;
}
