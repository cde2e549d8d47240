import type { Load } from '../../scenario/scenario.ts';
import { meanRate_per_s } from '../../scenario/schedule.ts';
import { withinRange } from '../../timeline/interval.ts';
import { quantile, quantileInterval } from '../../timeline/quantile.ts';
import { METRICS, type Metric, type Predicted } from '../../timeline/verdict.ts';
import type { MetricValues } from './replication.ts';
import { RunningMean } from './running-mean.ts';

/** Mean, its 95 % interval, and where 90 % of single trials lie, of every metric that all trials have. */
export function summarise(
  trials: readonly MetricValues[],
  load: Load,
): Partial<Record<Metric, { readonly predicted: Predicted }>> {
  const metrics: Partial<Record<Metric, { readonly predicted: Predicted }>> = {};
  const ranges = rangesOf(load);
  for (const metric of METRICS) {
    const values = trials.map((trial) => trial[metric]).filter((value) => value !== undefined);
    if (values.length === 0 || values.length < trials.length) continue;
    metrics[metric] = { predicted: predictedOf(values, ranges[metric]) };
  }
  return metrics;
}

/**
 * @param values of one metric, one a trial, at least one
 * @param range that no trial can leave, whatever happens in it
 */
export function predictedOf(
  values: readonly number[],
  range: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Predicted {
  const moments = RunningMean.of(values);
  const { count, mean, sd } = moments;
  const sorted = Float64Array.from(values).sort();
  const [lower, upper] = [quantileInterval(sorted, 0.05), quantileInterval(sorted, 0.95)];
  return {
    mean,
    // A single trial has no spread to tell of.
    ci95: count < 2 ? [mean, mean] : withinRange(moments.ci95, moments, range),
    sd,
    pi90: [quantile(sorted, 0.05), quantile(sorted, 0.95)],
    ...(lower && upper && { pi90_ci95: [lower, upper] }),
    trials: count,
  };
}

/** What a trial can lose lies between nothing and all of it. */
function rangesOf(load: Load): Partial<Record<Metric, readonly [number, number]>> {
  const window_s = load.duration_ms / 1000;
  const rate_per_s = meanRate_per_s(load);
  return {
    downtime_s: [0, window_s],
    failed_requests: [0, rate_per_s * window_s],
    availability_time: [0, 1],
    availability_requests: [0, 1],
  };
}
