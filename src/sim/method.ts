/** Which method predicts a plan. Each of them answers the same question in the same shape. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Plan } from '../scenario/plan.ts';
import type { PlanMethod, PlanPrediction } from '../timeline/plan-prediction.ts';
import type { ReplicationOptions } from './estimate/replications.ts';
import { type StoppingLimits, withLimit } from './estimate/stopping.ts';
import { answerExactly } from './exact/plan/answer.ts';
import { type ChainLimits, WORK_MAX } from './exact/plan/by-chain.ts';
import type { PredictionProgress } from './predict.ts';
import { splitPlan } from './rare/split-plan.ts';
import { checkEvents } from './years/event-limit.ts';
import type { PredictedEpisodes } from './years/predict-episodes.ts';
import { simulatePlan, simulateUnlessRare } from './years/simulate-plan.ts';

/** `auto`: exact where that is within reach, else simulation, with splitting where outages are rare. */
export type MethodChoice = PlanMethod | 'auto';

/** What a method says of a plan: the prediction without what does not depend on how it was made. */
export type PlanAnswer = Pick<
  PlanPrediction,
  'method' | 'warnings' | 'trials' | 'stop' | 'services' | 'repairs'
>;

/** Why a method does not answer, in a sentence. */
export interface OutOfReach {
  readonly refused: string;
}

export interface MethodOptions {
  readonly limits: StoppingLimits;
  readonly trials: number;
  readonly workers: number;
  readonly threads: ReplicationOptions['threads'];
  readonly onProgress: ((progress: PredictionProgress) => void) | undefined;
}

/** One that takes many horizons. */
export type TrialMethod<Answer> = (
  plan: Plan,
  episodes: PredictedEpisodes,
  options: MethodOptions,
) => Promise<Answer>;

/** What is asked; tests have others. */
export interface Methods {
  readonly exact: typeof answerExactly;
  readonly simulation: TrialMethod<PlanAnswer>;
  readonly simulationUnlessRare: TrialMethod<PlanAnswer | OutOfReach>;
  readonly splitting: TrialMethod<PlanAnswer | OutOfReach>;
}

export const METHODS: Methods = {
  exact: answerExactly,
  simulation: simulatePlan,
  simulationUnlessRare: simulateUnlessRare,
  splitting: splitPlan,
};

type Reasoned = PlanAnswer & Pick<PlanPrediction, 'because'>;

const ASKED_FOR = 'it was asked for';

/** @throws UserError where a method was asked for that cannot answer, or too much happens to be simulated */
export async function answerBy(
  choice: MethodChoice,
  plan: Plan,
  episodes: PredictedEpisodes,
  options: MethodOptions,
  methods: Methods = METHODS,
): Promise<Reasoned> {
  switch (choice) {
    case 'exact': {
      const exact = askExact(plan, methods, { work_max: WORK_MAX_ASKED_FOR });
      if ('refused' in exact) throw cannot(plan, 'exact', exact);
      return exact;
    }
    case 'splitting': {
      checkEvents(plan);
      const answer = await methods.splitting(plan, episodes, options);
      if ('refused' in answer) throw cannot(plan, 'splitting', answer);
      return { ...answer, because: ASKED_FOR };
    }
    case 'simulation':
      checkEvents(plan);
      return { ...(await methods.simulation(plan, episodes, options)), because: ASKED_FOR };
    case 'auto':
      break;
  }
  const inTime = shareOut(options);
  const exact = askExact(plan, methods, workWithin(options.limits));
  if (!('refused' in exact)) return exact;
  checkEvents(plan);
  const notExact = `no exact answer: ${exact.refused}`;
  const answered = (answer: PlanAnswer, because: string): Reasoned => ({
    ...withLongRun(answer, exact),
    stop: answer.stop && withLimit(answer.stop, options.limits),
    because,
  });
  const unlessRare = await methods.simulationUnlessRare(plan, episodes, inTime(1));
  if (!('refused' in unlessRare)) return answered(unlessRare, notExact);
  // Half of what is left: should it refuse, simulation has the other.
  const split = await methods.splitting(plan, episodes, inTime(0.5));
  if (!('refused' in split)) return answered(split, `${notExact}; ${unlessRare.refused}`);
  const simulated = await methods.simulation(plan, episodes, inTime(1));
  return answered(simulated, `${notExact}; and no splitting: ${split.refused}`);
}

/** The same options with a share of the time that is left from now on, where there is a limit. */
function shareOut(options: MethodOptions): (share: number) => MethodOptions {
  const begin_ms = performance.now();
  const { max_time_ms } = options.limits;
  if (max_time_ms === undefined) return () => options;
  return (share) => {
    const left_ms = Math.max(0, max_time_ms - (performance.now() - begin_ms));
    return { ...options, limits: { ...options.limits, max_time_ms: share * left_ms } };
  };
}

type LongRun = readonly (number | undefined)[];

/** Who asks for the exact method waits for it: some half an hour for each question, where there is no other way. */
const WORK_MAX_ASKED_FOR = 1e12;

/** What an exact method does in a millisecond, for each question; and what it may do however little time there is. */
const WORK_PER_MS = 4e5;
const WORK_LEAST = 1e8;

/** Of a chain that takes longer than all the time there is nobody would have anything. */
const workWithin = ({ max_time_ms }: StoppingLimits): ChainLimits =>
  max_time_ms === undefined
    ? {}
    : { work_max: Math.min(WORK_MAX, Math.max(WORK_LEAST, WORK_PER_MS * max_time_ms)) };

function askExact(
  plan: Plan,
  { exact }: Methods,
  limits: ChainLimits = {},
): Reasoned | (OutOfReach & { readonly long_run_unavailability: LongRun }) {
  const answer = exact(plan, limits);
  if ('refused' in answer) return answer;
  return { method: 'exact', warnings: [], trials: 0, stop: undefined, ...answer };
}

/** The share of time down in the long run may be known exactly where nothing else is. */
function withLongRun<Answer extends PlanAnswer>(
  answer: Answer,
  { long_run_unavailability: known }: { readonly long_run_unavailability: LongRun },
): Answer {
  const services = answer.services.map((service, index) => {
    const mean = known[index];
    return mean === undefined
      ? service
      : { ...service, long_run_unavailability: { mean, ci95: [mean, mean] as const } };
  });
  return { ...answer, services };
}

const cannot = (plan: Plan, name: PlanMethod, { refused }: OutOfReach): UserError =>
  new UserError(`${plan.file}: the ${name} method cannot answer: ${refused}`, {
    exitCode: EXIT.configuration,
    hint: 'leave the method open, and one that can is taken',
  });
