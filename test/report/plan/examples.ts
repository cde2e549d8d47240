/** Predictions of plans made by hand, as the methods would answer, for the tests of the reports. */
import type { PlanResults } from '../../../src/report/plan/model.ts';
import type { CurvePoint, PlanCurve } from '../../../src/timeline/plan-curve.ts';
import type { Estimate, PlanPrediction, ServicePrediction } from '../../../src/timeline/plan-prediction.ts';

const YEAR_S = 31_536_000;

const between = (mean: number, low: number, high: number): Estimate => ({ mean, ci95: [low, high] });
const known = (mean: number): Estimate => between(mean, mean, mean);
const times = ({ mean, ci95: [low, high] }: Estimate, by: number): Estimate =>
  between(mean * by, low * by, high * by);

/** The figures of a downtime in a horizon, in seconds. */
function downtime(estimate_s: Estimate, horizon_s = YEAR_S) {
  return {
    unavailability: times(estimate_s, 1 / horizon_s),
    downtime_s: { ...estimate_s, pi90: undefined },
    downtime_min_per_year: times(estimate_s, YEAR_S / horizon_s / 60),
  };
}

const shopDown = downtime(between(3120, 2880, 3360));

const shop: ServicePrediction = {
  name: 'shop',
  ...shopDown,
  downtime_s: { ...shopDown.downtime_s, pi90: [0, 11_160] },
  long_run_unavailability: between(1.03e-4, 0.95e-4, 1.11e-4),
  outages: between(1.234, 1.18, 1.29),
  outage_chance: between(0.588, 0.557, 0.618),
  lost_requests_s: between(3660, 3410, 3910),
  causes: [
    { cause: 'two zones at a time', downtime_s: 1490, outages: 0.21 },
    { cause: 'bad deployment', downtime_s: 1210, outages: 0.9 },
    { cause: 'zone lost while a node is repaired', downtime_s: 380, outages: 0.11 },
    { cause: 'registry', downtime_s: 22, outages: 0.008 },
    { cause: 'maintenance of nodes', downtime_s: 18, outages: 0.006 },
  ],
  objectives: [
    {
      metric: 'availability',
      target: 0.9999,
      predicted: 1 - shopDown.unavailability.mean,
      met: true,
      trials_met: { share: 0.812, ci95: [0.787, 0.835] },
    },
    {
      metric: 'downtime_s',
      target: 1800,
      predicted: 3120,
      met: false,
      trials_met: { share: 0.641, ci95: [0.611, 0.67] },
    },
  ],
};

export const simulated: PlanPrediction = {
  schema: 'foreshock.plan-prediction/v1',
  plan: 'shop-3-zones',
  seed: '1',
  version: '0.1.0',
  horizon_s: YEAR_S,
  method: 'simulation',
  because: 'no exact answer: zone is repaired in lognormal time, and replicas move',
  warnings: [],
  trials: 1000,
  stop: { by: 'trials', reached: 0.077 },
  services: [shop],
  repairs: between(41.2, 40.8, 41.6),
  assumptions: [
    {
      name: 'zone',
      value: 'fails: exponential with a mean of 2y; repaired: lognormal with a median of 2h and sigma 0.8',
      source: 'prior cloud-zone: post-mortems of three providers, 2018 to 2023 (docs/plan.md)',
    },
    {
      name: 'node',
      value: 'fails: exponential with a mean of 1y; repaired: 20m',
      source: 'scenarios/plans/shop-3-zones.yaml:14:5',
    },
    {
      name: 'deployments',
      value: 'every 7d, bad: 2 %; rolled back in exponential with a mean of 20m',
      source: 'scenarios/plans/shop-3-zones.yaml:31:5',
    },
  ],
};

/** Six disk clusters and their controllers: the literature's example of a rare event. */
const database = downtime(known(2.454932e-7 * YEAR_S));

export const exact: PlanPrediction = {
  ...simulated,
  plan: 'database',
  method: 'exact',
  because: 'every unit is repaired by itself, so that there is a closed form',
  trials: 0,
  stop: undefined,
  services: [
    {
      name: 'database',
      ...database,
      long_run_unavailability: known(2.454932e-7),
      outages: known(0.0123456),
      outage_chance: known(0.0122697),
      lost_requests_s: undefined,
      causes: [],
      objectives: [
        {
          metric: 'availability',
          target: 0.99999,
          predicted: 1 - database.unavailability.mean,
          met: true,
          trials_met: undefined,
        },
      ],
    },
  ],
  repairs: known(1234.5678),
  assumptions: [
    {
      name: 'disk',
      value: 'fails: exponential with a mean of 300h; repaired: 1h or 2h',
      source: 'database.yaml:9:3',
    },
  ],
};

