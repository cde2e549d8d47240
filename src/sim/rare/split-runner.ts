import type { Plan } from '../../scenario/plan.ts';
import type { EpisodeCost } from '../years/costs.ts';
import type { GivesUp } from '../years/effort.ts';
import { EVENTS_MAX } from '../years/event-limit.ts';
import { compilePlan } from '../years/plan-model.ts';
import { YearState } from '../years/year-state.ts';
import type { HastenedCause } from './hastening.ts';
import type { Levels } from './levels.ts';
import { PlanTrajectory } from './plan-trajectory.ts';
import { Restart, type Root } from './restart.ts';

/** Runs roots of one service of a plan; what comes out depends on the plan, its seed, the levels and the root alone. */
export class SplitRunner {
  readonly #restart: Restart<PlanTrajectory>;

  constructor(
    plan: Plan,
    episodes: readonly EpisodeCost[],
    service: number,
    levels: Levels,
    hastened: readonly HastenedCause[] = [],
  ) {
    this.#restart = new Restart(trajectories(plan, episodes, service, hastened), levels);
  }

  /**
   * One with as many events as a horizon may have was broken off, and is worth nothing.
   *
   * @returns undefined where it was given up
   */
  run(root: number, givesUp?: GivesUp): Root | undefined {
    return this.#restart.run(root, EVENTS_MAX, givesUp);
  }
}

/**
 * Makes as many as are asked for, which share what never changes.
 *
 * @param hastened common causes that come more often in this plan than they should
 */
export function trajectories(
  plan: Plan,
  episodes: readonly EpisodeCost[],
  service: number,
  hastened: readonly HastenedCause[] = [],
): () => PlanTrajectory {
  const model = compilePlan(plan);
  const fresh = new YearState(model, episodes);
  return () => new PlanTrajectory(model, service, fresh, () => new YearState(model, episodes), hastened);
}
