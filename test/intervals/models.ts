/** What the intervals are tried on: models with an exact answer, in samples as small as people take them. */
import { sample_ms } from '../../src/scenario/sample.ts';
import { batchMeans } from '../../src/sim/estimate/batch-means.ts';
import { RunningMean } from '../../src/sim/estimate/running-mean.ts';
import { StoppingRule } from '../../src/sim/estimate/stopping.ts';
import { exploreChain } from '../../src/sim/exact/chain.ts';
import { firstPassageWithin } from '../../src/sim/exact/first-passage.ts';
import { mg1, mmc } from '../../src/sim/exact/queues.ts';
import { accumulatedRewards } from '../../src/sim/exact/rewards.ts';
import { meanInterval, wilsonInterval } from '../../src/timeline/interval.ts';
import { quantileInterval } from '../../src/timeline/quantile.ts';
import { clusterModel, isPremium } from '../sim/exact/cluster.ts';
import { chainRun, exponential, type Random, waits_s } from './runs.ts';
import { RARE_LOSS, SKEWED, type Skewed, VERY_SKEWED } from './skewed.ts';

export type Interval = readonly [number, number];

export interface CoverageModel {
  readonly name: string;
  /** What one interval is made of: "20 values". */
  readonly sample: string;
  readonly method:
    | 'skewed mean'
    | 'batch means'
    | 'Wilson'
    | 'order statistics'
    | 'skewed mean, stopped at ±10 %';
  readonly exact: number;
  /** From one sample; undefined where the method says that the sample does not do. */
  readonly estimate: (random: Random) => { readonly ci95: Interval | undefined; readonly student?: Interval };
  /** Whether 1,000 seeds take less than a second or so. */
  readonly isQuick: boolean;
}

/** Independent values, each drawn from the model. */
function means(
  name: string,
  count: number,
  {
    exact,
    draw,
    what = 'values',
    isQuick = true,
  }: {
    readonly exact: number;
    readonly draw: (random: Random) => number;
    readonly what?: string;
    readonly isQuick?: boolean;
  },
): CoverageModel {
  return {
    name,
    sample: `${count} ${what}`,
    method: 'skewed mean',
    exact,
    estimate(random) {
      const values = Array.from({ length: count }, () => draw(random));
      return { ci95: RunningMean.of(values).ci95, student: meanInterval(values).ci95 };
    },
    isQuick,
  };
}

function skewed(name: Skewed['name'], count: number): CoverageModel {
  const { mean, draw } = SKEWED.find((each) => each.name === name)!;
  return means(name, count, { exact: mean, draw });
}

function stopped({ name, mean, draw }: Skewed): CoverageModel {
  return {
    name,
    sample: '500 values or more',
    method: 'skewed mean, stopped at ±10 %',
    exact: mean,
    estimate(random) {
      const values = new RunningMean();
      const rule = new StoppingRule(1, { precision: 0.1 });
      do values.add(draw(random));
      while (rule.after(values) === undefined);
      return { ci95: values.ci95 };
    },
    isQuick: false,
  };
}

/** One long run from an empty queue. */
function queue(
  name: string,
  customers: number,
  exact: { readonly Wq_s: number },
  model: Parameters<typeof waits_s>[0],
): CoverageModel {
  return {
    name,
    sample: `${customers} customers`,
    method: 'batch means',
    exact: exact.Wq_s,
    estimate: (random) => ({ ci95: batchMeans(waits_s(model, customers, random))?.ci95 }),
    isQuick: false,
  };
}

const YEAR_H = 8760;

/** Units up; each fails once in `mttf_h`, and `crews` repair one each. */
const repairShop = (units: number, crews: number, mttf_h: number, mttr_h: number) =>
  exploreChain<number>({
    initial: units,
    key: (up) => up,
    transitions: function* (up) {
      if (up > 0) yield { rate_per_h: up / mttf_h, to: up - 1 };
      if (up < units) yield { rate_per_h: Math.min(units - up, crews) / mttr_h, to: up + 1 };
    },
  });

function horizons<State>(
  name: string,
  count: number,
  chain: ReturnType<typeof exploreChain<State>>,
  horizon_h: number,
  reward_per_h: (state: State) => number,
  isQuick = true,
): CoverageModel {
  const [exact] = accumulatedRewards(chain, horizon_h, [reward_per_h]);
  return means(name, count, {
    exact: exact!,
    draw: chainRun(chain, horizon_h, reward_per_h),
    what: 'horizons',
    isQuick,
  });
}

const ONE = repairShop(1, 1, 1000, 10);
const TWO_OF_THREE = repairShop(3, 1, 1000, 2);
const PLANT = repairShop(10, 2, 100, 8);
const PRISM = exploreChain(clusterModel(2));

