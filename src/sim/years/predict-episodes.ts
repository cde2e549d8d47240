/** What the plan's episodes cost: each is predicted once, request by request, before the horizons are simulated. */
import { actTimes } from '../../scenario/act-times.ts';
import type { Plan } from '../../scenario/plan.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { rateAt_per_s } from '../../scenario/schedule.ts';
import type { Outage } from '../../timeline/observation.ts';
import { replications } from '../estimate/replications.ts';
import type { EpisodeCost } from './costs.ts';

/**
 * Trials of each episode. A failure in a horizon is one of them, by chance; with 200 their mean is known to 7 % where it
 * varies as much as an exponential time does.
 */
export const EPISODE_TRIALS = 200;

export interface PredictedEpisodes {
  /** By their places in the plan. */
  readonly costs: readonly EpisodeCost[];
  /** Of those that had not ended with their window: then it costs more than is counted. */
  readonly warnings: readonly string[];
}

export async function predictEpisodes(plan: Plan, workers: number): Promise<PredictedEpisodes> {
  const costs: EpisodeCost[] = [];
  const warnings: string[] = [];
  for (const episode of plan.episodes) {
    const scenario = { ...episode, seed: plan.seed };
    const trials: (readonly Outage[])[] = [];
    const work = { kind: 'episode', scenario, platform: 'kubernetes' } as const;
    for await (const { outages } of replications(work, { trials: EPISODE_TRIALS, workers })) {
      trials.push(outages);
    }
    costs.push(costOf(scenario, trials));
    const unended = trials.filter((outages) => outages.at(-1)?.end_ms === scenario.load.duration_ms).length;
    if (unended > 0) {
      warnings.push(
        `${unended} of ${EPISODE_TRIALS} trials of the episode ${scenario.file} were down when their window ended: ` +
          'make the window longer, for no more than that is counted',
      );
    }
  }
  return { costs, warnings };
}

/** Times from the first fault on; what was lost before has nothing to do with it. */
export function costOf(scenario: Scenario, trials: readonly (readonly Outage[])[]): EpisodeCost {
  const first = new Int32Array(trials.length + 1);
  const found: { begin_ms: number; end_ms: number; loss: number }[] = [];
  for (const [trial, outages] of trials.entries()) {
    const fault_ms = Math.min(...actTimes(scenario, trial).flat(), scenario.load.duration_ms);
    for (const { begin_ms, end_ms, failed_requests } of outages) {
      if (end_ms <= fault_ms) continue;
      const requests = ((end_ms - begin_ms) * rateAt_per_s(scenario.load, begin_ms)) / 1000;
      found.push({
        begin_ms: Math.max(0, begin_ms - fault_ms),
        end_ms: end_ms - fault_ms,
        loss: Math.min(1, failed_requests / requests),
      });
    }
    first[trial + 1] = found.length;
  }
  return {
    trials: trials.length,
    first,
    begin_ms: Float64Array.from(found, ({ begin_ms }) => begin_ms),
    end_ms: Float64Array.from(found, ({ end_ms }) => end_ms),
    loss: Float64Array.from(found, ({ loss }) => loss),
  };
}
