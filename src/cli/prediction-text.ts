/** What is said of a prediction while it runs, and how to have it again. */
import { count, decimalsFor, figure, grouped, percent, quantity } from '../report/number.ts';
import { plusMinus, scaled, YEAR_S } from '../report/plan/figures.ts';
import { msToDuration } from '../scenario/units.ts';
import { MAX_TRIALS_DEFAULT, type StoppingLimits } from '../sim/estimate/stopping.ts';
import type { PredictionProgress } from '../sim/predict.ts';
import type { Prediction } from '../timeline/verdict.ts';

/** "1,000 trials", "downtime to ±5 %, 100,000 trials or 60s at most" */
export function extentText(trials: number, limits: StoppingLimits): string {
  const { precision, max_trials, max_time_ms } = limits;
  if (!isLimited(limits)) return count(trials, 'trial');
  const most = [
    count(max_trials ?? MAX_TRIALS_DEFAULT, 'trial'),
    ...(max_time_ms === undefined ? [] : [msToDuration(max_time_ms)]),
  ];
  const until = precision === undefined ? '' : `downtime to ±${percent(precision)}, `;
  return `${until}${most.join(' or ')} at most`;
}

/** "1,200 of 2,000 trials, downtime 3.05 s ± 0.04" */
export function progressText({ done, total, downtime_s: { mean, half_width } }: PredictionProgress): string {
  const trials = `${grouped(String(done))} of ${count(total, 'trial')}`;
  if (!Number.isFinite(half_width)) return trials;
  const decimals = decimalsFor('downtime_s', [], half_width);
  return `${trials}, downtime ${quantity('downtime_s', mean, decimals)} ± ${figure('downtime_s', half_width, decimals)}`;
}

/** "1,200 of 2,000 trials, downtime 52 min a year ± 4" @param horizon_s of one trial */
export function planProgressText(
  { done, total, downtime_s: { mean, half_width } }: PredictionProgress,
  horizon_s: number,
): string {
  const trials = `${grouped(String(done))} of ${count(total, 'trial')}`;
  if (!Number.isFinite(half_width)) return trials;
  const estimate = { mean, ci95: [mean - half_width, mean + half_width] } as const;
  return `${trials}, downtime ${plusMinus(scaled(estimate, YEAR_S / horizon_s))}`;
}

/**
 * The options that give the same trials again, from what was asked for and what came of it. Where a budget ended it,
 * that is their number: a time may end it elsewhere the next time.
 */
export function extentFlags(
  trials: number,
  limits: StoppingLimits,
  prediction: Pick<Prediction, 'trials' | 'stop'> | undefined,
): Readonly<Record<string, string | undefined>> {
  if (prediction === undefined || !isLimited(limits)) return { trials: String(trials) };
  const { precision, max_trials } = limits;
  if (precision === undefined || prediction.stop.by !== 'precision')
    return { trials: String(prediction.trials) };
  return { precision: `${Number((precision * 100).toPrecision(15))}%`, 'max-trials': max_trials?.toString() };
}

const isLimited = (limits: StoppingLimits): boolean =>
  Object.values(limits).some((limit) => limit !== undefined);
