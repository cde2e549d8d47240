/**
 * The splitting method: for each service, levels from a pilot, then roots, each a horizon with all that is split off it.
 *
 * It answers nothing where it is blind: where the pilot saw too few outages to find its way, or the roots are worth too
 * little. Then plain simulation, which at least has no levels to be wrong, is the better answer.
 */
import type { Plan, PlannedService } from '../../scenario/plan.ts';
import type { ServicePrediction } from '../../timeline/plan-prediction.ts';
import type { Stop } from '../../timeline/verdict.ts';
import { replications } from '../estimate/replications.ts';
import { StoppingRule, withLimit } from '../estimate/stopping.ts';
import type { MethodOptions, OutOfReach, PlanAnswer } from '../method.ts';
import { judgeService, orderedCauses, rates, scaled } from '../service-prediction.ts';
import type { EpisodeCost } from '../years/costs.ts';
import { EVENTS_MAX } from '../years/event-limit.ts';
import { causesOf, compilePlan } from '../years/plan-model.ts';
import type { PredictedEpisodes } from '../years/predict-episodes.ts';
import { unseenAlone } from './alone.ts';
import { EFFECTIVE_MIN } from './diagnosis.ts';
import { RootSum, type SplitEstimate } from './estimate.ts';
import { hasten } from './hastening.ts';
import { runPilot } from './pilot.ts';
import { CAUSES } from './plan-trajectory.ts';
import { DOWNTIME_MS } from './split-model.ts';
import { trajectories } from './split-runner.ts';

const TOO_MUCH = `a single root of it has more than ${EVENTS_MAX.toLocaleString('en')} events`;

const PROGRESS_EVERY_MS = 50;

/** Of the time there is, what the pilot may take. */
const PILOT_SHARE = 0.5;

interface SplitService {
  readonly estimate: SplitEstimate;
  readonly stop: Stop;
}

export async function splitPlan(
  plan: Plan,
  { costs }: PredictedEpisodes,
  options: MethodOptions,
): Promise<PlanAnswer | OutOfReach> {
  const begin_ms = performance.now();
  const found: SplitService[] = [];
  for (const [index, service] of plan.services.entries()) {
    const { max_time_ms } = options.limits;
    // What is left is shared out evenly.
    const share_ms =
      max_time_ms === undefined
        ? undefined
        : Math.max(0, max_time_ms - (performance.now() - begin_ms)) / (plan.services.length - index);
    const limits = { ...options.limits, max_time_ms: share_ms };
    const split = await splitService(plan, index, costs, { ...options, limits });
    if ('refused' in split) return { refused: `${service.name}: ${split.refused}` };
    found.push(split);
  }
  return {
    method: 'splitting',
    warnings: found.flatMap(({ estimate }, index) =>
      estimate.complaints.map((complaint) => `${plan.services[index]!.name}: ${complaint}`),
    ),
    trials: found.reduce((sum, { estimate }) => sum + estimate.roots, 0),
    stop: worst(found.map(({ stop }) => withLimit(stop, options.limits))),
    services: found.map(({ estimate }, index) => predictionOf(plan, plan.services[index]!, estimate)),
    repairs: undefined,
  };
}

