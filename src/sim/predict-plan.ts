/**
 * Predicts what background failures will cost over a plan's horizon. The same plan, seed and version give the same
 * bytes, on any number of threads; only an end by time depends on the machine.
 *
 * @example
 * const prediction = await predictPlan(loadPlan('scenarios/plans/prism-cluster.yaml'));
 * prediction.services[0]?.downtime_min_per_year.mean;
 */
import type { Plan } from '../scenario/plan.ts';
import type { PlanPrediction } from '../timeline/plan-prediction.ts';
import { VERSION } from '../version.ts';
import type { ReplicationOptions } from './estimate/replications.ts';
import { type StoppingLimits, withLimit } from './estimate/stopping.ts';
import { answerBy, type MethodChoice } from './method.ts';
import { planAssumptions } from './plan-assumptions.ts';
import type { PredictionProgress } from './predict.ts';
import { blockedRounds } from './years/blocked-rounds.ts';
import { type PredictedEpisodes, predictEpisodes } from './years/predict-episodes.ts';

export interface PredictPlanOptions {
  /** Horizons; the plan's own number where not given. */
  readonly trials?: number | undefined;
  /** Instead of a number of trials: until when. The precision is that of the service that is known worst. */
  readonly limits?: StoppingLimits | undefined;
  /** Threads to run trials on at most, this one included; default: this one. The result is the same at any number. */
  readonly workers?: number | undefined;
  readonly threads?: ReplicationOptions['threads'];
  /** Default: auto. */
  readonly method?: MethodChoice | undefined;
  /** Where they were predicted before, for the same plan with other counts, and under the same seed. */
  readonly episodes?: PredictedEpisodes | undefined;
  /** When the time of the limits began, as performance.now() has it, where that was before: with these episodes, say. */
  readonly begin_ms?: number | undefined;
  /** Told now and then how far it is, with the downtime of the service that is known worst. */
  readonly onProgress?: ((progress: PredictionProgress) => void) | undefined;
}

/** @throws UserError where the plan is too large, or the method that was asked for cannot answer */
export async function predictPlan(plan: Plan, options: PredictPlanOptions = {}): Promise<PlanPrediction> {
  const { trials = plan.trials, limits = {}, workers = 1, threads, method = 'auto', onProgress } = options;
  const { begin_ms = performance.now() } = options;
  const episodes = options.episodes ?? (await predictEpisodes(plan, workers, limits.max_time_ms));
  const left = { ...limits, max_time_ms: leftOf(limits, begin_ms) };
  const answered = await answerBy(method, plan, episodes, {
    trials,
    limits: left,
    workers,
    threads,
    onProgress,
  });
  return {
    schema: 'foreshock.plan-prediction/v1',
    plan: plan.name,
    seed: plan.seed,
    version: VERSION,
    horizon_s: plan.horizon_ms / 1000,
    method: answered.method,
    because: answered.because,
    warnings: [...episodes.warnings, ...blockedRounds(plan, episodes.costs), ...answered.warnings],
    trials: answered.trials,
    stop: answered.stop && withLimit(answered.stop, limits),
    services: answered.services,
    repairs: answered.repairs,
    assumptions: planAssumptions(plan),
  };
}

/** Of the time, from now on. */
const leftOf = ({ max_time_ms }: StoppingLimits, begin_ms: number): number | undefined =>
  max_time_ms === undefined ? undefined : Math.max(0, max_time_ms - (performance.now() - begin_ms));
