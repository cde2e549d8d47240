/**
 * How one prediction did against the measured trials of its configuration: the figures, and whether each is within
 * its bound. Pure: two lists of observations go in.
 */
import { binomialAtMost } from '../../src/timeline/compare.ts';
import { meanInterval } from '../../src/timeline/interval.ts';
import { ksTwoSample } from '../../src/timeline/kolmogorov-smirnov.ts';
import type { Observation } from '../../src/timeline/observation.ts';
import { quantile } from '../../src/timeline/quantile.ts';

/** Bounds of a single configuration; those of the suite are in suite.ts. */
export const BOUNDS = {
  /** |predicted mean - measured mean| / measured mean, of downtime. */
  downtime_share: 0.25,
  /** The same in failed requests, where the measured downtime is under `short_downtime_s`. */
  failed_requests: 2,
  short_downtime_s: 0.5,
  /**
   * Over which availability and throughput are taken: a window as short as these trials need would make every
   * availability a bad one. The failure happens once in it; outside of the trial's window nothing fails.
   */
  span_s: 300,
  /** |A predicted - A measured| in percentage points, by time and by requests. */
  availability_points: 0.1,
  /** |predicted - measured| / measured, of good requests a second. */
  throughput_share: 0.02,
  /** A distribution is called another below it. */
  ks_p: 0.05,
  /** The 90 % interval is called wrong where so few trials within it are less likely than this. */
  inside_p: 0.01,
} as const;

/** Of single runs that the prediction interval is to hold. */
const PREDICTION_SHARE = 0.9;

export const CHECK_IDS = [
  'downtime',
  'inside',
  'availability-time',
  'availability-requests',
  'throughput',
  'outage-count',
  'outage-duration',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

export interface Check {
  readonly id: CheckId;
  /** Predicted less measured, as `unit` says; of the tests, p. */
  readonly value: number;
  readonly unit: 'share' | 'requests' | 'points' | 'p';
  /** Of |value| the most; of p the least. */
  readonly bound: number;
  readonly held: boolean;
  /** Half of the 95 % interval of `value`; undefined of a test, which allows for luck by itself. */
  readonly give_or_take: number | undefined;
}

export interface Figures {
  /** What the configuration is held to: downtime, or where there is next to none the failed requests. */
  readonly metric: 'downtime_s' | 'failed_requests';
  readonly predicted: { readonly mean: number; readonly pi90: readonly [number, number] };
  readonly measured: { readonly mean: number; readonly ci95: readonly [number, number] };
  /** Measured trials, and how many of them lie within the 90 % prediction interval. */
  readonly trials: number;
  readonly inside: number;
  readonly checks: readonly Check[];
}

/** @throws RangeError where one of the lists is empty */
export function figuresOf(predicted: readonly Observation[], measured: readonly Observation[]): Figures {
  if (predicted.length === 0 || measured.length === 0) throw new RangeError('nothing to compare');
  const isShort = meanInterval(measured.map(({ downtime_s }) => downtime_s)).mean < BOUNDS.short_downtime_s;
  const metric = isShort ? 'failed_requests' : 'downtime_s';
  const sorted = Float64Array.from(predicted, (each) => each[metric]).sort();
  const pi90 = [quantile(sorted, 0.05), quantile(sorted, 0.95)] as const;
  const values = measured.map((each) => each[metric]);
  const inside = values.filter((value) => value >= pi90[0] - ROUNDING && value <= pi90[1] + ROUNDING).length;
  const ofMeans = (of: (observation: Observation) => number) =>
    difference(predicted.map(of), measured.map(of));
  const ofMetric = ofMeans((each) => each[metric]);
  return {
    metric,
    predicted: { mean: ofMetric.predicted, pi90 },
    measured: meanInterval(values),
    trials: measured.length,
    inside,
    checks: [
      isShort
        ? bounded('downtime', 'requests', ofMetric, BOUNDS.failed_requests)
        : bounded('downtime', 'share', relative(ofMetric), BOUNDS.downtime_share),
      test('inside', binomialAtMost(inside, measured.length, PREDICTION_SHARE), BOUNDS.inside_p),
      bounded(
        'availability-time',
        'points',
        ofMeans((each) => 100 * (1 - each.downtime_s / span_s(each))),
        BOUNDS.availability_points,
      ),
      bounded(
        'availability-requests',
        'points',
        ofMeans((each) => 100 * (1 - each.failed_requests / (each.rate_per_s * span_s(each)))),
        BOUNDS.availability_points,
      ),
      bounded(
        'throughput',
        'share',
        relative(ofMeans((each) => each.rate_per_s - each.failed_requests / span_s(each))),
        BOUNDS.throughput_share,
      ),
      test(
        'outage-count',
        sameDistribution(predicted.map(outageCount), measured.map(outageCount)),
        BOUNDS.ks_p,
      ),
      test(
        'outage-duration',
        sameDistribution(predicted.flatMap(outageDurations_ms), measured.flatMap(outageDurations_ms)),
        BOUNDS.ks_p,
      ),
    ],
  };
}

export const missedOf = ({ checks }: Figures): readonly Check[] => checks.filter(({ held }) => !held);

/** A miss that says nothing: the means of so few trials are not known better than this. */
export function isWithinLuck({ held, value, bound, give_or_take }: Check): boolean {
  return !held && give_or_take !== undefined && Math.abs(value) - give_or_take <= bound;
}

export function checkOf({ checks }: Figures, id: CheckId): Check {
  const check = checks.find((each) => each.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check;
}

/** U, for availability and throughput. */
const span_s = ({ window_s }: Observation): number => Math.max(window_s, BOUNDS.span_s);

/** Sums of multiples of 1/rate differ in their last digits. */
const ROUNDING = 1e-6;

interface Difference {
  /** Predicted mean less measured mean. */
  readonly value: number;
  /** Half of its 95 % interval. */
  readonly half: number;
  readonly predicted: number;
  readonly measured: number;
}

function difference(predicted: readonly number[], measured: readonly number[]): Difference {
  const [a, b] = [meanInterval(predicted), meanInterval(measured)];
  const half = Math.hypot(a.ci95[1] - a.mean, b.ci95[1] - b.mean);
  // One trial has no spread to tell of: its mean may be anything.
  const isKnown = Math.min(predicted.length, measured.length) > 1;
  return {
    value: a.mean - b.mean,
    half: isKnown ? half : Number.POSITIVE_INFINITY,
    predicted: a.mean,
    measured: b.mean,
  };
}

/** As a share of the measured mean. */
function relative({ value, half, predicted, measured }: Difference): Difference {
  const share = (part: number) => (part === 0 ? 0 : part / Math.abs(measured));
  return { value: share(value), half: share(half), predicted, measured };
}

function bounded(id: CheckId, unit: Check['unit'], { value, half }: Difference, bound: number): Check {
  return { id, value, unit, bound, held: Math.abs(value) <= bound + ROUNDING, give_or_take: half };
}

function test(id: CheckId, p: number, bound: number): Check {
  return { id, value: p, unit: 'p', bound, held: p > bound, give_or_take: undefined };
}

/** p of the two samples being of one distribution. Where one has no outages at all, their counts tell. */
function sameDistribution(a: readonly number[], b: readonly number[]): number {
  return a.length === 0 || b.length === 0 ? 1 : ksTwoSample(a, b).p;
}

const outageCount = ({ outages }: Observation): number => outages.length;

/** In whole microseconds, so that equal durations are equal. */
const outageDurations_ms = ({ outages }: Observation): number[] =>
  outages.map(({ begin_ms, end_ms }) => Math.round((end_ms - begin_ms) * 1000) / 1000);
