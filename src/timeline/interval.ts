import { mean, sampleStandardDeviation } from 'simple-statistics';

/**
 * Quantile 0.975 of Student's t by degrees of freedom, from 1 (R 4: qt(0.975, 1:30)); beyond the table, Cornish
 * and Fisher's expansion about the normal, right to 1e-5 from 31 on.
 */
const T975 = [
  12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814, 2.20099, 2.17881,
  2.16037, 2.14479, 2.13145, 2.11991, 2.10982, 2.10092, 2.09302, 2.08596, 2.07961, 2.07387, 2.06866, 2.0639,
  2.05954, 2.05553, 2.05183, 2.04841, 2.04523, 2.04227,
];

/** Quantile 0.975 of the standard normal. */
export const Z975 = 1.959963984540054;

/**
 * Quantile 0.975 of chi-squared (Wilson and Hilferty 1931), within 1 % from 2 degrees of freedom on and 4 % for 1.
 */
export function chiSquared975(degrees_of_freedom: number): number {
  const n = degrees_of_freedom;
  return n * (1 - 2 / (9 * n) + Z975 * Math.sqrt(2 / (9 * n))) ** 3;
}

export function t975(degrees_of_freedom: number): number {
  const tabled = T975[degrees_of_freedom - 1];
  if (tabled !== undefined) return tabled;
  const z = Z975;
  const n = degrees_of_freedom;
  return (
    z +
    (z ** 3 + z) / (4 * n) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * n ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * n ** 3)
  );
}

/**
 * Mean and 95 % confidence interval (Student) of a few independent values, such as measured trials: too few to tell how
 * skewed they are. Of many see `skewedMeanInterval`.
 *
 * @param values at least one; a single value has no spread to tell of, so its interval is the value itself
 */
export function meanInterval(values: readonly number[]): { mean: number; ci95: [number, number] } {
  const centre = mean(values as number[]);
  if (values.length < 2) return { mean: centre, ci95: [centre, centre] };
  const half =
    (t975(values.length - 1) * sampleStandardDeviation(values as number[])) / Math.sqrt(values.length);
  return { mean: centre, ci95: [centre - half, centre + half] };
}

/** The shape of values: what the interval of their mean depends on. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation, with `count - 1`. */
  readonly sd: number;
  /** G1, which is less biased than the plain one (Joanes and Gill 1998): 0 where values lie evenly about the mean. */
  readonly skewness: number;
}

/**
 * 95 % confidence interval of the mean of independent values, however skewed: Student's t, from which Hall (1992, "On the
 * removal of skewness by transformation") takes the skewness by a cubic that has an inverse, in the form of Willink
 * (2005, "A confidence interval and test for the mean of an asymmetric distribution"). The longer tail gets the longer
 * side; of values without skewness it is Student's. It needs no resampling, and covers as often as the bootstrap-t does;
 * how often that is, and where no interval of values alone can hold, is in docs/estimation.md.
 *
 * @returns the whole line where there are fewer than two values
 */
export function skewedMeanInterval({ count, mean, sd, skewness }: Moments): [number, number] {
  if (count < 2) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const t = t975(count - 1);
  const error = sd / Math.sqrt(count);
  const shift = skewness / (6 * Math.sqrt(count));
  return [mean - error * withSkewness(t, shift), mean - error * withSkewness(-t, shift)];
}

/** Willink's (cbrt(1 + 6b(t - b)) - 1) / (2b), without the difference and the division that lose digits where b is small. */
function withSkewness(t: number, shift: number): number {
  const root = Math.cbrt(1 + 6 * shift * (t - shift));
  return (3 * (t - shift)) / (root ** 2 + root + 1);
}

/**
 * What a range that values cannot leave adds to the interval of their mean. Where all of them lie at one end, nothing
 * was seen of the others; of those there may still be a share (Wilson's bound for none in `count`), at the other end.
 *
 * @param range within which every value lies
 */
export function withinRange(
  interval: readonly [number, number],
  { count, mean, sd }: Pick<Moments, 'count' | 'mean' | 'sd'>,
  range: readonly [number, number],
): [number, number] {
  const [least, most] = range;
  const unseen = wilsonInterval(0, count)[1] * (most - least);
  if (sd === 0 && mean === least) return [least, least + unseen];
  if (sd === 0 && mean === most) return [most - unseen, most];
  // What varies by itself, such as the number of requests, may be a little beyond what it is on average.
  return [Math.min(mean, Math.max(least, interval[0])), Math.max(mean, Math.min(most, interval[1]))];
}

/**
 * 95 % confidence interval of a proportion (Wilson 1927), within [0, 1]. Where none or all succeed it keeps a width.
 * It covers 95 % on average over proportions, and 92 % at the worst of those that differ from 0 and 1 by more than
 * 1/trials (Brown, Cai and DasGupta 2001); Clopper and Pearson's never covers less than 95 %, and is wider.
 *
 * @param trials at least one
 */
export function wilsonInterval(successes: number, trials: number): [number, number] {
  const z2 = Z975 ** 2;
  const share = successes / trials;
  const centre = (successes + z2 / 2) / (trials + z2);
  const half = (Z975 * Math.sqrt(trials * share * (1 - share) + z2 / 4)) / (trials + z2);
  // At either end rounding could leave the bound a little beside what it is.
  return [successes === 0 ? 0 : centre - half, successes === trials ? 1 : centre + half];
}