const LEG = { kind: 'lognormal', median_ms: 1, sigma: 0.8 } as const;
const LEGS = 4;
const HEAVY = { kind: 'lognormal', median_ms: 1, sigma: 1 } as const;
const HEAVY_MEAN = Math.exp(0.5);

/** Samples that are large enough for their skewness, by the limits that docs/estimation.md gives. */
export const MODELS: readonly CoverageModel[] = [
  skewed('exponential', 20),
  skewed('exponential', 100),
  skewed('Weibull, shape 2/3', 100),
  skewed('lognormal, sigma 1', 300),
  skewed('exponential in one of ten, else nothing', 300),
  skewed('two seconds, in one of five four more', 300),
  means('a restart of four lognormal steps, sigma 0.8', 30, {
    exact: LEGS * Math.exp(LEG.sigma ** 2 / 2),
    draw(random) {
      let sum = 0;
      for (let leg = 0; leg < LEGS; leg += 1) sum += sample_ms(LEG, random);
      return sum;
    },
  }),
  horizons('one unit, hours down in a year', 30, ONE, YEAR_H, (up) => (up < 1 ? 1 : 0)),
  horizons('two of three with one crew, hours down in a year', 200, TWO_OF_THREE, YEAR_H, (up) =>
    up < 2 ? 1 : 0,
  ),
  horizons('ten machines with two crews, hours they wait in a week', 50, PLANT, 168, (up) =>
    Math.max(0, 10 - up - 2),
  ),
  horizons(
    "PRISM's cluster, N = 2, hours below premium in 2,000 h",
    1000,
    PRISM,
    2000,
    (state) => (isPremium(2)(state) ? 0 : 1),
    false,
  ),
  queue('wait in M/M/1, load 0.5', 20_000, mmc({ arrival_per_s: 0.5, service_per_s: 1, servers: 1 }), {
    servers: 1,
    arrival_per_s: 0.5,
    service_s: exponential,
  }),
  queue('wait in M/M/1, load 0.8', 200_000, mmc({ arrival_per_s: 0.8, service_per_s: 1, servers: 1 }), {
    servers: 1,
    arrival_per_s: 0.8,
    service_s: exponential,
  }),
  queue('wait in M/M/4, load 0.8', 80_000, mmc({ arrival_per_s: 3.2, service_per_s: 1, servers: 4 }), {
    servers: 4,
    arrival_per_s: 3.2,
    service_s: exponential,
  }),
  queue(
    'wait in M/G/1, lognormal service, sigma 1, load 0.5',
    80_000,
    mg1({
      arrival_per_s: 0.5 / HEAVY_MEAN,
      serviceMean_s: HEAVY_MEAN,
      serviceVariance_s2: HEAVY_MEAN ** 2 * (Math.E - 1),
    }),
    { servers: 1, arrival_per_s: 0.5 / HEAVY_MEAN, service_s: (random) => sample_ms(HEAVY, random) },
  ),
  {
    name: 'two of three with one crew, chance of an outage in a year',
    sample: '300 horizons',
    method: 'Wilson',
    exact: firstPassageWithin(TWO_OF_THREE, (up) => up < 2, YEAR_H),
    estimate(random) {
      const down_h = chainRun(TWO_OF_THREE, YEAR_H, (up) => (up < 2 ? 1 : 0));
      let outages = 0;
      for (let horizon = 0; horizon < 300; horizon += 1) if (down_h(random) > 0) outages += 1;
      return { ci95: wilsonInterval(outages, 300) };
    },
    isQuick: true,
  },
  {
    name: 'where 95 % of a lognormal lie below, sigma 1',
    sample: '1000 values',
    method: 'order statistics',
    exact: Math.exp(1.6448536269514722),
    estimate(random) {
      const values = Float64Array.from({ length: 1000 }, () => sample_ms(HEAVY, random)).sort();
      return { ci95: quantileInterval(values, 0.95) };
    },
    isQuick: true,
  },
  ...SKEWED.map(stopped),
];

/** Samples that are too small for their skewness: what remains there of the 95 %. */
export const LIMITS: readonly CoverageModel[] = [
  skewed('lognormal, sigma 1', 30),
  skewed('lognormal, sigma 1', 100),
  ...VERY_SKEWED.flatMap(({ name, mean, draw }) =>
    [100, 1000].map((count) => means(name, count, { exact: mean, draw })),
  ),
  ...[50, 100, 200].map((count) =>
    means(RARE_LOSS.name, count, { exact: RARE_LOSS.mean, draw: RARE_LOSS.draw }),
  ),
  queue('wait in M/M/1, load 0.8', 5000, mmc({ arrival_per_s: 0.8, service_per_s: 1, servers: 1 }), {
    servers: 1,
    arrival_per_s: 0.8,
    service_s: exponential,
  }),
];
