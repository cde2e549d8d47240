/**
 * What a report says, before it is laid out: one model of words and figures that every format renders. It is
 * made from the three results alone, so a report can be made again from the files of a run.
 */
import {
  type BudgetLine,
  type Judgement,
  METRICS,
  type Measured,
  type Measurement,
  type Metric,
  type ObjectiveResult,
  type Predicted,
  type Prediction,
  type Verdict,
} from '../timeline/verdict.ts';
import type { ReportContext } from './context.ts';
import { durationNotes } from './fault-durations.ts';
import {
  count,
  decimalsFor,
  figure,
  figureBeside,
  METRIC_FORMAT,
  quantity,
  shareWithin,
  target,
  withUnit,
} from './number.ts';
import type { ObjectiveRow } from './objective.ts';
import { type PartRow, partRows } from './parts-of-whole.ts';
import { sentence } from './sentence.ts';
import { stopNotes } from './stop.ts';
import type { Tone } from './tone.ts';

/** Results of a run: `predict` has the first, `chaos` the second, `verify` all three. */
export interface Results {
  readonly prediction: Prediction | undefined;
  readonly measurement: Measurement | undefined;
  readonly verdict: Verdict | undefined;
}

export interface Report {
  readonly scenario: string;
  readonly seed: string;
  readonly version: string;
  readonly window_s: number;
  /** "agrees", "differs, objective missed": what a hurried reader must see. */
  readonly headline: string;
  readonly tone: Tone;
  /** At most 80 columns where the scenario's name allows it: verdict, scenario, downtime, availability. */
  readonly summary: string;
  /** What happened, in a sentence. */
  readonly lead: string;
  /** What decided the verdict; empty where nothing was compared. */
  readonly reason: string;
  readonly metrics: readonly MetricRow[];
  readonly budget: readonly PartRow[];
  /** The sum of the budget, "2.58 s". */
  readonly budget_total: string | undefined;
  readonly objectives: readonly ObjectiveRow[];
  readonly assumptions: Prediction['assumptions'];
  readonly ignored: readonly string[];
  readonly invalid_trials: readonly string[];
  readonly notes: readonly string[];
  /** "nginx on kubernetes v1.35.4, 2 nodes"; undefined without a measurement. */
  readonly where: string | undefined;
  readonly files: readonly string[];
  readonly command: string | undefined;
  readonly results: Results;
}

export interface MetricRow {
  readonly metric: Metric;
  readonly label: string;
  /** With unit: "2.58 s". */
  readonly predicted: string | undefined;
  /** 90 % prediction interval, without unit: "[1.90, 3.40]". */
  readonly expected: string | undefined;
  readonly measured: string | undefined;
  /** Trials behind the measured mean. */
  readonly measured_trials: number;
  /** One a trial, with unit. */
  readonly measured_values: readonly string[];
  readonly judgement: Judgement | undefined;
  readonly reason: string;
  readonly values: { readonly predicted: Predicted | undefined; readonly measured: Measured | undefined };
}

const SUMMARY_COLUMNS = 80;

export function reportOf(results: Results, context: ReportContext): Report {
  const { prediction, measurement, verdict } = results;
  const first = verdict ?? prediction ?? measurement;
  if (first === undefined) throw new Error('a report needs a prediction, a measurement or a verdict');
  const metrics = METRICS.map((metric) => metricRow(metric, results)).filter((row) => row !== undefined);
  const objectiveResults = verdict?.objectives ?? measurement?.objectives ?? prediction?.objectives ?? [];
  const missed = objectiveResults.some((objective) => !objective.met);
  const headline = headlineOf(results, objectiveResults.length > 0, missed);
  const downtimeRow = metrics.find((row) => row.metric === 'downtime_s');
  const budget = budgetRows(prediction?.budget ?? [], downtimeRow);
  return {
    scenario: first.scenario,
    seed: first.seed,
    version: first.version,
    window_s: prediction?.window_s ?? measurement?.window_s ?? 0,
    headline: headline.words,
    tone: headline.tone,
    summary: summaryOf(headline.words, first.scenario, metrics),
    lead: leadOf(results, downtimeRow),
    reason: readable(verdict?.reason ?? ''),
    metrics,
    budget: budget.rows,
    budget_total: budget.total,
    objectives: objectiveResults.map((objective) => objectiveRow(objective, metrics, prediction)),
    assumptions: prediction?.assumptions ?? [],
    ignored: prediction?.ignored ?? [],
    invalid_trials: invalidTrials(measurement),
    notes: [
      ...(prediction ? [...stopNotes(prediction), ...prediction.warnings] : []),
      ...(measurement ? durationNotes(measurement) : []),
      ...(measurement?.notes ?? []),
    ],
    where: measurement?.where,
    files: context.files,
    command: context.command,
    results,
  };
}

