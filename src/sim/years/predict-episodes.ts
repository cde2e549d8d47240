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

/** Fewer are too few to stand for all others, however little time there is. */
const TRIALS_LEAST = 20;

/** Of the time there is, what all episodes may take; the rest is for the horizons. */
const TIME_SHARE = 0.5;

export interface PredictedEpisodes {
  /** By their places in the plan. */
  readonly costs: readonly EpisodeCost[];
  /** Of those that had not ended with their window, and cost more than is counted; and of those cut short by the time. */
  readonly warnings: readonly string[];
}

/** @param max_time_ms for the whole prediction; half of it at most is for its episodes, shared out evenly */
export async function predictEpisodes(
  plan: Plan,
  workers: number,
  max_time_ms = Number.POSITIVE_INFINITY,
): Promise<PredictedEpisodes> {
  const costs: EpisodeCost[] = [];
  const warnings: string[] = [];
  const begin_ms = performance.now();
  for (const [index, episode] of plan.episodes.entries()) {
    const now_ms = performance.now();
    const left_ms = TIME_SHARE * max_time_ms - (now_ms - begin_ms);
    const end_ms = now_ms + left_ms / (plan.episodes.length - index);
    const scenario = { ...episode, seed: plan.seed };
    const trials: (readonly Outage[])[] = [];
    const work = { kind: 'episode', scenario, platform: 'kubernetes' } as const;
    for await (const { outages } of replications(work, { trials: EPISODE_TRIALS, workers })) {
      trials.push(outages);
      if (trials.length >= TRIALS_LEAST && performance.now() > end_ms) break;
    }
    costs.push(costOf(scenario, trials));
    if (trials.length < EPISODE_TRIALS) {
      warnings.push(
        `there was time for ${trials.length} trials of the episode ${scenario.file} instead of ${EPISODE_TRIALS}: what it costs is known less well`,
      );
    }
    const unended = trials.filter((outages) => outages.at(-1)?.end_ms === scenario.load.duration_ms).length;
    if (unended > 0) {
      warnings.push(
        `${unended} of ${trials.length} trials of the episode ${scenario.file} were down when their window ended: ` +
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
