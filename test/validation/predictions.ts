import type { Scenario } from '../../src/scenario/scenario.ts';
import { predict } from '../../src/sim/predict.ts';
import type { Observation } from '../../src/timeline/observation.ts';
import { Score } from '../../src/timeline/score.ts';
import type { BudgetLine } from '../../src/timeline/verdict.ts';

/** A prediction trial by trial, so that whole distributions can be held against each other. */
export interface PredictedTrials {
  readonly observations: readonly Observation[];
  readonly budget: readonly BudgetLine[];
}

export async function predictTrials(scenario: Scenario): Promise<PredictedTrials> {
  const observations: Observation[] = [];
  let score: Score | undefined;
  // One score at a time: each holds all requests of its trial.
  const finish = () => {
    if (score !== undefined) observations.push(score.observation());
  };
  const { budget } = await predict(scenario, {
    recorderForTrial() {
      finish();
      score = new Score();
      return score;
    },
  });
  finish();
  return { observations, budget };
}