function metricRow(metric: Metric, results: Results): MetricRow | undefined {
  const compared = results.verdict?.metrics[metric];
  const predicted = compared?.predicted ?? results.prediction?.metrics[metric]?.predicted;
  const measured = compared?.measured ?? results.measurement?.metrics[metric]?.measured;
  if (predicted === undefined && measured === undefined) return undefined;
  const decimals = decimalsOfRow(metric, predicted, measured);
  const shown = (value: number) => figure(metric, value, decimals);
  return {
    metric,
    label: METRIC_FORMAT[metric].label,
    predicted: predicted && withUnit(metric, shown(predicted.mean)),
    expected: predicted && `[${shown(predicted.pi90[0])}, ${shown(predicted.pi90[1])}]`,
    measured: measured && measured.values.length > 0 ? withUnit(metric, shown(measured.mean)) : undefined,
    measured_trials: measured?.values.length ?? 0,
    measured_values: measured?.values.map((value) => withUnit(metric, shown(value))) ?? [],
    judgement: compared?.verdict,
    reason: readable(compared?.reason ?? ''),
    values: { predicted, measured },
  };
}

/** One number of decimals for a whole row, from the spread of single runs. */
function decimalsOfRow(metric: Metric, predicted: Predicted | undefined, measured: Measured | undefined) {
  const interval = predicted?.pi90 ?? measured?.ci95 ?? [0, 0];
  const means = [predicted?.mean, measured?.mean].filter((mean) => mean !== undefined);
  return decimalsFor(metric, means, (interval[1] - interval[0]) / 2);
}

/** With the metrics called as the report calls them, beginning as a sentence does. */
function readable(reason: string): string {
  const words = METRICS.reduce(
    (text, metric) => text.replaceAll(metric, METRIC_FORMAT[metric].label),
    reason,
  );
  return sentence(words);
}

function headlineOf(
  results: Results,
  hasObjectives: boolean,
  missed: boolean,
): { words: string; tone: Tone } {
  const { verdict, measurement } = results;
  if (verdict !== undefined) {
    const tone = verdict.verdict === 'agrees' ? 'good' : verdict.verdict === 'differs' ? 'bad' : 'unsure';
    return missed
      ? { words: `${verdict.verdict}, objective missed`, tone: tone === 'good' ? 'bad' : tone }
      : { words: verdict.verdict, tone };
  }
  if (measurement !== undefined && validTrials(measurement) === 0)
    return { words: 'invalid', tone: 'unsure' };
  if (missed) return { words: 'objective missed', tone: 'bad' };
  if (hasObjectives) return { words: 'objectives met', tone: 'good' };
  return { words: measurement === undefined ? 'predicted' : 'measured', tone: 'plain' };
}

export const validTrials = (measurement: Measurement): number =>
  measurement.trials - measurement.invalid_trials.length;

/** The fullest line that fits. */
function summaryOf(headline: string, scenario: string, metrics: readonly MetricRow[]): string {
  const row = (metric: Metric) => metrics.find((candidate) => candidate.metric === metric);
  const downtime = row('downtime_s');
  const available = row('availability_time');
  const availability = available?.measured ?? available?.predicted;
  const downtimeWords = (form: 'full' | 'short') =>
    [
      ...(downtime?.measured ? [`${form === 'full' ? 'measured ' : ''}${downtime.measured}`] : []),
      ...(downtime?.predicted
        ? [`predicted ${downtime.predicted}${form === 'full' ? ` ${downtime.expected}` : ''}`]
        : []),
    ].join(', ') || 'unknown';
  const line = (name: string, form: 'full' | 'short', word: string) =>
    `${headline.toUpperCase()} ${name}: downtime ${downtimeWords(form)}${availability === undefined ? '' : `; ${word} ${availability}`}`;
  const candidates = [
    line(scenario, 'full', 'availability'),
    line(scenario, 'full', 'A'),
    line(scenario, 'short', 'availability'),
    line(scenario, 'short', 'A'),
  ];
  const fitting = candidates.find((candidate) => candidate.length <= SUMMARY_COLUMNS);
  if (fitting !== undefined) return fitting;
  const excess = line(scenario, 'short', 'A').length - SUMMARY_COLUMNS;
  return line(`${scenario.slice(0, Math.max(1, scenario.length - excess - 1))}…`, 'short', 'A');
}

