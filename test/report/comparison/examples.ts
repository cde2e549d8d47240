/** Comparisons made by hand, for the tests of their reports. */
import type { ComparedMetric, Comparison } from '../../../src/timeline/comparison.ts';

const compared = (
  scenario: number,
  against: number,
  half: number,
  rest: Pick<ComparedMetric, 'less' | 'more'> & { readonly gain?: number },
): ComparedMetric => {
  const mean = Number((scenario - against).toPrecision(10));
  const paired = Number((((half * Math.sqrt(1000)) / 1.96) ** 2).toPrecision(4));
  return {
    scenario,
    against,
    difference: { mean, ci95: [mean - half, mean + half], sd: Number(Math.sqrt(paired).toPrecision(4)) },
    variance: { independent: Number(((rest.gain ?? 0) * paired).toPrecision(4)), paired },
    ...rest,
  };
};

/** An application that starts sooner. */
export const better: Comparison = {
  schema: 'foreshock.comparison/v1',
  version: '0.1.0',
  seed: '1',
  platform: 'kubernetes',
  trials: 1000,
  stop: { by: 'trials', reached: 0.01 },
  scenario: { name: 'orders-archive', file: 'orders-archive.yaml', window_s: 30 },
  against: { name: 'orders', file: 'orders.yaml', window_s: 30 },
  metrics: {
    downtime_s: compared(6.384, 8.139, 0.062, { less: 0.998, more: 0, gain: 15.4 }),
    failed_requests: compared(638.4, 813.9, 6.2, { less: 0.998, more: 0, gain: 15.4 }),
    availability_time: compared(0.7872, 0.7287, 0.0021, { less: 0, more: 0.998, gain: 15.4 }),
    latency_p99_ms: compared(5.8, 5.8, 0.0006, { less: 0.4, more: 0.3, gain: 1.2 }),
  },
  budget: [
    { mechanism: 'application start', scenario_s: 5.349, against_s: 7.128 },
    { mechanism: 'readiness probe', scenario_s: 0.489, against_s: 0.464 },
    { mechanism: 'container start', scenario_s: 0.546, against_s: 0.547 },
  ],
  warnings: [],
};

/** The same change backwards, ended by a precision, over another window. */
export const worse: Comparison = {
  ...better,
  scenario: { ...better.against, window_s: 40 },
  against: better.scenario,
  stop: { by: 'precision', precision: 0.02, reached: 0.018 },
  metrics: { downtime_s: compared(8.139, 6.384, 0.062, { less: 0, more: 0.998, gain: 2400 }) },
  budget: better.budget.map(({ mechanism, scenario_s, against_s }) => ({
    mechanism,
    scenario_s: against_s,
    against_s: scenario_s,
  })),
  warnings: ['the two observe 40 s and 30 s: what one loses the other may not see'],
};

/** Luck that was not shared. */
export const unclear: Comparison = {
  ...better,
  metrics: { downtime_s: compared(2.31, 2.34, 0.21, { less: 0.49, more: 0.48, gain: 0.98 }) },
  budget: [{ mechanism: 'readiness probe', scenario_s: 2.31, against_s: 2.34 }],
};

/** A change that changes nothing. */
export const same: Comparison = {
  ...better,
  metrics: {
    downtime_s: {
      scenario: 2.3,
      against: 2.3,
      difference: { mean: 0, ci95: [0, 0], sd: 0 },
      less: 0,
      more: 0,
      variance: { independent: 0.4, paired: 0 },
    },
  },
  budget: [{ mechanism: 'readiness probe', scenario_s: 2.3, against_s: 2.3 }],
};

export const COMPARISONS = { better, worse, unclear, same };
