/**
 * Says of each metric whether the measurement bears the prediction out.
 *
 * Two questions, both must be answered well. Is the mean right: does the 95 % interval of the difference lie
 * within the margin (a test of equivalence), outside it, or across its edge? And is the spread right: do as
 * many single trials fall into the 90 % prediction interval as should?
 */
import { sampleStandardDeviation } from 'simple-statistics';
import type { Objectives } from '../scenario/scenario.ts';
import { chiSquared975, t975, Z975 } from './interval.ts';
import { judgeObjectives } from './objectives.ts';
import {
  type Judgement,
  METRICS,
  type Measured,
  type Measurement,
  type Metric,
  type MetricVerdict,
  type Predicted,
  type Prediction,
  type Verdict,
} from './verdict.ts';

/** A prediction within this share of what was lost is called right. */
export const TOLERANCE = 0.25;

/** Requests that may fail or not by the luck of a race of milliseconds; no prediction resolves fewer. */
export const RESOLUTION_REQUESTS = 3;

/** A difference below this share of the latency limit decides the outcome of no request. */
const LATENCY_RESOLUTION_SHARE = 0.05;

/** Too few trials within the interval: this unlikely, were the interval right (binomial, one-sided). */
const COVERAGE_P = 0.01;

export interface Resolution {
  readonly rate_per_s: number;
  readonly window_s: number;
  readonly latency_limit_ms: number;
}

/**
 * How far a measured mean may lie from the predicted one and the prediction still be right: a share of what is
 * lost, yet no finer than the load can resolve. Availability and throughput are held to the same loss.
 */
export function margin(metric: Metric, predicted: number, r: Resolution): number {
  const requests = r.rate_per_s * r.window_s;
  switch (metric) {
    case 'downtime_s':
      return Math.max(TOLERANCE * predicted, RESOLUTION_REQUESTS / r.rate_per_s);
    case 'failed_requests':
      return Math.max(TOLERANCE * predicted, RESOLUTION_REQUESTS);
    case 'availability_time':
    case 'availability_requests':
      return Math.max(TOLERANCE * (1 - predicted), RESOLUTION_REQUESTS / requests);
    case 'throughput_rps':
      return Math.max(TOLERANCE * Math.max(0, r.rate_per_s - predicted), RESOLUTION_REQUESTS / r.window_s);
    case 'capacity_rps':
      return TOLERANCE * predicted;
    case 'latency_p50_ms':
    case 'latency_p99_ms':
      return Math.max(TOLERANCE * predicted, LATENCY_RESOLUTION_SHARE * r.latency_limit_ms);
  }
}

export function compareMetric(
  metric: Metric,
  predicted: Predicted,
  measured: Measured | undefined,
  resolution: Resolution,
): MetricVerdict {
  const judged = (verdict: Judgement, reason: string): MetricVerdict => ({
    predicted,
    measured,
    verdict,
    reason,
  });
  if (measured === undefined || measured.values.length === 0) {
    return judged('inconclusive', 'nothing valid was measured');
  }
  if (predicted.trials < 2) return judged('inconclusive', 'a single simulated trial tells no spread');
  const n = measured.values.length;
  const allowed = margin(metric, predicted.mean, resolution);
  const difference = measured.mean - predicted.mean;
  const { give_or_take = 0 } = measured;
  const half = halfWidth(predicted, measured) + give_or_take;
  const by =
    `the measured mean is ${number(Math.abs(difference))} ${difference < 0 ? 'below' : 'above'} the predicted one, ` +
    `give or take ${number(half)} (${n} ${n === 1 ? 'trial' : 'trials'}); ${number(allowed)} is allowed`;

  const inside = measured.values.filter((v) => v >= predicted.pi90[0] && v <= predicted.pi90[1]).length;
  // A single trial a resolution beside the interval is not beside it.
  const beside = slack(metric, resolution) + give_or_take;
  const near = measured.values.filter(
    (v) => v >= predicted.pi90[0] - beside && v <= predicted.pi90[1] + beside,
  ).length;
  if (Math.abs(difference) - half > allowed) return judged('differs', by);
  if (binomialAtMost(near, n, 0.9) < COVERAGE_P) {
    return judged('differs', `${inside} of ${n} trials within the 90 % prediction interval; ${by}`);
  }
  if (Math.abs(difference) + half <= allowed) {
    return judged('agrees', `${inside} of ${n} trials within the 90 % prediction interval; ${by}`);
  }
  return judged('inconclusive', `${by}: more trials would tell`);
}

