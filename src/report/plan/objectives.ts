import type { Estimate, PlanPrediction, ServicePrediction } from '../../timeline/plan-prediction.ts';
import { shareWithin } from '../number.ts';
import type { ObjectiveRow } from '../objective.ts';
import { availabilityBeside, horizon, isExact, spanBeside, spanTarget } from './figures.ts';

type Objective = ServicePrediction['objectives'][number];

/** The objectives of a service; where there are several services, each is named. */
export function objectiveRows(service: ServicePrediction, prediction: PlanPrediction): ObjectiveRow[] {
  const { one, many } = horizon(prediction.horizon_s);
  const of = prediction.services.length > 1 ? `${service.name}: ` : '';
  return service.objectives.map((objective) => {
    const { met, trials_met } = objective;
    const { what, shown, estimate, bound } = wordsOf(objective, service, one);
    const isOpen = !isExact(estimate) && estimate.ci95[0] < bound && bound < estimate.ci95[1];
    return {
      met,
      what: `${of}${what}`,
      shown: `predicted ${shown}`,
      each:
        trials_met === undefined
          ? ''
          : `${shareWithin(trials_met.share, trials_met.ci95)} of simulated ${many} meet it`,
      ...(isOpen && { doubt: 'the target lies within the 95 % interval: more trials may differ' }),
    };
  });
}

interface Words {
  readonly what: string;
  readonly shown: string;
  /** What decides, and the most it may be. */
  readonly estimate: Estimate;
  readonly bound: number;
}

function wordsOf({ metric, target, predicted }: Objective, service: ServicePrediction, one: string): Words {
  if (metric === 'availability') {
    return {
      what: `availability at least ${Number((target * 100).toPrecision(12))} %`,
      shown: availabilityBeside(1 - predicted, target),
      estimate: service.unavailability,
      bound: 1 - target,
    };
  }
  return {
    what: `downtime at most ${spanTarget(target)} in ${one}`,
    shown: spanBeside(predicted, target),
    estimate: service.downtime_s,
    bound: target,
  };
}
