/** The simulation method: whole horizons, one after the other. */
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Plan } from '../../scenario/plan.ts';
import { msToDuration } from '../../scenario/units.ts';
import type { ServicePrediction } from '../../timeline/plan-prediction.ts';
import type { Stop } from '../../timeline/verdict.ts';
import { replications } from '../estimate/replications.ts';
import { StoppingRule } from '../estimate/stopping.ts';
import type { MethodOptions, OutOfReach, PlanAnswer } from '../method.ts';
import type { EpisodeCost } from './costs.ts';
import { HorizonSummary } from './horizon-summary.ts';
import { longRun } from './long-run.ts';
import type { PredictedEpisodes } from './predict-episodes.ts';

/** Often enough for a live line and for Ctrl-C. */
const PROGRESS_EVERY_MS = 50;

/** With an outage in fewer horizons than this a mean may rest on one long outage, and its interval says little. */
const HORIZONS_DOWN_LEAST = 30;

/** Where a larger share of horizons has an outage, more horizons are all that is wanted. */
const SHARE_RARE = 0.1;

/** Horizons after which it shows whether outages are rare. */
const PILOT = 200;

/** Of a horizon at the most, for other methods to be worth a thought: they take a thousand horizons and more. See Effort. */
const STEPS_MAX = 100_000;

export async function simulatePlan(
  plan: Plan,
  { costs }: PredictedEpisodes,
  options: MethodOptions,
): Promise<PlanAnswer> {
  const simulated = await simulate(plan, costs, options, () => false);
  if (simulated.stop === undefined) throw new Error('the trials ended before the prediction');
  return answerOf(plan, costs, simulated.summary, simulated.stop);
}

/** Gives up where some service has too few outages to tell, soon where that shows soon; not where its time is over. */
export async function simulateUnlessRare(
  plan: Plan,
  { costs }: PredictedEpisodes,
  options: MethodOptions,
): Promise<PlanAnswer | OutOfReach> {
  const isRare = ({ fewestDown, trials, steps }: HorizonSummary): boolean => {
    const share = fewestDown / trials;
    const expected = share * Math.max(trials, options.trials);
    return share < SHARE_RARE && expected < HORIZONS_DOWN_LEAST && steps <= STEPS_MAX;
  };
  const isPilotEnough = (summary: HorizonSummary) => summary.trials === PILOT && isRare(summary);
  const { summary, stop } = await simulate(plan, costs, options, isPilotEnough);
  if (stop !== undefined && (stop.by === 'max-time' || !isRare(summary)))
    return answerOf(plan, costs, summary, stop);
  return { refused: `of ${summary.trials} simulated horizons ${summary.fewestDown} had an outage` };
}

async function simulate(
  plan: Plan,
  episodes: readonly EpisodeCost[],
  { trials, limits, workers, threads, onProgress }: MethodOptions,
  isEnough: (summary: HorizonSummary) => boolean,
): Promise<{ summary: HorizonSummary; stop: Stop | undefined }> {
  const rule = new StoppingRule(trials, limits);
  const summary = new HorizonSummary(plan);
  const work = { kind: 'horizon', plan, episodes } as const;
  let told_ms = Number.NEGATIVE_INFINITY;
  const { givesUp } = rule;
  for await (const horizon of replications(work, { trials: rule.trials, workers, threads, givesUp })) {
    summary.add(horizon);
    const { worst } = summary;
    const stop = rule.after(worst);
    if (stop !== undefined || performance.now() - told_ms >= PROGRESS_EVERY_MS) {
      told_ms = performance.now();
      const { count, mean, half_width } = worst;
      onProgress?.({ done: count, total: rule.trials, downtime_s: { mean, half_width } });
    }
    if (stop !== undefined) return { summary, stop };
    if (isEnough(summary)) return { summary, stop: undefined };
  }
  if (summary.trials === 0) throw tooLittleTime(plan);
  return { summary, stop: rule.givenUp(summary.worst) };
}

function answerOf(
  plan: Plan,
  episodes: readonly EpisodeCost[],
  summary: HorizonSummary,
  stop: Stop,
): PlanAnswer {
  const services = summary.services(longRun(plan, episodes, summary.steps));
  return {
    method: 'simulation',
    warnings: [
      ...(summary.trials === 1 && stop.by === 'max-time' ? [ONE_HORIZON] : []),
      ...services.flatMap((service) => tooFewOutages(service, summary.trials)),
    ],
    trials: summary.trials,
    stop,
    services,
    repairs: summary.repairs,
  };
}

const ONE_HORIZON = 'there was time for one horizon only: how far others are from it is not known';

const tooLittleTime = (plan: Plan): UserError =>
  new UserError(
    `${plan.file}: the time was over before the first horizon of ${msToDuration(plan.horizon_ms)} was simulated`,
    { exitCode: EXIT.configuration, hint: 'give it more time, or shorten the horizon' },
  );

/** Horizons in which a service has an outage. */
const horizonsDown = ({ outage_chance }: ServicePrediction, trials: number): number =>
  Math.round((outage_chance?.mean ?? 0) * trials);

function tooFewOutages(service: ServicePrediction, trials: number): string[] {
  const down = horizonsDown(service, trials);
  if (down >= HORIZONS_DOWN_LEAST) return [];
  return [`${service.name}: an outage in ${down} of ${trials} horizons only: its figures may be far off`];
}
