import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Configuration } from './configurations.ts';
import { type Check, type Figures, figuresOf, isWithinLuck, missedOf } from './criteria.ts';
import type { MeasuredTrial, Sorted } from './measured-trials.ts';
import { type PredictedTrials, predictTrials } from './predictions.ts';

/** A prediction of a configuration beside its measured trials. */
export interface Judged extends PredictedTrials {
  readonly figures: Figures;
}

export interface Outcome {
  readonly configuration: Configuration;
  /** The valid ones. */
  readonly measured: readonly MeasuredTrial[];
  readonly invalid: number;
  readonly stale: number;
  readonly defaults: Judged;
  readonly calibrated: Judged | undefined;
  /** By the prediction that is held to everything (`judgedOf`). */
  readonly missed: readonly Check[];
}

/**
 * Predicts and compares.
 *
 * @param calibrate fits a scenario to the cluster; undefined where nothing is calibrated
 * @returns undefined where nothing valid is measured
 */
export async function judge(
  configuration: Configuration,
  scenario: Scenario,
  { valid, invalid, stale }: Sorted,
  calibrate: ((scenario: Scenario) => Scenario) | undefined,
): Promise<Outcome | undefined> {
  if (valid.length === 0) return undefined;
  const measured = valid.map(({ observation }) => observation);
  const beside = async (predicted: Scenario): Promise<Judged> => {
    const trials = await predictTrials(predicted);
    return { ...trials, figures: figuresOf(trials.observations, measured) };
  };
  const defaults = await beside(scenario);
  const calibrated = calibrate && (await beside(calibrate(scenario)));
  return {
    configuration,
    measured: valid,
    invalid: invalid.length,
    stale: stale.length,
    defaults,
    calibrated,
    missed: missedOf(judgedOf({ calibrated, defaults }).figures),
  };
}

/** The prediction that is held to everything: the calibrated one where there is one. */
export const judgedOf = ({ calibrated, defaults }: Pick<Outcome, 'calibrated' | 'defaults'>): Judged =>
  calibrated ?? defaults;

/** Misses that neither luck nor the configuration's explanation accounts for. */
export function unexplained({ configuration, missed }: Outcome): readonly Check[] {
  return configuration.explanation === undefined ? missed.filter((check) => !isWithinLuck(check)) : [];
}
