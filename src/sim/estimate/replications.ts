/**
 * The trials of a prediction, run on several threads and given in the order of trials: what a trial shows depends on
 * the seed and its number alone, so whoever sums up sees the same at any number of threads.
 */
import type { Recorder } from '../../timeline/event.ts';
import type { GivesUp } from '../years/effort.ts';
import { TrialThreads } from './threads.ts';
import { type ResultOf, runnerOf, type Work } from './work.ts';

export interface ReplicationOptions {
  /** At most; whoever has seen enough before just stops asking. */
  readonly trials: number;
  /** Threads to run trials on at most, this one included. */
  readonly workers: number;
  /**
   * Another recorder for a trial, to keep its timeline: it is run in this thread. Asked in the order of trials; with
   * several threads maybe before the trials before it have ended.
   */
  readonly recorderForTrial?: ((trial: number) => Recorder | undefined) | undefined;
  /** When to start threads: where they pay, or before the first trial whatever there is to do. */
  readonly threads?: 'where-they-pay' | 'at-once' | undefined;
  /** Asked again and again while there is no result to give: where it is true the trials end there. */
  readonly givesUp?: GivesUp | undefined;
}

/**
 * Work that must be left for each thread, this one included, before any is started: more than starting one costs.
 * Measured on two busy cores, a thread was ready after 0.1 s from the bundle and 0.3 s from the sources, and lost another
 * 0.3 s until its code was as fast as this thread's. This thread goes on meanwhile, so on idle cores nothing is lost.
 */
const WORTH_A_THREAD_MS = 500;

/** Until then this thread's own first trials, whose code is not compiled yet, say little of the rest. */
const WARM_UP_MS = 200;

/** How long this thread runs trials between two looks at what is left, and between two at its messages. */
const LOOK_MS = 50;
const BREATH_MS = 5;

/** Trials that are given to a thread at a time take about this long. */
const PARCEL_MS = 10;

export async function* replications<W extends Work>(
  work: W,
  { trials, workers, recorderForTrial, threads: when = 'where-they-pay', givesUp }: ReplicationOptions,
): AsyncGenerator<ResultOf<W>, void, undefined> {
  const runner = runnerOf(work);
  const pace = new Pace();
  /** What comes of a trial when its turn is there, of those that were run by then; it may be an error, or given up. */
  const outcomes = new Map<number, () => ResultOf<W> | undefined>();
  let next = 0;
  let threads: TrialThreads<W> | undefined;
  let hasGivenUp = false;

  const runHere = (trial: number, recorder: Recorder | undefined) => {
    try {
      const result = runner.run(trial, recorder, givesUp);
      hasGivenUp ||= result === undefined;
      outcomes.set(trial, () => result);
    } catch (error) {
      outcomes.set(trial, () => {
        throw error;
      });
    }
  };
  const take = (): number[] => {
    const taken: number[] = [];
    while (next < trials && taken.length < Math.max(1, Math.round(PARCEL_MS / pace.trial_ms))) {
      const trial = next++;
      const recorder = recorderForTrial?.(trial);
      if (recorder === undefined) taken.push(trial);
      else runHere(trial, recorder);
    }
    return taken;
  };
  const start = (count: number) => {
    threads = new TrialThreads(count, work, take, ({ trial, result }) => {
      // Run again, a trial that failed fails again, and here with its error.
      outcomes.set(trial, () => result ?? runner.run(trial, undefined, givesUp));
    });
  };

  try {
    if (when === 'at-once' && workers > 1) {
      start(workers - 1);
      await threads!.ready;
    }
    for (let trial = 0; trial < trials; trial += 1) {
      while (!outcomes.has(trial)) {
        if (hasGivenUp) return;
        if (next === trials) {
          await threads!.news(LOOK_MS);
          hasGivenUp = givesUp?.() === true;
          continue;
        }
        const mine = next++;
        runHere(mine, recorderForTrial?.(mine));
        if (pace.tick() && threads === undefined) {
          const count = threadsThatPay(workers, (trials - next) * pace.trial_ms);
          if (count > 1) start(count - 1);
        }
        if (pace.isBreathless()) await new Promise((resolve) => setImmediate(resolve));
      }
      const result = outcomes.get(trial)!();
      if (result === undefined) return;
      yield result;
      outcomes.delete(trial);
    }
  } finally {
    await threads?.close();
  }
}

/** So many that each, this one included, has enough to do. */
function threadsThatPay(workers: number, left_ms: number): number {
  return Math.min(workers, Math.floor(left_ms / WORTH_A_THREAD_MS));
}

/** How fast this thread is at present: the first trials are slow, until their code is compiled. */
class Pace {
  /** Of a trial, lately. */
  trial_ms = Number.POSITIVE_INFINITY;
  readonly #begin_ms = performance.now();
  #looked_ms = this.#begin_ms;
  #breathed_ms = this.#begin_ms;
  #trials = 0;

  /** After each trial; true where there is a new figure, and it can be relied on. */
  tick(): boolean {
    this.#trials += 1;
    const now_ms = performance.now();
    const passed_ms = now_ms - this.#looked_ms;
    if (passed_ms < LOOK_MS) return false;
    this.trial_ms = passed_ms / this.#trials;
    this.#trials = 0;
    this.#looked_ms = now_ms;
    return now_ms - this.#begin_ms >= WARM_UP_MS;
  }

  /** Whether messages and signals have waited long enough. */
  isBreathless(): boolean {
    const now_ms = performance.now();
    if (now_ms - this.#breathed_ms < BREATH_MS) return false;
    this.#breathed_ms = now_ms;
    return true;
  }
}
