import { meanInterval } from '../../timeline/interval.ts';
import { quantile } from '../../timeline/quantile.ts';
import { METRICS, type Metric, type Predicted } from '../../timeline/verdict.ts';
import type { MetricValues } from './replication.ts';

/** Mean, its 95 % interval, and where 90 % of single trials lie, of every metric that all trials have. */
export function summarise(
  trials: readonly MetricValues[],
): Partial<Record<Metric, { readonly predicted: Predicted }>> {
  const metrics: Partial<Record<Metric, { readonly predicted: Predicted }>> = {};
  for (const metric of METRICS) {
    const values = trials.map((trial) => trial[metric]).filter((value) => value !== undefined);
    if (values.length === 0 || values.length < trials.length) continue;
    const sorted = Float64Array.from(values).sort();
    const pi90 = [quantile(sorted, 0.05), quantile(sorted, 0.95)] as const;
    metrics[metric] = { predicted: { ...meanInterval(values), pi90, trials: values.length } };
  }
  return metrics;
}