async function splitService(
  plan: Plan,
  service: number,
  episodes: readonly EpisodeCost[],
  { trials, limits, workers, threads, onProgress }: MethodOptions,
): Promise<SplitService | OutOfReach> {
  const rule = new StoppingRule(trials, limits);
  const begin_ms = performance.now();
  const isOver = () => performance.now() - begin_ms > PILOT_SHARE * (limits.max_time_ms ?? Infinity);
  const { dependsOn } = compilePlan(plan).conditions;
  const { plan: hastened, calm, causes } = hasten(plan, dependsOn[service]!);
  const pilot = await runPilot(trajectories(calm, episodes, service), {
    isOver: () => {
      onProgress?.({ done: 0, total: rule.trials, downtime_s: { mean: 0, half_width: Infinity } });
      return isOver();
    },
  });
  const events = `${pilot.events.toLocaleString('en')} events of its pilot`;
  const isBlind = pilot.gain === undefined;
  // Hastened causes may be the only way there is.
  if (isBlind && (causes.length === 0 || isOver())) {
    const time = isOver() ? ', all that there was time for,' : '';
    return { refused: `in ${events}${time} no way to outages was found` };
  }
  const sum = new RootSum();
  const work = {
    kind: 'split',
    plan: hastened,
    episodes,
    service,
    levels: pilot.levels,
    hastened: causes,
  } as const;
  let stop: Stop | undefined;
  let told_ms = Number.NEGATIVE_INFINITY;
  const { givesUp } = rule;
  for await (const root of replications(work, { trials: rule.trials, workers, threads, givesUp })) {
    if (root.events >= EVENTS_MAX) return { refused: TOO_MUCH };
    sum.add(root);
    stop = rule.after(sum.downtime_ms);
    if (stop !== undefined || performance.now() - told_ms >= PROGRESS_EVERY_MS) {
      told_ms = performance.now();
      const { count, mean, half_width } = sum.downtime_ms;
      const downtime_s = { mean: mean / 1000, half_width: half_width / 1000 };
      onProgress?.({ done: count, total: rule.trials, downtime_s });
    }
    if (stop !== undefined) break;
  }
  if (stop === undefined) {
    if (sum.downtime_ms.count < 2) return { refused: 'there was no time for two of its roots' };
    stop = rule.givenUp(sum.downtime_ms);
  }
  const found = sum.estimate(plan.horizon_ms);
  const alone = unseenAlone(plan, service, found.roots, found.downtime_ms.mean);
  const only = isBlind ? [`in ${events} no way to outages was found but by common causes`] : [];
  const estimate = { ...found, complaints: [...found.complaints, ...only, ...alone] };
  if (estimate.diagnosis.effective_size < EFFECTIVE_MIN) {
    return { refused: `${estimate.complaints[0] ?? 'its roots are worth too little'}; more trials may do` };
  }
  return { estimate, stop };
}

function predictionOf(plan: Plan, service: PlannedService, estimate: SplitEstimate): ServicePrediction {
  const { downtime_ms, outages, outage_chance, lost_ms } = estimate;
  const downtime_s = scaled(downtime_ms, 1 / 1000);
  return {
    name: service.name,
    ...rates(downtime_s, plan.horizon_ms / 1000),
    long_run_unavailability: undefined,
    downtime_s: { ...downtime_s, pi90: undefined },
    outages,
    outage_chance,
    lost_requests_s: plan.episodes.length === 0 ? undefined : scaled(lost_ms, 1 / 1000),
    causes: causesIn(plan, estimate),
    // What share of horizons meets them is not known: no root is one horizon.
    objectives: judgeService(service, downtime_s.mean, plan.horizon_ms / 1000),
  };
}

/** They sum to the time down, where weights took that beyond the horizon too. */
function causesIn(plan: Plan, { tallies, downtime_ms }: SplitEstimate): ServicePrediction['causes'] {
  const names = causesOf(plan);
  const share = downtime_ms.mean < tallies[DOWNTIME_MS]! ? downtime_ms.mean / tallies[DOWNTIME_MS]! : 1;
  return orderedCauses(
    names.map((cause, index) => ({
      cause,
      downtime_s: (share * tallies[CAUSES + index]!) / 1000,
      outages: tallies[CAUSES + names.length + index]!,
    })),
  );
}

/** Of the service that is known least precisely. */
function worst(stops: readonly Stop[]): Stop | undefined {
  const badness = ({ reached }: Stop) => reached ?? Number.POSITIVE_INFINITY;
  return stops.toSorted((a, b) => badness(b) - badness(a))[0];
}
