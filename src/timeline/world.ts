import type { Recorder } from './event.ts';

/** Somewhere a trial can be run: virtual time in the simulator, wall-clock time on a cluster. */
export interface World {
  /**
   * Runs one trial and pushes what happens into `recorder`: the header first, then exactly one request
   * event for each scheduled request among the others.
   *
   * @param trial counts from 0; trial k of a seed is the same luck in every run
   */
  run(trial: number, recorder: Recorder, signal?: AbortSignal): Promise<void>;
}
