/** What a comparison of two scenarios says, before it is laid out; every format renders it. */
import type { ComparedMetric, Comparison } from '../../timeline/comparison.ts';
import { METRICS, type Metric } from '../../timeline/verdict.ts';
import type { ReportContext } from '../context.ts';
import { count, decimalsFor, grouped, METRIC_FORMAT, quantity } from '../number.ts';
import { stopNotes } from '../stop.ts';
import type { Tone } from '../tone.ts';

export interface ComparisonReport extends ReportContext {
  /** "1.8 s less downtime" */
  readonly headline: string;
  /** 95 % interval of that: "1.7 to 1.9 s less"; empty where nothing varies. */
  readonly known: string;
  /** "LESS DOWNTIME faster against shop: 1.8 s less [1.7, 1.9]" */
  readonly summary: string;
  readonly tone: Tone;
  /** How sure that is, in a sentence or two. */
  readonly lead: string;
  /** Names of the two. */
  readonly scenario: string;
  readonly against: string;
  readonly seed: string;
  readonly version: string;
  readonly metrics: readonly ComparisonRow[];
  /** Mechanisms of which the two spend differently much. */
  readonly budget: readonly BudgetDifferenceRow[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  readonly comparison: Comparison;
}

export interface ComparisonRow {
  readonly metric: Metric;
  readonly label: string;
  /** With unit: "6.42 s". */
  readonly scenario: string;
  readonly against: string;
  /** "-1.77 s"; of shares in points: "+5.9 pp". */
  readonly difference: string;
  /** 95 % interval, without unit: "[-1.84, -1.70]". */
  readonly interval: string;
  /** "16 x", "all" where the difference is the same in every trial, "-" where there is none. */
  readonly gain: string;
}

export interface BudgetDifferenceRow {
  readonly mechanism: string;
  readonly scenario: string;
  readonly against: string;
  readonly difference: string;
}

export function comparisonReportOf(comparison: Comparison, context: ReportContext): ComparisonReport {
  const { scenario, against, metrics, trials, stop, seed, version, warnings } = comparison;
  const { downtime_s } = metrics;
  const { words, tone } = headlineOf(downtime_s);
  const change = downtime_s && changeOf(downtime_s);
  const amount = change === undefined ? '' : `: ${change.amount}${change.direction}`;
  return {
    ...context,
    headline: tone === 'good' || tone === 'bad' ? `${change?.amount} ${words}` : words,
    known: change?.known ?? '',
    summary: [
      `${words.toUpperCase()} ${scenario.name} against ${against.name}${amount}`,
      ...(change === undefined || change.interval === '' ? [] : [change.interval]),
    ].join(' '),
    tone,
    lead: leadOf(comparison),
    scenario: scenario.name,
    against: against.name,
    seed,
    version,
    metrics: METRICS.flatMap((metric) => {
      const compared = metrics[metric];
      return compared === undefined ? [] : [comparisonRow(metric, compared)];
    }),
    budget: budgetRows(comparison),
    warnings,
    notes: [
      ...stopNotes({ trials, stop }),
      ...(Object.values(metrics).some(({ gain }) => gain !== undefined) ? [GAIN_WORDS] : []),
    ],
    comparison,
  };
}

function headlineOf(downtime: ComparedMetric | undefined): { readonly words: string; readonly tone: Tone } {
  const [low, high] = downtime?.difference.ci95 ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (high < 0) return { words: 'less downtime', tone: 'good' };
  if (low > 0) return { words: 'more downtime', tone: 'bad' };
  if (low === 0 && high === 0) return { words: 'same downtime', tone: 'plain' };
  return { words: 'no clear difference', tone: 'unsure' };
}

interface Change {
  /** "1.77 s" */
  readonly amount: string;
  /** " less" or " more"; empty where the mean is the same. */
  readonly direction: string;
  /** "[1.70, 1.84]" in that direction; empty where nothing varies. */
  readonly interval: string;
  /** The same in words: "95 % interval: 1.70 to 1.84 s less". */
  readonly known: string;
}

function changeOf(downtime: ComparedMetric): Change {
  const { mean, ci95, sd } = downtime.difference;
  const decimals = decimalsOf('downtime_s', downtime);
  const amount = quantity('downtime_s', Math.abs(mean), decimals);
  const direction = mean === 0 ? '' : mean < 0 ? ' less' : ' more';
  if (sd === 0) return { amount, direction, interval: '', known: '' };
  const [low, high] = (mean < 0 ? [-ci95[1], -ci95[0]] : ci95).map((end) => end.toFixed(decimals));
  return {
    amount,
    direction,
    interval: `[${low}, ${high}]`,
    known: `95 % interval: ${low} to ${high} s${direction}`,
  };
}

function leadOf({ trials, metrics: { downtime_s } }: Comparison): string {
  if (downtime_s === undefined) return 'Nothing is known of the downtime.';
  const { less, more, gain } = downtime_s;
  const of = (share: number) => `${grouped(String(Math.round(share * trials)))}`;
  if (less + more === 0)
    return `In each of ${count(trials, 'pair')} of trials with the same luck both lose the same.`;
  const luck = `In ${of(less)} of ${count(trials, 'pair')} of trials with the same luck it loses less, in ${of(more)} more.`;
  if (gain === undefined) return luck;
  return `${luck} ${gainText(gain)}`;
}

function gainText(gain: number): string {
  if (gain < 1.05)
    return 'Sharing their luck did not help here: as many trials with different luck would do.';
  return `With different luck it would take ${gainFigure(gain)} times as many trials to know the difference as well.`;
}

/** Two digits: "1.6", "16", "2,400". */
function gainFigure(gain: number): string {
  return gain < 10 ? gain.toFixed(1) : grouped(String(Number(gain.toPrecision(2))));
}

function comparisonRow(metric: Metric, compared: ComparedMetric): ComparisonRow {
  const decimals = decimalsOf(metric, compared);
  const { mean, ci95 } = compared.difference;
  const { scale, unit } = METRIC_FORMAT[metric];
  const signed = (value: number) => signedFigure(value * scale, decimals);
  const unitOfDifference = unit === '%' ? 'pp' : unit;
  return {
    metric,
    label: METRIC_FORMAT[metric].label,
    scenario: quantity(metric, compared.scenario, decimals),
    against: quantity(metric, compared.against, decimals),
    difference: unitOfDifference === '' ? signed(mean) : `${signed(mean)} ${unitOfDifference}`,
    interval: `[${signed(ci95[0])}, ${signed(ci95[1])}]`,
    gain: compared.gain === undefined ? (mean === 0 ? '-' : 'all') : `${gainFigure(compared.gain)} x`,
  };
}

/** "+1,204.5", "-0.02", "0.00" */
function signedFigure(value: number, decimals: number): string {
  const digits = grouped(Math.abs(value).toFixed(decimals));
  if (!/[1-9]/.test(digits)) return digits;
  return `${value < 0 ? '-' : '+'}${digits}`;
}

function decimalsOf(metric: Metric, { difference: { ci95 } }: ComparedMetric): number {
  return decimalsFor(metric, [], (ci95[1] - ci95[0]) / 2);
}

/** Below this share of all that changed, a mechanism is not told. */
const CHANGE_SHARE_LEAST = 0.01;

function budgetRows({ budget, metrics: { downtime_s } }: Comparison): BudgetDifferenceRow[] {
  const changes = budget.map(({ scenario_s, against_s }) => Math.abs(scenario_s - against_s));
  const changed = changes.reduce((sum, change) => sum + change, 0);
  const decimals = Math.max(2, downtime_s === undefined ? 2 : decimalsOf('downtime_s', downtime_s));
  return budget
    .filter((_, index) => changed > 0 && changes[index]! >= CHANGE_SHARE_LEAST * changed)
    .map(({ mechanism, scenario_s, against_s }) => ({
      mechanism,
      scenario: quantity('downtime_s', scenario_s, decimals),
      against: quantity('downtime_s', against_s, decimals),
      difference: `${signedFigure(scenario_s - against_s, decimals)} s`,
    }));
}

/** What the columns of figures mean; the same words in every format. */
export const COMPARISON_COLUMNS = {
  difference: 'difference',
  interval: '95 % interval',
  gain: 'gain',
} as const;

const GAIN_WORDS = 'gain: so many times more trials with different luck would know the difference as well';
