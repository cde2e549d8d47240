import type { Outage } from '../../timeline/observation.ts';

/** Points of the picture's band: enough for any screen. */
const STEPS = 300;

/** The share of trials that are down at each of some equally spaced times of the window. */
export class DownShare {
  readonly #down = new Uint32Array(STEPS);
  readonly #step_ms: number;
  #trials = 0;

  constructor(window_ms: number) {
    this.#step_ms = window_ms / STEPS;
  }

  add(outages: readonly Outage[]): void {
    this.#trials += 1;
    for (const { begin_ms, end_ms } of outages) {
      const last = Math.min(STEPS, Math.ceil(end_ms / this.#step_ms));
      for (let step = Math.ceil(begin_ms / this.#step_ms); step < last; step += 1) this.#down[step]! += 1;
    }
  }

  result(): { step_ms: number; share: number[] } {
    return { step_ms: this.#step_ms, share: Array.from(this.#down, (down) => down / this.#trials) };
  }
}
