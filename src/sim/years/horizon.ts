import type { Plan } from '../../scenario/plan.ts';
import type { EpisodeCost } from './costs.ts';
import type { GivesUp } from './effort.ts';
import { compilePlan } from './plan-model.ts';
import { YearState } from './year-state.ts';

/** What is kept of one horizon: plain data, so that a thread can hand it to another. Arrays as in Downtime. */
export interface Horizon {
  readonly downtime_ms: Float64Array;
  readonly outages: Float64Array;
  readonly lost_ms: Float64Array;
  readonly causeDowntime_ms: Float64Array;
  readonly causeOutages: Float64Array;
  /** That have ended. */
  readonly repairs: number;
  readonly events: number;
  /** What it took to simulate it; see Effort. */
  readonly steps: number;
}

/** Simulates horizons of one plan; what comes out depends on the plan, its seed and the trial alone. */
export class HorizonReplicator {
  readonly #plan: Plan;
  readonly #new: YearState;
  readonly #state: YearState;

  /** @throws UserError where the plan has more units, or conditions, than can be held */
  constructor(plan: Plan, episodes: readonly EpisodeCost[]) {
    const model = compilePlan(plan);
    this.#plan = plan;
    this.#new = new YearState(model, episodes);
    this.#state = new YearState(model, episodes, this.#new);
  }

  /**
   * @returns undefined where it was given up
   * @throws UserError where more happens than can be simulated
   */
  run(trial: number): Horizon;
  run(trial: number, givesUp: GivesUp | undefined): Horizon | undefined;
  run(trial: number, givesUp?: GivesUp): Horizon | undefined {
    const state = this.#state;
    state.copyFrom(this.#new);
    state.begin(trial);
    if (!state.runUntil(this.#plan.horizon_ms, givesUp)) return undefined;
    const { downtime } = state;
    return {
      downtime_ms: downtime.downtime_ms.slice(),
      outages: downtime.outages.slice(),
      lost_ms: downtime.lost_ms.slice(),
      causeDowntime_ms: downtime.causeDowntime_ms.slice(),
      causeOutages: downtime.causeOutages.slice(),
      repairs: state.repairs,
      events: state.events,
      steps: state.effort.steps,
    };
  }
}
