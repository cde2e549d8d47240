/** From samples to a calibration: every timing that they tell of is fitted; of every other it says why not. */
import type { Distribution } from '../scenario/distribution.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { TIMING, type TimingName } from '../scenario/timing.ts';
import type { ApplicationField, Calibration, CalibrationEntry } from './calibration-file.ts';
import { type Fit, fitIntervals, fitSamples } from './fit.ts';
import { type Interval, isExact, middle } from './interval.ts';
import { LEGS, type Leg, type Legs } from './legs.ts';
import { applicationRecipes, clusterRecipes, type Part, type Recipe } from './recipes.ts';
import { remainder } from './remainder.ts';
import { pool, type RunSamples } from './samples.ts';
import type { Subject } from './subject.ts';

/** One line of the report. */
export interface CalibratedTiming {
  readonly name: TimingName | ApplicationField;
  /** undefined for what is the cluster's. */
  readonly application: string | undefined;
  /** What a prediction uses without a calibration: for an application, what the scenario or its default says. */
  readonly default: Distribution;
  /** undefined where nothing was measured. */
  readonly entry: CalibrationEntry | undefined;
  /** Where nothing was measured: why. */
  readonly because: string | undefined;
}

export interface Calibrated {
  readonly calibration: Calibration;
  readonly timings: readonly CalibratedTiming[];
}

/**
 * @param scenario whose workload is the subject; its timing stands for what was not measured
 * @param runs at least one; the date and the cluster of the last are the calibration's
 */
export function calibrate(scenario: Scenario, subject: Subject, runs: readonly RunSamples[]): Calibrated {
  const { header } = runs.at(-1)!;
  const pooled = pool(runs);
  const own = pooled.applications.get(subject.application) ?? {};
  const legs: Legs = { ...pooled.legs, ...own };
  /** What has been fitted so far. */
  const known = new Map<string, Distribution>(Object.entries(scenario.timing));
  const timings: CalibratedTiming[] = [];
  for (const recipe of clusterRecipes(subject)) {
    const entry = entryOf(recipe, legs, known);
    if (entry !== undefined) known.set(recipe.name, entry.distribution);
    timings.push(lineOf(recipe, TIMING[recipe.name].default, entry, undefined));
  }
  for (const recipe of applicationRecipes(scenario, subject)) {
    const entry = entryOf(recipe, legs, known);
    const before = subject.container.application[recipe.name];
    timings.push(lineOf(recipe, before, entry, subject.application));
  }
  return {
    timings,
    calibration: {
      date: header.date,
      foreshock: header.foreshock,
      cluster: header.cluster,
      scenario: header.scenario,
      kills: pooled.kills,
      timing: entriesOf(timings, undefined),
      applications: { [subject.application]: entriesOf(timings, subject.application) },
    },
  };
}

function lineOf(
  { name, because }: Recipe<TimingName | ApplicationField>,
  before: Distribution,
  entry: CalibrationEntry | undefined,
  application: string | undefined,
): CalibratedTiming {
  return { name, application, default: before, entry, because: entry === undefined ? because : undefined };
}

function entriesOf(timings: readonly CalibratedTiming[], application: string | undefined) {
  const own = timings.filter((each) => each.application === application && each.entry !== undefined);
  return Object.fromEntries(own.map(({ name, entry }) => [name, entry]));
}

function entryOf(
  { legs: names, otherwise = [], less }: Recipe<string>,
  legs: Legs,
  known: ReadonlyMap<string, Distribution>,
): CalibrationEntry | undefined {
  const isSeen = (name: Leg) => legs[name] !== undefined;
  const seen = names.some(isSeen) ? names.filter(isSeen) : otherwise.filter(isSeen);
  const samples = seen.flatMap((name) => legs[name] ?? []);
  if (samples.length === 0) return undefined;
  const parts = less.map((part) => (typeof part === 'string' ? known.get(part)! : part.distribution));
  const fit = fitOf(samples, parts);
  if (fit === undefined) return undefined;
  const taken = less.length === 0 ? '' : `, less ${less.map(nameOf).join(' and ')}`;
  const { distribution, n, mean_ms, sd_ms, goodness, warning } = fit;
  return {
    distribution,
    n,
    mean_ms,
    sd_ms,
    goodness,
    warning,
    source: `${seen.map((name) => LEGS[name]).join('; ')}${taken}`,
  };
}

const nameOf = (part: Part): string => (typeof part === 'string' ? part : part.what);

function fitOf(samples: readonly Interval[], parts: readonly Distribution[]): Fit | undefined {
  if (!samples.some(({ high_ms }) => Number.isFinite(high_ms))) return undefined;
  if (parts.length > 0) return remainder(samples, parts);
  return samples.every(isExact) ? fitSamples(samples.map(middle)) : fitIntervals(samples);
}