const checkoutDown = downtime(between(7.74, 5.9, 9.6));

export const split: PlanPrediction = {
  ...simulated,
  plan: 'two-services',
  method: 'splitting',
  because: 'no exact answer: replicas move; of 2000 simulated horizons 2 had an outage',
  warnings: [
    'one in three of the splits came from a single start: the interval of checkout may be too narrow',
  ],
  trials: 2000,
  services: [
    { ...shop, objectives: shop.objectives.slice(0, 1) },
    {
      name: 'checkout',
      ...checkoutDown,
      long_run_unavailability: undefined,
      outages: undefined,
      outage_chance: undefined,
      lost_requests_s: undefined,
      causes: [],
      objectives: [
        {
          metric: 'availability',
          target: 0.9999998,
          predicted: 1 - checkoutDown.unavailability.mean,
          met: false,
          trials_met: undefined,
        },
      ],
    },
  ],
  repairs: undefined,
};

const never = downtime(between(0, 0, 0));

/** Nothing happened in any simulated year. */
export const calm: PlanPrediction = {
  ...simulated,
  plan: 'calm',
  stop: { by: 'max-trials' },
  services: [
    {
      ...shop,
      ...never,
      downtime_s: { ...never.downtime_s, pi90: [0, 0] },
      long_run_unavailability: undefined,
      outages: between(0, 0, 0.0037),
      outage_chance: between(0, 0, 0.0037),
      lost_requests_s: between(12.3, 11.8, 12.8),
      causes: [],
      objectives: [],
    },
  ],
};

const cluster = downtime(known(7.363146871e-3 * 3600), 2000 * 3600);

/** Another horizon than a year. */
export const short: PlanPrediction = {
  ...exact,
  plan: 'cluster-4',
  horizon_s: 2000 * 3600,
  because: 'all times are exponential, which gives a Markov chain of 1,252 states',
  services: [
    {
      name: 'minimum',
      ...cluster,
      long_run_unavailability: known(3.9e-6),
      outages: undefined,
      outage_chance: known(1.822105149e-3),
      lost_requests_s: undefined,
      causes: [],
      objectives: [
        {
          metric: 'downtime_s',
          target: 60,
          predicted: cluster.downtime_s.mean,
          met: true,
          trials_met: undefined,
        },
      ],
    },
  ],
  repairs: known(33.34469884),
};

/** Downtime, in seconds a year, falls with zones and with replicas. */
function point(zones: number, replicas: number): CurvePoint {
  const mean = (3_744_000 / 40 ** (zones - 1)) * (1 + 3 / replicas ** 2);
  const down = downtime(between(mean, mean * 0.93, mean * 1.08));
  return {
    counts: [zones, replicas],
    method: 'simulation',
    because: simulated.because,
    warnings: [],
    trials: 1000,
    stop: { by: 'trials' },
    services: [
      {
        ...shop,
        ...down,
        objectives: [{ ...shop.objectives[0]!, predicted: 1 - down.unavailability.mean, met: mean < 3153.6 }],
      },
    ],
  };
}

export const curve: PlanCurve = {
  schema: 'foreshock.plan-curve/v1',
  plan: 'shop-3-zones',
  seed: '1',
  version: '0.1.0',
  horizon_s: YEAR_S,
  varied: [
    { name: 'zone', what: 'count of zone', written: 3, counts: [1, 2, 3] },
    { name: 'shop', what: 'replicas of shop', written: 3, counts: [2, 3, 4, 6] },
  ],
  points: [1, 2, 3].flatMap((zones) => [2, 3, 4, 6].map((replicas) => point(zones, replicas))),
};

const oneService = (prediction: PlanPrediction): PlanPrediction => ({
  ...prediction,
  services: prediction.services.map((service) => ({
    ...service,
    objectives: service.objectives.slice(0, 1),
  })),
});

export const PLAN_EXAMPLES = {
  'plan-simulated': { prediction: simulated, curve: undefined },
  'plan-exact': { prediction: exact, curve: undefined },
  'plan-split': { prediction: split, curve: undefined },
  'plan-calm': { prediction: calm, curve: undefined },
  'plan-short': { prediction: short, curve: undefined },
  'plan-curve': { prediction: oneService(simulated), curve },
} as const satisfies Record<string, PlanResults>;

export const PLAN_CONTEXT = {
  files: ['out/shop-3-zones/prediction.json', 'out/shop-3-zones/report.html'],
  command: 'foreshock predict scenarios/plans/shop-3-zones.yaml --seed 1 --trials 1000',
} as const;
