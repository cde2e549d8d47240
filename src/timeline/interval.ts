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
 * Mean and 95 % confidence interval (Student) of independent values.
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
