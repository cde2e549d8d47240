import type { Scenario } from '../../src/scenario/scenario.ts';
import { predict } from '../../src/sim/predict.ts';
import { tee } from '../../src/timeline/event.ts';
import type { Observation } from '../../src/timeline/observation.ts';
import { PhaseRecorder, type PhaseTimes } from '../../src/timeline/phases.ts';
import { Score } from '../../src/timeline/score.ts';
import type { BudgetLine } from '../../src/timeline/verdict.ts';

/** A prediction trial by trial, so that whole distributions can be held against each other. */
export interface PredictedTrials {
  readonly observations: readonly Observation[];
  readonly budget: readonly BudgetLine[];
  /** Of each trial, what its outages were spent on. */
  readonly phases: readonly PhaseTimes[];
}

export async function predictTrials(scenario: Scenario): Promise<PredictedTrials> {
  const observations: Observation[] = [];
  const phases: PhaseTimes[] = [];
  let trial: { readonly score: Score; readonly recorder: PhaseRecorder } | undefined;
  // One score at a time: each holds all requests of its trial.
  const finish = () => {
    if (trial === undefined) return;
    const observation = trial.score.observation();
    observations.push(observation);
    phases.push(trial.recorder.phases(observation.outages));
  };
  const { budget } = await predict(scenario, {
    recorderForTrial() {
      finish();
      trial = { score: new Score(), recorder: new PhaseRecorder() };
      return tee(trial.score, trial.recorder);
    },
  });
  finish();
  return { observations, budget, phases };
}
