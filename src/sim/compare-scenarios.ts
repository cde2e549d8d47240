/**
 * Holds two scenarios against each other with common random numbers: both are predicted under one seed, so the same
 * trial of the two draws the same delays where the scenarios do not differ, and luck that both share falls out of the
 * difference. It is known from fewer trials then, often from hundreds of times fewer.
 *
 * @example
 * const [faster, asItIs] = ['faster.yaml', 'shop.yaml'].map((file) => loadScenario(file, { seed: '1' }));
 * const { metrics } = await compareScenarios(faster, asItIs);
 * metrics.downtime_s?.difference; // mean and interval of what the change saves, in seconds: negative
 */
import type { Scenario } from '../scenario/scenario.ts';
import type { ComparedMetric, ComparedScenario, Comparison } from '../timeline/comparison.ts';
import { METRICS, type Metric, type Prediction } from '../timeline/verdict.ts';
import type { MetricValues } from './estimate/replication.ts';
import { RunningMean } from './estimate/running-mean.ts';
import { DECIDING_LEAST } from './estimate/warnings.ts';
import { type PredictionProgress, type PredictOptions, predict } from './predict.ts';

export interface CompareOptions extends Pick<PredictOptions, 'limits' | 'platform' | 'workers' | 'threads'> {
  /** Trials of each; those of `scenario` where not given. */
  readonly trials?: number | undefined;
  /** Told now and then how far it is with one of the two. */
  readonly onProgress?: ((which: 'scenario' | 'against', progress: PredictionProgress) => void) | undefined;
}

/**
 * @param scenario its limits, or its number of trials, decide how many there are of each
 * @param against with the same seed
 * @throws RangeError where the seeds differ: then nothing is common
 */
export async function compareScenarios(
  scenario: Scenario,
  against: Scenario,
  { trials, limits, onProgress, ...options }: CompareOptions = {},
): Promise<Comparison> {
  if (scenario.seed !== against.seed) {
    throw new RangeError(`seeds ${scenario.seed} and ${against.seed} have no luck in common`);
  }
  const one = await predicted(scenario, {
    ...options,
    trials,
    limits,
    onProgress: (progress) => onProgress?.('scenario', progress),
  });
  const other = await predicted(against, {
    ...options,
    trials: one.prediction.trials,
    onProgress: (progress) => onProgress?.('against', progress),
  });
  const { version, seed, platform, trials: taken, stop } = one.prediction;
  const metrics = comparedMetrics(one.trials, other.trials);
  return {
    schema: 'foreshock.comparison/v1',
    version,
    seed,
    platform,
    trials: taken,
    stop,
    scenario: about(scenario),
    against: about(against),
    metrics,
    budget: comparedBudgets(one.prediction, other.prediction),
    warnings: warningsOf(scenario, against, metrics, taken),
  };
}

async function predicted(
  scenario: Scenario,
  options: PredictOptions,
): Promise<{ readonly prediction: Prediction; readonly trials: readonly MetricValues[] }> {
  const trials: MetricValues[] = [];
  const prediction = await predict(scenario, { ...options, onTrial: (values) => trials.push(values) });
  return { prediction, trials };
}

const about = ({ name, file, load }: Scenario): ComparedScenario => ({
  name,
  file,
  window_s: load.duration_ms / 1000,
});

function comparedMetrics(
  scenario: readonly MetricValues[],
  against: readonly MetricValues[],
): Partial<Record<Metric, ComparedMetric>> {
  const metrics: Partial<Record<Metric, ComparedMetric>> = {};
  for (const metric of METRICS) {
    const of = (trials: readonly MetricValues[]) =>
      trials.map((trial) => trial[metric]).filter((value) => value !== undefined);
    const [ours, theirs] = [of(scenario), of(against)];
    if (ours.length < scenario.length || theirs.length < against.length) continue;
    metrics[metric] = comparedMetric(ours, theirs);
  }
  return metrics;
}

/** @param ours of each trial, as `theirs`; at least one */
export function comparedMetric(ours: readonly number[], theirs: readonly number[]): ComparedMetric {
  const differences = ours.map((value, trial) => value - theirs[trial]!);
  const [one, other, difference] = [ours, theirs, differences].map((values) => RunningMean.of(values));
  const { count, mean, sd, ci95 } = difference!;
  const independent = one!.sd ** 2 + other!.sd ** 2;
  const paired = sd ** 2;
  const share = (isCounted: (value: number) => boolean) => differences.filter(isCounted).length / count;
  return {
    scenario: one!.mean,
    against: other!.mean,
    // A single trial has no spread to tell of.
    difference: { mean, ci95: count < 2 ? [mean, mean] : ci95, sd },
    less: share((value) => value < 0),
    more: share((value) => value > 0),
    variance: { independent, paired },
    ...(paired > 0 && { gain: independent / paired }),
  };
}

function comparedBudgets(scenario: Prediction, against: Prediction): Comparison['budget'] {
  const seconds = ({ budget }: Prediction) =>
    new Map(budget.map(({ mechanism, seconds }) => [mechanism, seconds]));
  const [ours, theirs] = [seconds(scenario), seconds(against)];
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .map((mechanism) => ({
      mechanism,
      scenario_s: ours.get(mechanism) ?? 0,
      against_s: theirs.get(mechanism) ?? 0,
    }))
    .sort((a, b) => change(b) - change(a) || (a.mechanism < b.mechanism ? -1 : 1));
}

const change = (line: Comparison['budget'][number]): number => Math.abs(line.scenario_s - line.against_s);

function warningsOf(
  scenario: Scenario,
  against: Scenario,
  { downtime_s }: Comparison['metrics'],
  trials: number,
): string[] {
  const [ours, theirs] = [about(scenario), about(against)];
  const differing = downtime_s === undefined ? 0 : Math.round((downtime_s.less + downtime_s.more) * trials);
  return [
    ...(ours.window_s === theirs.window_s
      ? []
      : [
          `the two observe ${ours.window_s} s and ${theirs.window_s} s: what one loses the other may not see`,
        ]),
    ...(differing > 0 && differing < Math.min(DECIDING_LEAST, trials)
      ? [`downtime differs in only ${differing} of ${trials} trials: its difference rests on these few`]
      : []),
  ];
}
