/**
 * A plan answered exactly: units that are independent of each other by counting, others as a Markov chain. What is
 * beyond either is refused, with the reason in one sentence.
 */
import { UserError } from '../../../scenario/errors.ts';
import type { KindIndex, Plan, PlannedService } from '../../../scenario/plan.ts';
import { YEAR_MS } from '../../../scenario/units.ts';
import type { Estimate, PlanPrediction, ServicePrediction } from '../../../timeline/plan-prediction.ts';
import { judgeService } from '../../service-prediction.ts';
import { positive } from '../input.ts';
import { answerByChain, type ChainLimits, type Figures, type Refused } from './by-chain.ts';
import { horizonByCounting, longRunByCounting } from './by-counting.ts';
import { canFail, dependence, unitsOf } from './life.ts';
import { outageChanceOfParts } from './parts.ts';
import { MS_PER_H } from './phase-type.ts';
import { beyondExact, relevantKinds } from './relevant.ts';
import { hasConnectedWithin, kindsNamed } from './tallies.ts';
import { unitChain } from './unit-chain.ts';

/** What of a plan's prediction an exact method knows. */
export type ExactAnswer = Pick<PlanPrediction, 'because' | 'services' | 'repairs'>;

export interface ExactRefusal extends Refused {
  /** Share of time down in the long run, by service; known in some cases in which nothing else is. */
  readonly long_run_unavailability: readonly (number | undefined)[];
}

/** Answers for as many services as ask for the same units. */
interface Answers {
  readonly figures: readonly Figures[];
  readonly states: number;
  readonly repairs: number;
  readonly counted: ReadonlySet<KindIndex>;
}

/** @param limits of state and of work; a plan beyond them is refused */
export function answerExactly(plan: Plan, limits: ChainLimits = {}): ExactAnswer | ExactRefusal {
  const unknown = plan.services.map(() => undefined);
  const beyond = beyondExact(plan);
  if (beyond !== undefined) return { refused: beyond, long_run_unavailability: unknown };
  try {
    return answer(plan, limits);
  } catch (error) {
    // A rate, a number or an effort that no exact method takes on.
    if (error instanceof UserError) return { refused: error.message, long_run_unavailability: unknown };
    throw error;
  }
}

function answer(plan: Plan, limits: ChainLimits): ExactAnswer | ExactRefusal {
  const horizon_h = positive('the horizon in hours', plan.horizon_ms / MS_PER_H);
  const asked = plan.services.map(({ up }) => relevantKinds(plan, kindsNamed(plan, up)));
  const isIndependent = asked.map((kinds) => kinds.every((kind) => dependence(plan, kind) === undefined));
  const longRun = plan.services.map(({ up }, index) =>
    isIndependent[index] && !hasConnectedWithin(up) ? longRunByCounting(plan, asked[index]!, up) : undefined,
  );
  const refuse = (index: number, { refused }: Refused): ExactRefusal => ({
    refused: plan.services.length === 1 ? refused : `${plan.services[index]!.name}: ${refused}`,
    long_run_unavailability: longRun,
  });
  const within = plan.services.findIndex(({ up }) => hasConnectedWithin(up));
  if (within >= 0) {
    return refuse(within, {
      refused: 'what must be connected within each of several units is simulated only',
    });
  }
  const figures = new Array<Figures>(plan.services.length);
  const chains: Answers[] = [];
  for (const [index, { up }] of plan.services.entries()) {
    if (figures[index] !== undefined) continue;
    const kinds = asked[index]!;
    if (isIndependent[index]) {
      const horizon = horizonByCounting(plan, kinds, up, horizon_h);
      if ('refused' in horizon) {
        return refuse(index, { refused: `${horizon.refused}, so the way to the long run is not known` });
      }
      figures[index] = {
        ...horizon,
        long_run_unavailability: longRun[index],
        outage_chance: outageChanceOfParts(plan, up, horizon_h, limits),
      };
      continue;
    }
    const same = asked.flatMap((others, other) => (others.join() === kinds.join() ? [other] : []));
    const counted = new Set(kinds.filter((kind) => !chains.some((chain) => chain.counted.has(kind))));
    const conditions = same.map((other) => plan.services[other]!.up);
    const found = answerByChain(plan, kinds, conditions, counted, horizon_h, limits);
    if ('refused' in found) return refuse(index, found);
    for (const [place, other] of same.entries()) figures[other] = found.figures[place]!;
    chains.push({ ...found, counted });
  }
  return {
    because: becauseOf(chains),
    services: plan.services.map((service, index) => predictionOf(service, figures[index]!, plan.horizon_ms)),
    repairs: estimateOf(repairsOf(plan, chains, horizon_h, limits)),
  };
}

function becauseOf(chains: readonly Answers[]): string {
  if (chains.length === 0) return 'all units fail and are repaired each on its own';
  const states = chains.map((chain) => chain.states).join(' and ');
  return `all times are exponential or have phases: a Markov chain of ${states} states`;
}

/** Ended repairs of all units; undefined where that is not known of some. */
function repairsOf(
  plan: Plan,
  chains: readonly Answers[],
  horizon_h: number,
  limits: ChainLimits,
): number | undefined {
  let repairs = chains.reduce((sum, chain) => sum + chain.repairs, 0);
  const left = new Set([...plan.units.keys()].filter((kind) => canFail(plan, kind)));
  for (const { counted } of chains) for (const kind of counted) left.delete(kind);
  for (const kind of left) {
    if (dependence(plan, kind) === undefined) {
      const chain = unitChain(plan, kind);
      if ('refused' in chain) return undefined;
      repairs += unitsOf(plan, kind) * chain.repairsWithin(horizon_h);
      continue;
    }
    const kinds = relevantKinds(plan, [kind]);
    const counted = new Set(kinds.filter((each) => left.has(each) && dependence(plan, each) !== undefined));
    const found = answerByChain(plan, kinds, [], counted, horizon_h, limits);
    if ('refused' in found) return undefined;
    repairs += found.repairs;
    for (const each of counted) left.delete(each);
  }
  return repairs;
}

const YEAR_MIN = YEAR_MS / 60_000;

/** A figure without luck: its interval is the figure twice. */
const exactly = (mean: number): Estimate => ({ mean, ci95: [mean, mean] });

const estimateOf = (mean: number | undefined): Estimate | undefined =>
  mean === undefined ? undefined : exactly(mean);

function predictionOf(
  service: PlannedService,
  { unavailability, long_run_unavailability, outages, outage_chance }: Figures,
  horizon_ms: number,
): ServicePrediction {
  const downtime_s = (unavailability * horizon_ms) / 1000;
  return {
    name: service.name,
    unavailability: exactly(unavailability),
    long_run_unavailability: estimateOf(long_run_unavailability),
    downtime_s: { ...exactly(downtime_s), pi90: undefined },
    downtime_min_per_year: exactly(unavailability * YEAR_MIN),
    outages: estimateOf(outages),
    outage_chance: estimateOf(outage_chance),
    lost_requests_s: undefined,
    causes: [],
    objectives: judgeService(service, downtime_s, horizon_ms / 1000),
  };
}
