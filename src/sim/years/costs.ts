/** What failures cost beyond the time that `up` does not hold. */
import type { PlanModel } from './plan-model.ts';

/** What an episode of one failure can cost, as trials of it showed; times from the failure on. */
export interface EpisodeCost {
  readonly trials: number;
  /** Where a trial's outages begin in the arrays below; one more entry ends the last. */
  readonly first: Int32Array;
  readonly begin_ms: Float64Array;
  readonly end_ms: Float64Array;
  /** Share of the requests that is lost meanwhile, in [0, 1]. */
  readonly loss: Float64Array;
}

/** What a cause costs a service. */
export interface Cost {
  readonly service: number;
  readonly episode: EpisodeCost;
}

export function costsByCause({ plan, causes }: PlanModel, episodes: readonly EpisodeCost[]): Cost[][] {
  const all = [...plan.units, ...plan.common_causes, ...plan.maintenance, ...plan.deployments];
  return causes.map((_, cause) =>
    Object.entries(all[cause]?.episodes ?? {}).map(([service, episode]) => ({
      service: Number(service),
      episode: episodes[episode]!,
    })),
  );
}
