/**
 * The numbers behind the main picture: which share of the runs is up at each moment, as predicted, as
 * measured, and in what band the measured share is expected.
 */
import type { Measurement, Prediction } from '../../timeline/verdict.ts';

export interface Point {
  readonly at_ms: number;
  /** Fraction of runs that are up. */
  readonly up: number;
}

export interface BandPoint {
  readonly at_ms: number;
  readonly low: number;
  readonly high: number;
}

export interface TimelineSeries {
  /** What is drawn of the window: all of it, or the part in which anything happens. */
  readonly from_ms: number;
  readonly to_ms: number;
  readonly window_ms: number;
  readonly predicted: readonly Point[];
  /** 90 % band of the share that `trials` runs show; empty where nothing was measured. */
  readonly band: readonly BandPoint[];
  /** Steps: the share holds until the next point. */
  readonly measured: readonly Point[];
  readonly trials: Measurement['outages'];
  /** As they happened; where nothing was measured, as they are planned. */
  readonly faults: readonly FaultMark[];
}

export interface FaultMark {
  readonly name: string;
  readonly begin_ms: number;
}

/** Below this part of the window, what happens is drawn alone. */
const CROP_BELOW = 0.6;
const MARGIN = 0.25;
const MARGIN_MS_LEAST = 500;

export function timelineSeries(
  prediction: Prediction | undefined,
  measurement: Measurement | undefined,
): TimelineSeries {
  const window_ms = (prediction?.window_s ?? measurement?.window_s ?? 0) * 1000;
  const trials = measurement?.outages ?? [];
  const counted = new Set(trials.map(({ trial }) => trial));
  const planned = (prediction?.faults ?? []).map(({ name, at_ms }) => ({ name, begin_ms: at_ms }));
  const faults: readonly FaultMark[] =
    measurement === undefined ? planned : measurement.faults.filter(({ trial }) => counted.has(trial));
  const predicted = predictedShare(prediction);
  const range = interestingRange(window_ms, predicted, trials, faults);
  return {
    ...range,
    window_ms,
    predicted: withoutRepeats(predicted),
    band: trials.length === 0 ? [] : withoutRepeats(predicted.map((point) => bandAt(point, trials.length))),
    measured: measuredShare(trials),
    trials,
    faults,
  };
}

/** The fraction of runs that are up at a moment; `steps` in order of time. */
export function valueAt<T extends { readonly at_ms: number }>(
  steps: readonly T[],
  at_ms: number,
): T | undefined {
  return steps.findLast((step) => step.at_ms <= at_ms);
}

/**
 * Smallest k with P(X <= k) >= probability, X the number of successes in `trials`. In logarithms: of a hundred trials
 * with a success of 0.999 the chance of none is less than a double can hold.
 */
export function binomialQuantile(probability: number, trials: number, success: number): number {
  if (success <= 0) return 0;
  if (success >= 1) return trials;
  const log_odds = Math.log(success) - Math.log1p(-success);
  let log_mass = trials * Math.log1p(-success);
  let cumulative = Math.exp(log_mass);
  let k = 0;
  while (cumulative < probability && k < trials) {
    log_mass += Math.log((trials - k) / (k + 1)) + log_odds;
    k++;
    cumulative += Math.exp(log_mass);
  }
  return k;
}

function predictedShare(prediction: Prediction | undefined): Point[] {
  if (prediction === undefined) return [];
  const { step_ms, share } = prediction.down_share;
  return share.map((down, index) => ({ at_ms: index * step_ms, up: 1 - down }));
}

function bandAt({ at_ms, up }: Point, trials: number): BandPoint {
  return {
    at_ms,
    low: binomialQuantile(0.05, trials, up) / trials,
    high: binomialQuantile(0.95, trials, up) / trials,
  };
}

function measuredShare(trials: Measurement['outages']): Point[] {
  if (trials.length === 0) return [];
  const changes = trials
    .flatMap(({ outages }) => outages)
    .flatMap(({ begin_ms, end_ms }) => [
      { at_ms: begin_ms, change: 1 },
      { at_ms: end_ms, change: -1 },
    ])
    .toSorted((a, b) => a.at_ms - b.at_ms);
  const points: Point[] = [{ at_ms: 0, up: 1 }];
  let down = 0;
  for (const { at_ms, change } of changes) {
    down += change;
    points.push({ at_ms, up: 1 - down / trials.length });
  }
  return points;
}

/** Drops the inner points of level stretches. */
function withoutRepeats<T extends { readonly at_ms: number }>(points: readonly T[]): T[] {
  const level = (a: T | undefined, b: T | undefined) =>
    a !== undefined &&
    b !== undefined &&
    JSON.stringify({ ...a, at_ms: 0 }) === JSON.stringify({ ...b, at_ms: 0 });
  return points.filter(
    (point, index) => !(level(points[index - 1], point) && level(point, points[index + 1])),
  );
}

function interestingRange(
  window_ms: number,
  predicted: readonly Point[],
  trials: Measurement['outages'],
  faults: readonly FaultMark[],
): { from_ms: number; to_ms: number } {
  const down = [
    ...predicted.filter(({ up }) => up < 1).map(({ at_ms }) => at_ms),
    ...trials.flatMap(({ outages }) => outages.flatMap(({ begin_ms, end_ms }) => [begin_ms, end_ms])),
  ];
  const whole = { from_ms: 0, to_ms: window_ms };
  if (down.length === 0) return whole;
  const moments = [...down, ...faults.map(({ begin_ms }) => begin_ms)];
  const first = moments.reduce((a, b) => Math.min(a, b));
  const last = moments.reduce((a, b) => Math.max(a, b));
  const margin_ms = Math.max(MARGIN_MS_LEAST, (last - first) * MARGIN);
  const from_ms = Math.max(0, Math.floor((first - margin_ms) / 500) * 500);
  const to_ms = Math.min(window_ms, Math.ceil((last + margin_ms) / 500) * 500);
  return to_ms - from_ms < window_ms * CROP_BELOW ? { from_ms, to_ms } : whole;
}