/**
 * Half of the 95 % interval of the difference of the two means. A few trials cannot tell their own spread, so
 * the predicted one holds until they contradict it.
 */
function halfWidth(predicted: Predicted, measured: Measured): number {
  const n = measured.values.length;
  const ofPrediction = (predicted.ci95[1] - predicted.ci95[0]) / 2;
  const seen = n < 2 ? 0 : sampleStandardDeviation(measured.values as number[]);
  // Not the prediction interval: what happens to fewer than one run in twenty does not show in that.
  const isContradicted = n >= 2 && (n - 1) * seen ** 2 > chiSquared975(n - 1) * predicted.sd ** 2;
  const ofOneTrial = isContradicted ? t975(n - 1) * seen : Z975 * predicted.sd;
  return Math.hypot(ofOneTrial / Math.sqrt(n), ofPrediction);
}

/** What a difference of so few requests as nobody can foretell comes to, for a single trial. */
function slack(metric: Metric, resolution: Resolution): number {
  return metric === 'capacity_rps' ? 0 : margin(metric, lossless(metric, resolution), resolution);
}

/** The value of a metric where nothing is lost: there the margin is the resolution alone. */
function lossless(metric: Metric, r: Resolution): number {
  if (metric === 'availability_time' || metric === 'availability_requests') return 1;
  return metric === 'throughput_rps' ? r.rate_per_s : 0;
}

/** P(X <= k), X binomial. */
export function binomialAtMost(k: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let sum = term;
  for (let i = 1; i <= k; i += 1) {
    term *= ((n - i + 1) / i) * (p / (1 - p));
    sum += term;
  }
  return Math.min(1, sum);
}

/** The whole comparison. What was not predicted or makes no sense for the scenario is left out. */
export function compare(
  prediction: Prediction,
  measurement: Measurement,
  resolution: Resolution,
  objectives: Objectives,
): Verdict {
  const metrics: Partial<Record<Metric, MetricVerdict>> = {};
  const { tells = METRICS } = measurement;
  for (const metric of METRICS) {
    const predicted = prediction.metrics[metric]?.predicted;
    // What was measured elsewhere may not know all; without downtime it stays open what was lost.
    if (predicted !== undefined && (metric === 'downtime_s' || tells.includes(metric))) {
      metrics[metric] = compareMetric(metric, predicted, measurement.metrics[metric]?.measured, resolution);
    }
  }
  const { verdict, reason } = overall(metrics, objectives);
  return {
    schema: 'foreshock.verdict/v1',
    scenario: prediction.scenario,
    seed: prediction.seed,
    version: prediction.version,
    verdict,
    reason,
    metrics,
    objectives: judgeObjectives(objectives, prediction.metrics, measurement.metrics),
  };
}

/**
 * What the faults cost decides: one of these that differs is a difference, one that is open leaves the whole
 * open. Latency and capacity rest on the service time that the scenario states, and on the machine; they
 * decide where the scenario has an objective for them, and are judged for information otherwise.
 */
const DECIDING: readonly Metric[] = [
  'downtime_s',
  'failed_requests',
  'availability_time',
  'availability_requests',
  'throughput_rps',
];

function overall(
  metrics: Verdict['metrics'],
  objectives: Objectives,
): { verdict: Judgement; reason: string } {
  const demanded = (metric: Metric) =>
    metric in objectives && objectives[metric as keyof Objectives] !== undefined;
  const deciding = METRICS.filter((metric) => DECIDING.includes(metric) || demanded(metric));
  for (const verdict of ['differs', 'inconclusive'] as const) {
    const [first, ...rest] = deciding.filter((metric) => metrics[metric]?.verdict === verdict);
    if (first === undefined) continue;
    const others = rest.length > 0 ? `; also ${rest.join(', ')}` : '';
    return { verdict, reason: `${first}: ${metrics[first]?.reason}${others}` };
  }
  if (metrics.downtime_s === undefined)
    return { verdict: 'inconclusive', reason: 'no downtime was predicted' };
  return { verdict: 'agrees', reason: `downtime_s: ${metrics.downtime_s.reason}` };
}

const number = (value: number): string => String(Number(value.toPrecision(3)));
