/**
 * A measured duration is often a sum, such as an API write, its delivery and the work in between, of which all
 * but one part is known. This finds that one.
 */
import type { Distribution } from '../scenario/distribution.ts';
import { stream } from '../scenario/random.ts';
import { sample_ms } from '../scenario/sample.ts';
import { FAMILIES, FAMILY, meanAndSd } from './families.ts';
import {
  checkDurations,
  type Fit,
  type FitOptions,
  fitIntervals,
  fitSamples,
  misfitOf,
  SEED,
  sentence,
} from './fit.ts';
import { bootstrapP, type Goodness } from './goodness.ts';
import { type Interval, isExact, middle, observedAlike, RESOLUTION_MS } from './interval.ts';
import { aicc } from './likelihood.ts';
import { moments } from './probability.ts';
import { SAMPLES_MIN, tooSmall } from './sample-size.ts';
import { type Rest, Sum, startOf } from './sum.ts';
import { writable } from './writable.ts';

/** Simulated samples of the test of goodness, each taken apart anew: p is known to 1/100. */
const BOOTSTRAP_ROUNDS = 99;

interface Moments {
  readonly mean_ms: number;
  readonly variance_ms2: number;
}

/**
 * Fits what remains of measured durations once known parts are taken away, each of them an independent draw in
 * every sample: by maximum likelihood, the known parts convolved with each candidate.
 *
 * @param samples values, or intervals in which they lie; those without an end are left out
 * @returns the remaining part; its mean and sd are those of the samples less those of the known parts, or where some
 *   samples are intervals those of the part that was found
 * @throws RangeError where there are no samples, or one is negative or not a number, or longer than a year
 */
export function remainder(
  samples: readonly (number | Interval)[],
  known: readonly Distribution[],
  options: Pick<FitOptions, 'seed'> = {},
): Fit {
  const intervals = samples
    .map((each) => (typeof each === 'number' ? { low_ms: each, high_ms: each } : each))
    .filter(({ high_ms }) => high_ms !== Number.POSITIVE_INFINITY);
  checkDurations(intervals.flatMap(({ low_ms, high_ms }) => [low_ms, high_ms]));
  const varying = known.filter((part) => moments(part).variance_ms2 > RESOLUTION_MS ** 2);
  const fixed_ms = total(known).mean_ms - total(varying).mean_ms;
  if (varying.length === 0) return withoutFixed(intervals, fixed_ms, options);

  const n = intervals.length;
  const { mean, sd } = meanAndSd(intervals.map(middle));
  const ofKnown = total(known);
  const rest = { mean_ms: mean - ofKnown.mean_ms, variance_ms2: sd ** 2 - ofKnown.variance_ms2 };
  const best = choose(
    intervals.map((each) => shifted(each, -fixed_ms)),
    varying,
    rest,
    options.seed ?? SEED,
  );
  const found = intervals.every(isExact) ? rest : moments(best.rest);
  return {
    distribution: writable(best.rest),
    n,
    mean_ms: Math.max(0, found.mean_ms),
    sd_ms: Math.sqrt(Math.max(0, found.variance_ms2)),
    goodness: best.goodness,
    warning: sentence(
      nothingLeft(rest, ofKnown, mean) ?? tooSmall(n, rest.mean_ms, sd),
      n < 2 ? undefined : spreadWarning(best.rest, rest, ofKnown, sd),
      misfitOf(best.goodness),
    ),
  };
}

function total(parts: readonly Distribution[]): Moments {
  const all = parts.map(moments);
  return {
    mean_ms: all.reduce((sum, { mean_ms }) => sum + mean_ms, 0),
    variance_ms2: all.reduce((sum, { variance_ms2 }) => sum + variance_ms2, 0),
  };
}

const shifted = ({ low_ms, high_ms }: Interval, by_ms: number): Interval => ({
  low_ms: low_ms + by_ms,
  high_ms: high_ms + by_ms,
});

/** What is left when a time that never varies is taken away. */
function withoutFixed(
  samples: readonly Interval[],
  fixed_ms: number,
  options: Pick<FitOptions, 'seed'>,
): Fit {
  const shorter = samples.filter(({ high_ms }) => high_ms < fixed_ms).length;
  const left = samples.map((each) => {
    const { low_ms, high_ms } = shifted(each, -fixed_ms);
    return { low_ms: Math.max(0, low_ms), high_ms: Math.max(0, high_ms) };
  });
  const rest = left.every(isExact) ? fitSamples(left.map(middle), options) : fitIntervals(left, options);
  if (shorter === 0) return rest;
  const said = `${shorter} of ${samples.length} samples are shorter than the known parts (${text(fixed_ms)} ms)`;
  return { ...rest, warning: sentence(said, rest.warning) };
}

/** A constant where the known parts leave no spread or no time; else the candidate with the least AICc. */
function choose(
  samples: readonly Interval[],
  known: readonly Distribution[],
  rest: Moments,
  seed: string,
): { rest: Rest; goodness: Goodness | undefined } {
  const isConstant = rest.mean_ms <= 0 || rest.variance_ms2 <= 0;
  const byMoments: Rest = isConstant
    ? { kind: 'constant', value_ms: Math.max(0, rest.mean_ms) }
    : startOf('lognormal', rest);
  const n = samples.length;
  if (n < SAMPLES_MIN) return { rest: byMoments, goodness: undefined };

  const sum = new Sum(samples, known);
  const kinds = isConstant ? (['constant'] as const) : (['constant', ...FAMILIES] as const);
  const [best] = kinds
    .flatMap((kind) => sum.fit(kind, byMoments) ?? [])
    .map((member) => {
      const parameters = member.kind === 'constant' ? 1 : FAMILY[member.kind].parameters;
      return { member, aicc: aicc(sum.logLikelihood(member), parameters, n) };
    })
    .sort((a, b) => a.aicc - b.aicc);
  const member = best?.member ?? byMoments;
  return { rest: member, goodness: goodnessOf(member, sum, samples, known, seed) };
}

function goodnessOf(
  rest: Rest,
  sum: Sum,
  samples: readonly Interval[],
  known: readonly Distribution[],
  seed: string,
): Goodness {
  const random = stream(seed, 0, `remainder/${rest.kind}`);
  const statistic = sum.distance(rest);
  const p = bootstrapP(statistic, BOOTSTRAP_ROUNDS, () => {
    const simulated = samples.map((sample) =>
      observedAlike(
        [rest, ...known].reduce((sum_ms, part) => sum_ms + sample_ms(part, random), 0),
        sample,
      ),
    );
    const again = new Sum(simulated, known);
    const refitted = again.fit(rest.kind, rest);
    return refitted === undefined ? undefined : again.distance(refitted);
  });
  return { test: 'anderson-darling', family: rest.kind, statistic, p };
}

function nothingLeft(rest: Moments, known: Moments, mean_ms: number): string | undefined {
  if (rest.mean_ms > 0) return undefined;
  return `the known parts take longer (mean ${text(known.mean_ms)} ms) than what was measured (mean ${text(mean_ms)} ms): nothing is left`;
}

function spreadWarning(chosen: Rest, rest: Moments, known: Moments, sd_ms: number): string | undefined {
  if (chosen.kind !== 'constant') return undefined;
  const sds = `(sd ${text(Math.sqrt(known.variance_ms2))} ms) than what was measured (sd ${text(sd_ms)} ms)`;
  return rest.variance_ms2 <= 0
    ? `the known parts vary more ${sds}: the rest is taken as constant`
    : `the known parts vary hardly less ${sds}: the spread of the rest cannot be told`;
}

const text = (value: number): string => String(Number(value.toPrecision(3)));