function leadOf({ prediction, measurement }: Results, downtime: MetricRow | undefined): string {
  const predicted = downtime?.values.predicted;
  const measured = downtime?.values.measured;
  if (measurement !== undefined && validTrials(measurement) === 0) {
    return `None of the ${count(measurement.trials, 'trial')} is valid, so nothing can be said of what was measured.`;
  }
  if (downtime?.measured !== undefined && measured !== undefined && predicted !== undefined) {
    const [low, high] = predicted.pi90;
    const inside = measured.values.filter((value) => value >= low && value <= high).length;
    return `A run lost ${downtime.measured} on average, where ${downtime.predicted} were predicted; inside the 90 % prediction interval ${downtime.expected} s: ${inside} of ${count(measured.values.length, 'run')}.`;
  }
  if (prediction !== undefined && downtime?.expected !== undefined) {
    return `Nine runs in ten are expected to lose between ${downtime.expected.slice(1, -1).replace(', ', ' s and ')} s of the ${prediction.window_s} s observed.`;
  }
  if (measurement !== undefined && downtime?.measured !== undefined) {
    return `A run lost ${downtime.measured} of the ${measurement.window_s} s observed, on average over ${count(downtime.measured_trials, 'run')}; nothing was predicted to compare it with.`;
  }
  return 'Nothing is known of the downtime.';
}

function budgetRows(
  budget: readonly BudgetLine[],
  downtime: MetricRow | undefined,
): { rows: PartRow[]; total: string | undefined } {
  const predicted = downtime?.values.predicted;
  const half_width = predicted === undefined ? 0 : (predicted.pi90[1] - predicted.pi90[0]) / 2;
  const decimals = Math.max(2, decimalsFor('downtime_s', [], half_width));
  const shown = (seconds: number) => quantity('downtime_s', seconds, decimals);
  const rows = partRows(
    budget.map(({ mechanism, seconds }) => ({ name: mechanism, amount: seconds })),
    shown,
  );
  if (rows.length === 0) return { rows, total: undefined };
  const total = budget.reduce((sum, { seconds }) => sum + seconds, 0);
  return { rows, total: downtime?.predicted ?? shown(total) };
}

/** Records count trials from 0, people from 1. */
export const trialName = (trial: number): string => String(trial + 1);

/**
 * Trials that fell to the same cause share a line. One that was repeated goes on under its number, so that what is not
 * counted was an earlier attempt at it.
 */
function invalidTrials(measurement: Measurement | undefined): string[] {
  const { invalid_trials: invalid = [], outages = [] } = measurement ?? {};
  const last = new Map(invalid.map((each) => [each.trial, each]));
  const isRepeated = (each: (typeof invalid)[number]) =>
    last.get(each.trial) !== each || outages.some(({ trial }) => trial === each.trial);
  const byLine = Map.groupBy(invalid, (each) => `${isRepeated(each)} ${each.because.join('; ')}`);
  return [...byLine.values()].map((trials) => {
    const cause = trials[0]?.because.join('; ');
    const names = [...new Set(trials.map(({ trial }) => trialName(trial)))];
    const what = `${names.length === 1 ? 'trial' : 'trials'} ${names.join(', ')}`;
    const are = trials.length === 1 ? 'is' : 'are';
    if (!trials.some(isRepeated)) return `${what} ${are} not counted: ${cause}`;
    const attempts = trials.length === 1 ? 'an earlier attempt' : 'earlier attempts';
    return `${attempts} at ${what} ${are} not counted: ${cause}`;
  });
}

function objectiveRow(
  objective: ObjectiveResult,
  metrics: readonly MetricRow[],
  prediction: Prediction | undefined,
): ObjectiveRow {
  const { metric, bound, met } = objective;
  const values = metrics.find((row) => row.metric === metric)?.values;
  const decimals = decimalsOfRow(metric, values?.predicted, values?.measured);
  const shown = (what: string, value: number | undefined) =>
    value === undefined
      ? []
      : [`${what} ${withUnit(metric, figureBeside(metric, value, objective.target, decimals))}`];
  const trials_met = prediction?.objectives.find((other) => other.metric === metric)?.trials_met;
  const each = trials_met && `${shareWithin(trials_met.share, trials_met.ci95)} of simulated trials meet it`;
  return {
    met,
    each: each ?? '',
    what: `${METRIC_FORMAT[metric].label} ${bound === 'at-least' ? 'at least' : 'at most'} ${withUnit(metric, target(metric, objective.target))}`,
    shown: [...shown('predicted', objective.predicted), ...shown('measured', objective.measured)].join(', '),
  };
}
