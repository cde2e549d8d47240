/** The simulation method: whole horizons, one after the other. */
import type { Plan } from '../../scenario/plan.ts';
import type { ServicePrediction } from '../../timeline/plan-prediction.ts';
import type { Stop } from '../../timeline/verdict.ts';
import { replications } from '../estimate/replications.ts';
import { StoppingRule } from '../estimate/stopping.ts';
import type { MethodOptions, PlanAnswer } from '../method.ts';
import { HorizonSummary } from './horizon-summary.ts';
import { longRun } from './long-run.ts';
import type { PredictedEpisodes } from './predict-episodes.ts';

/** Often enough for a live line and for Ctrl-C. */
const PROGRESS_EVERY_MS = 50;

/** With an outage in fewer horizons than this a mean may rest on one long outage, and its interval says little. */
export const HORIZONS_DOWN_LEAST = 30;

export async function simulatePlan(
  plan: Plan,
  { costs }: PredictedEpisodes,
  { trials, limits, workers, threads, onProgress }: MethodOptions,
): Promise<PlanAnswer> {
  const rule = new StoppingRule(trials, limits);
  const summary = new HorizonSummary(plan);
  const work = { kind: 'horizon', plan, episodes: costs } as const;
  let stop: Stop | undefined;
  let told_ms = Number.NEGATIVE_INFINITY;
  for await (const horizon of replications(work, { trials: rule.trials, workers, threads })) {
    summary.add(horizon);
    const { worst } = summary;
    stop = rule.after(worst);
    if (stop !== undefined || performance.now() - told_ms >= PROGRESS_EVERY_MS) {
      told_ms = performance.now();
      const { count, mean, half_width } = worst;
      onProgress?.({ done: count, total: rule.trials, downtime_s: { mean, half_width } });
    }
    if (stop !== undefined) break;
  }
  if (stop === undefined) throw new Error('the trials ended before the prediction');
  const services = summary.services(longRun(plan, costs, summary.events));
  return {
    method: 'simulation',
    warnings: services.flatMap((service) => tooFewOutages(service, summary.trials)),
    trials: summary.trials,
    stop,
    services,
    repairs: summary.repairs,
  };
}

/** Horizons in which a service has an outage. */
export const horizonsDown = ({ outage_chance }: ServicePrediction, trials: number): number =>
  Math.round((outage_chance?.mean ?? 0) * trials);

function tooFewOutages(service: ServicePrediction, trials: number): string[] {
  const down = horizonsDown(service, trials);
  if (down >= HORIZONS_DOWN_LEAST) return [];
  return [`${service.name}: an outage in ${down} of ${trials} horizons only: its figures may be far off`];
}
