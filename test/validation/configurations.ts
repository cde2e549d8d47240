import type { Measured, Measurement, Predicted, Verdict } from '../../src/timeline/verdict.ts';

/** One kind of failure that predictions are held against on a real cluster. */
export interface Configuration {
  readonly name: string;
  readonly title: string;
  readonly scenario: string;
  /** Within what the measured mean must be: a share of the predicted downtime, or a number of failed requests. */
  readonly bound: { readonly share: number } | { readonly failed_requests: number };
}

/** Share of trials that must lie within the 90 % prediction interval. */
export const INSIDE_MIN = 0.8;

export const CONFIGURATIONS: readonly Configuration[] = [
  {
    name: 'one-forced',
    title: 'one replica, killed by force',
    scenario: 'scenarios/validation/one-forced.yaml',
    bound: { share: 0.25 },
  },
  {
    name: 'two-all-forced',
    title: 'two replicas, both killed by force',
    scenario: 'scenarios/validation/two-all-forced.yaml',
    bound: { share: 0.25 },
  },
  {
    name: 'two-one-graceful',
    title: 'two replicas, one deleted gracefully',
    scenario: 'scenarios/validation/two-one-graceful.yaml',
    bound: { failed_requests: 3 },
  },
  {
    name: 'one-container',
    title: 'one replica, its container killed',
    scenario: 'scenarios/validation/one-container.yaml',
    bound: { share: 0.25 },
  },
];

/** How a configuration did: the figures, and whether they are within their bounds. */
export interface Outcome {
  readonly configuration: Configuration;
  readonly metric: 'downtime_s' | 'failed_requests';
  readonly predicted: Predicted;
  readonly measured: Measured;
  readonly difference: number;
  readonly allowed: number;
  readonly inside: number;
  readonly inside_needed: number;
  readonly invalid: number;
  readonly where: string;
  readonly withinBound: boolean;
  readonly withinInterval: boolean;
}

/**
 * Holds a verdict file against the configuration's bounds.
 *
 * @throws Error where nothing valid was measured
 */
export function judge(configuration: Configuration, verdict: Verdict, measurement: Measurement): Outcome {
  const { bound } = configuration;
  const metric = 'share' in bound ? 'downtime_s' : 'failed_requests';
  const compared = verdict.metrics[metric];
  if (compared?.measured === undefined) throw new Error(`${configuration.name}: nothing valid was measured`);
  const { predicted, measured } = compared;
  const [low, high] = predicted.pi90;
  const inside = measured.values.filter(
    (value) => value >= low - ROUNDING && value <= high + ROUNDING,
  ).length;
  const inside_needed = Math.ceil(INSIDE_MIN * measured.values.length);
  const difference = measured.mean - predicted.mean;
  const allowed = 'share' in bound ? bound.share * predicted.mean : bound.failed_requests;
  return {
    configuration,
    metric,
    predicted,
    measured,
    difference,
    allowed,
    inside,
    inside_needed,
    invalid: measurement.invalid_trials.length,
    where: measurement.where,
    withinBound: Math.abs(difference) <= allowed,
    withinInterval: inside >= inside_needed,
  };
}

/** Sums of multiples of 1/rate differ in their last digits. */
const ROUNDING = 1e-6;
