/**
 * From measured durations to the distribution that a prediction draws from (docs/calibration.md says how it is
 * chosen). The same samples give the same fit.
 *
 * @example
 * fitSamples([92.1, 88.4, 131.9, ...]).distribution; // { kind: 'lognormal', median_ms: 95.2, sigma: 0.31 }
 */
import { constant, type Distribution } from '../scenario/distribution.ts';
import { stream } from '../scenario/random.ts';
import { sample_ms } from '../scenario/sample.ts';
import { quantile } from '../timeline/quantile.ts';
import { DURATION_MAX_MS, meanAndSd, type Parametric } from './families.ts';
import { andersonDarling, bootstrapP, type Goodness, REJECTION_P } from './goodness.ts';
import { commonPart, exactly, type Interval, isExact, middle, observedAlike, rounded } from './interval.ts';
import { candidates, fitFamily } from './likelihood.ts';
import { cdf, moments } from './probability.ts';
import { SAMPLES_MIN, tooSmall } from './sample-size.ts';
import { quantilesOf, turnbull } from './turnbull.ts';
import { writable } from './writable.ts';

export interface Fit {
  readonly distribution: Distribution;
  /** Samples it rests on. */
  readonly n: number;
  /** Of the samples; where those are intervals, of the distribution. */
  readonly mean_ms: number;
  readonly sd_ms: number;
  /** How well the best family fits; undefined where nothing was to be tested. */
  readonly goodness: Goodness | undefined;
  /** What is to be said before anyone relies on it, in a sentence without a full stop. */
  readonly warning: string | undefined;
}

export interface FitOptions {
  /** The step to whose multiples the samples were rounded: 1000 for timestamps in whole seconds. Default: none. */
  readonly resolution_ms?: number;
  /** Decides the luck of the test of goodness. */
  readonly seed?: string;
}

export const SEED = 'calibrate';

/** Simulated samples of a test of goodness: its p is known to 1/200. */
const BOOTSTRAP_ROUNDS = 199;

/** Fewer values stand for themselves badly: what one in thirty runs does is not among them. */
const EMPIRICAL_SAMPLES_MIN = 30;

/** Between the bounds of an interval nothing is known: where there are few values, a family says more. */
const EXACT_SHARE_MIN = 1 / 3;

/** As many values an empirical distribution keeps, evenly taken from the sorted samples. */
const EMPIRICAL_VALUES_MAX = 1000;

/** Rounding to less than this share of the spread moves it by a thousandth at most (Sheppard: step^2 / 12). */
const NEGLIGIBLE_STEP = 0.1;

/**
 * Fits durations that are known as numbers.
 *
 * @throws RangeError where there is none, or one is negative or not a number, or longer than a year
 */
export function fitSamples(samples_ms: readonly number[], options: FitOptions = {}): Fit {
  checkDurations(samples_ms);
  const { mean, sd } = meanAndSd(samples_ms);
  const step_ms = options.resolution_ms ?? 0;
  const isRounded = step_ms > NEGLIGIBLE_STEP * sd;
  const observed = samples_ms.map((value) => (isRounded ? rounded(value, step_ms) : exactly(value)));
  const best = choose(observed, options.seed ?? SEED);
  const misfit = misfitOf(best.goodness);
  const isEmpirical = misfit !== undefined && !isRounded && samples_ms.length >= EMPIRICAL_SAMPLES_MIN;
  return {
    distribution: writable(isEmpirical ? empirical(samples_ms) : best.distribution),
    n: samples_ms.length,
    mean_ms: mean,
    sd_ms: sd,
    goodness: best.goodness,
    warning: sentence(tooSmall(samples_ms.length, mean, sd), isEmpirical ? undefined : misfit),
  };
}

/** @throws RangeError where there is no sample, or one is negative or not a number, or longer than a year */
export function checkDurations(samples_ms: readonly number[]): void {
  if (samples_ms.length === 0) throw new RangeError('no samples, no fit');
  const wrong = samples_ms.find((value) => !(value >= 0 && value <= DURATION_MAX_MS));
  if (wrong !== undefined) throw new RangeError(`a duration cannot be ${wrong} ms`);
}

/**
 * Fits durations that are known to lie between two bounds, as between two looks of the kubelet. What they have in
 * common is taken as a constant; the spread within is nowhere to be seen then.
 *
 * @throws RangeError where there is none, none has an end, or one is no interval of durations
 */
