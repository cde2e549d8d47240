/** Which method predicts a plan. Each of them answers the same question in the same shape. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Plan } from '../scenario/plan.ts';
import type { PlanMethod, PlanPrediction } from '../timeline/plan-prediction.ts';
import type { ReplicationOptions } from './estimate/replications.ts';
import type { StoppingLimits } from './estimate/stopping.ts';
import type { PredictionProgress } from './predict.ts';
import type { PredictedEpisodes } from './years/predict-episodes.ts';
import { HORIZONS_DOWN_LEAST, horizonsDown, simulatePlan } from './years/simulate-plan.ts';

/** `auto`: exact where that is within reach, else simulation, with splitting where outages are rare. */
export type MethodChoice = PlanMethod | 'auto';

/** What a method says of a plan: the prediction without what does not depend on how it was made. */
export type PlanAnswer = Pick<
  PlanPrediction,
  'method' | 'warnings' | 'trials' | 'stop' | 'services' | 'repairs'
>;

/** Why a method does not answer, for people: the end of a sentence. */
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

export type Method = (
  plan: Plan,
  episodes: PredictedEpisodes,
  options: MethodOptions,
) => Promise<PlanAnswer | OutOfReach>;

/** Those that are there, beside simulation. */
export interface Methods {
  readonly exact?: Method;
  readonly splitting?: Method;
}

const METHODS: Methods = {};

export async function answer(
  plan: Plan,
  episodes: PredictedEpisodes,
  choice: MethodChoice,
  options: MethodOptions,
  methods: Methods = METHODS,
): Promise<PlanAnswer & Pick<PlanPrediction, 'because'>> {
  const ask = async (name: 'exact' | 'splitting'): Promise<PlanAnswer | OutOfReach> =>
    (await methods[name]?.(plan, episodes, options)) ?? { refused: `there is no ${name} method` };

  if (choice === 'exact' || choice === 'splitting') {
    const answered = await ask(choice);
    if ('refused' in answered) {
      throw new UserError(`${plan.file}: the ${choice} method cannot answer: ${answered.refused}`, {
        exitCode: EXIT.configuration,
        hint: 'leave --method away, and the method that can is taken',
      });
    }
    return { ...answered, because: 'it was asked for' };
  }
  if (choice === 'simulation') {
    return { ...(await simulatePlan(plan, episodes, options)), because: 'it was asked for' };
  }
  const exact = await ask('exact');
  if (!('refused' in exact)) return { ...exact, because: 'the plan is within reach of the exact method' };
  const simulated = await simulatePlan(plan, episodes, options);
  const notExact = `the exact method is out of reach: ${exact.refused}`;
  const rarest = Math.min(...simulated.services.map((service) => horizonsDown(service, simulated.trials)));
  if (rarest >= HORIZONS_DOWN_LEAST) return { ...simulated, because: notExact };
  const split = await ask('splitting');
  if ('refused' in split) {
    return { ...simulated, because: `${notExact}; splitting is, too: ${split.refused}` };
  }
  const seen = `simulation saw an outage in ${rarest} of ${simulated.trials} horizons only`;
  return { ...split, because: `${notExact}; ${seen}` };
}
