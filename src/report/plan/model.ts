/**
 * What a report of a plan says, before it is laid out: one model of words and figures that every format renders. It is
 * made from the stored results alone, so a report can be made again from the files of a run.
 */
import type { PlanCurve } from '../../timeline/plan-curve.ts';
import type { PlanPrediction, ServicePrediction } from '../../timeline/plan-prediction.ts';
import type { ReportContext } from '../context.ts';
import type { ObjectiveRow } from '../objective.ts';
import { type PartRow, partRows } from '../parts-of-whole.ts';
import { stopNotes } from '../stop.ts';
import type { Tone } from '../tone.ts';
import { type CurveReport, curveReport } from './curve.ts';
import {
  availability,
  horizon,
  number,
  roughNumber,
  type Shown,
  scaled,
  spanWithin,
  unavailability,
  withInterval,
  YEAR_S,
} from './figures.ts';
import { objectiveRows } from './objectives.ts';
import {
  answerOf,
  downtimeOf,
  type FigureRow,
  figureRows,
  headingOf,
  leadOf,
  rangeText,
  yearsWithoutOutage,
} from './words.ts';

/** Results of a run: the curve where numbers of units were varied. */
export interface PlanResults {
  readonly prediction: PlanPrediction;
  readonly curve: PlanCurve | undefined;
}

export interface PlanReport {
  readonly plan: string;
  readonly seed: string;
  readonly version: string;
  /** "objective missed": what a hurried reader must see. */
  readonly headline: string;
  readonly tone: Tone;
  readonly services: readonly ServiceReport[];
  /** "exact", "simulation of 1,000 years". */
  readonly method: string;
  readonly because: string;
  /** Where the figures may be off. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  readonly curve: CurveReport | undefined;
  readonly assumptions: PlanPrediction['assumptions'];
  readonly files: readonly string[];
  readonly command: string | undefined;
  readonly results: PlanResults;
}

export interface ServiceReport {
  readonly name: string;
  readonly tone: Tone;
  /** "objective missed"; empty where there is none. */
  readonly verdict: string;
  /** "shop: 52 min of downtime a year" */
  readonly heading: string;
  /** "shop: 52 min of downtime a year (95 %: 48 to 56), 99.990 %" */
  readonly answer: string;
  /** What to expect of a single year, in a sentence or two. */
  readonly lead: string;
  readonly downtime: Shown;
  readonly availability: string;
  readonly unavailability: Shown;
  /** Where nine in ten years are: "nothing to 3.1 h". */
  readonly single: string | undefined;
  /** Chance of a year without outage. */
  readonly calm: Shown | undefined;
  readonly figures: readonly FigureRow[];
  readonly causes: readonly CauseRow[];
  /** The sum of the causes, "52 min". */
  readonly causes_total: string;
  readonly causes_outages: string;
  readonly objectives: readonly ObjectiveRow[];
}

export interface CauseRow extends PartRow {
  /** Outages a year: "0.41". */
  readonly outages: string;
}

export function planReportOf(results: PlanResults, context: ReportContext): PlanReport {
  const { prediction, curve } = results;
  const services = prediction.services.map((service) => serviceReport(service, prediction));
  const objectives = services.flatMap((service) => service.objectives);
  return {
    plan: prediction.plan,
    seed: prediction.seed,
    version: prediction.version,
    headline: verdictOf(objectives) || 'predicted',
    tone: toneOf(objectives),
    services,
    method: methodText(prediction),
    because: prediction.because.replace(/\.$/, ''),
    warnings: prediction.warnings,
    notes: notesOf(prediction),
    curve: curve && curveReport(curve),
    assumptions: prediction.assumptions,
    files: context.files,
    command: context.command,
    results,
  };
}

function notesOf(prediction: PlanPrediction): string[] {
  const { stop, repairs, horizon_s } = prediction;
  return [
    ...(repairs === undefined
      ? []
      : [
          `repairs that end in a year, of all units: ${withInterval(number(scaled(repairs, YEAR_S / horizon_s)))}`,
        ]),
    ...(stop === undefined ? [] : stopNotes({ ...prediction, stop })),
  ];
}

/** Empty where there is none. */
function verdictOf(objectives: readonly ObjectiveRow[]): string {
  if (objectives.length === 0) return '';
  const missed = objectives.filter(({ met }) => !met).length;
  if (missed === 0) return objectives.length === 1 ? 'objective met' : 'objectives met';
  return missed === 1 ? 'objective missed' : 'objectives missed';
}

function toneOf(objectives: readonly ObjectiveRow[]): Tone {
  if (objectives.length === 0) return 'plain';
  return objectives.every(({ met }) => met) ? 'good' : 'bad';
}

function methodText({ method, trials, horizon_s }: PlanPrediction): string {
  const { one, count: horizons } = horizon(horizon_s);
  if (method === 'exact') return `exact, over ${one}`;
  return method === 'simulation'
    ? `simulation of ${horizons(trials)}`
    : `splitting, from ${horizons(trials)}`;
}

function serviceReport(service: ServicePrediction, prediction: PlanPrediction): ServiceReport {
  const objectives = objectiveRows(service, prediction);
  const { pi90 } = service.downtime_s;
  return {
    name: service.name,
    tone: toneOf(objectives),
    verdict: verdictOf(objectives),
    heading: headingOf(service, prediction),
    answer: answerOf(service, prediction),
    lead: leadOf(service, prediction),
    downtime: downtimeOf(service, prediction.method),
    availability: availability(service.unavailability.mean),
    unavailability: unavailability(service.unavailability),
    single: pi90 && rangeText(pi90),
    calm: yearsWithoutOutage(service),
    figures: figureRows(service, prediction),
    ...causesOf(service, YEAR_S / prediction.horizon_s),
    objectives,
  };
}

/** @param a_year horizons */
function causesOf(
  { causes, downtime_min_per_year }: ServicePrediction,
  a_year: number,
): Pick<ServiceReport, 'causes' | 'causes_total' | 'causes_outages'> {
  const parts = causes.map(({ cause, downtime_s, outages }) => ({
    name: cause,
    amount: downtime_s * a_year,
    outages: outages * a_year,
  }));
  const whole_s = downtime_min_per_year.mean * 60;
  const rows = partRows(parts, spanWithin(whole_s));
  const all = parts.reduce((sum, { outages }) => sum + outages, 0);
  // What has no row of its own is told with others, in the last one.
  const told = new Map(
    parts
      .filter(({ name }) => rows.some((row) => row.name === name))
      .map((part) => [part.name, part.outages]),
  );
  const rest = all - [...told.values()].reduce((sum, outages) => sum + outages, 0);
  return {
    causes: rows.map((row) => ({ ...row, outages: roughNumber(told.get(row.name) ?? rest) })),
    causes_total: spanWithin(whole_s)(whole_s),
    causes_outages: roughNumber(all),
  };
}