export function fitIntervals(intervals: readonly Interval[], options: Pick<FitOptions, 'seed'> = {}): Fit {
  if (intervals.length === 0) throw new RangeError('no samples, no fit');
  for (const { low_ms, high_ms } of intervals) {
    const isDuration = low_ms >= 0 && low_ms <= DURATION_MAX_MS;
    const isEnd = high_ms <= DURATION_MAX_MS || high_ms === Number.POSITIVE_INFINITY;
    if (isDuration && isEnd && high_ms >= low_ms) continue;
    throw new RangeError(`a duration cannot lie between ${low_ms} and ${high_ms} ms`);
  }
  if (!intervals.some(({ high_ms }) => Number.isFinite(high_ms)))
    throw new RangeError('no sample has an end');
  const observed = intervals.map((each) => (isExact(each) ? exactly(middle(each)) : each));
  const best = choose(observed, options.seed ?? SEED);
  const common = commonPart(observed);
  const misfit = misfitOf(best.goodness);
  const isEmpirical = misfit !== undefined && sayMore(intervals);
  const distribution = isEmpirical ? ofNoFamily(observed) : best.distribution;
  const { mean_ms, variance_ms2 } = moments(distribution);
  return {
    distribution: writable(distribution),
    n: intervals.length,
    mean_ms,
    sd_ms: Math.sqrt(variance_ms2),
    goodness: best.goodness,
    warning: sentence(
      tooSmall(intervals.length, mean_ms, meanAndSd(observed.map(middle)).sd),
      common !== undefined && common.low_ms < common.high_ms
        ? `one value between ${text(common.low_ms)} and ${text(common.high_ms)} ms explains all samples: finer ones would tell more`
        : undefined,
      isEmpirical ? undefined : misfit,
    ),
  };
}

/** Whether they are enough, and enough of them exact, to do without a family. */
const sayMore = (intervals: readonly Interval[]): boolean =>
  intervals.length >= EMPIRICAL_SAMPLES_MIN &&
  intervals.filter(isExact).length >= EXACT_SHARE_MIN * intervals.length &&
  intervals.every(({ high_ms }) => Number.isFinite(high_ms));

function ofNoFamily(intervals: readonly Interval[]): Distribution {
  const values_ms = quantilesOf(turnbull(intervals), Math.min(EMPIRICAL_VALUES_MAX, 5 * intervals.length));
  return { kind: 'empirical', values_ms };
}

/**
 * A constant where one value explains everything. Where the samples are too few to choose, the lognormal, as the
 * defaults of src/scenario/timing.ts have it, or the normal where a sample may be zero. Else the least AICc.
 */
function choose(
  intervals: readonly Interval[],
  seed: string,
): { distribution: Distribution; goodness: Goodness | undefined } {
  const common = commonPart(intervals);
  if (common !== undefined) return { distribution: constant(middle(common)), goodness: undefined };
  const ranked = candidates(intervals).map(({ member }) => member);
  if (intervals.length < SAMPLES_MIN) {
    const preferred = intervals.some(({ low_ms }) => low_ms <= 0) ? 'normal' : 'lognormal';
    const member = ranked.find(({ kind }) => kind === preferred) ?? ranked[0]!;
    return { distribution: member, goodness: undefined };
  }
  const [best] = ranked;
  return { distribution: best!, goodness: goodnessOf(best!, intervals, seed) };
}

function goodnessOf(member: Parametric, intervals: readonly Interval[], seed: string): Goodness {
  const random = stream(seed, 0, `goodness/${member.kind}`);
  const statistic = distanceOf(member, intervals);
  const p = bootstrapP(statistic, BOOTSTRAP_ROUNDS, () => {
    const simulated = intervals.map((interval) => observedAlike(sample_ms(member, random), interval));
    if (commonPart(simulated) !== undefined) return undefined;
    const again = fitFamily(member.kind, simulated, member);
    return again === undefined ? undefined : distanceOf(again, simulated);
  });
  return { test: 'anderson-darling', family: member.kind, statistic, p };
}

/** Of what is known only between bounds, the probability half way between theirs. */
const distanceOf = (member: Parametric, intervals: readonly Interval[]): number =>
  andersonDarling(
    intervals.map(({ low_ms, high_ms }) =>
      low_ms === high_ms
        ? cdf(member, low_ms)
        : ((low_ms <= 0 ? 0 : cdf(member, low_ms)) + cdf(member, high_ms)) / 2,
    ),
  );

function empirical(samples_ms: readonly number[]): Distribution {
  const sorted = [...samples_ms].sort((a, b) => a - b);
  if (sorted.length <= EMPIRICAL_VALUES_MAX) return { kind: 'empirical', values_ms: sorted };
  const values_ms = Array.from({ length: EMPIRICAL_VALUES_MAX }, (_, i) =>
    quantile(sorted, (i + 0.5) / EMPIRICAL_VALUES_MAX),
  );
  return { kind: 'empirical', values_ms };
}

/** What is said of a family that the test turned down, should it be taken all the same. */
export function misfitOf(goodness: Goodness | undefined): string | undefined {
  if (goodness === undefined || goodness.p >= REJECTION_P) return undefined;
  return `the best family, ${goodness.family}, does not fit the samples (p = ${goodness.p.toPrecision(1)})`;
}

/** What there is to be said, in one sentence. */
export const sentence = (...parts: readonly (string | undefined)[]): string | undefined => {
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? undefined : said.join('; ');
};

const text = (value: number): string => String(Number(Math.max(0, value).toPrecision(4)));
