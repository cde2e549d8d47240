/**
 * Whether an interval over roots can be believed. Few roots with large weights are how splitting fails: the ways to an
 * outage that it has not found are not in its interval either, so the interval is too low and too narrow at once.
 */

/** What the values of independent roots say of their mean. */
export interface Diagnosis {
  readonly roots: number;
  /** Roots that saw anything. */
  readonly contributing: number;
  /** (sum)^2 / (sum of squares): of so many equal values the mean would be as uncertain (Kish 1965). */
  readonly effective_size: number;
  /** The largest value as a share of all. */
  readonly largest_share: number;
  /** Kurtosis over the number of roots: about the relative variance of the variance that the interval rests on. */
  readonly variance_error: number;
  /** Difference of the means of the first and the second half, in its standard errors. */
  readonly halves: number;
}

const CONTRIBUTING_MIN = 30;
/** Roots worth fewer than this, of equal weight, are no answer: what they rest on is too little to judge its spread by. */
export const EFFECTIVE_MIN = 30;
const LARGEST_MAX = 0.1;
/** The interval's width is then right to some 25 %, half of the relative error of the variance. */
const VARIANCE_ERROR_MAX = 0.25;
/** Exceeded once in a thousand where nothing is wrong. */
const HALVES_MAX = 3.29;

/** @param values one of each root, at least 0 */
export function diagnose(values: readonly number[]): Diagnosis {
  const roots = values.length;
  let sum = 0;
  let squares = 0;
  let largest = 0;
  let contributing = 0;
  for (const value of values) {
    sum += value;
    squares += value ** 2;
    largest = Math.max(largest, value);
    if (value > 0) contributing += 1;
  }
  const { variance, fourth } = centralMoments(values, sum / roots);
  const half = Math.floor(roots / 2);
  const first = meanOf(values.slice(0, half));
  const second = meanOf(values.slice(half));
  const error = Math.sqrt(variance * (1 / half + 1 / (roots - half)));
  return {
    roots,
    contributing,
    effective_size: squares === 0 ? 0 : sum ** 2 / squares,
    largest_share: sum === 0 ? 0 : largest / sum,
    variance_error: variance === 0 ? 0 : fourth / variance ** 2 / roots,
    halves: error > 0 ? Math.abs(first - second) / error : 0,
  };
}

/** What is wrong, in sentences; empty where nothing is. */
export function complaints(diagnosis: Diagnosis): string[] {
  const { roots, contributing, effective_size, largest_share, variance_error, halves } = diagnosis;
  if (contributing === 0) return [`none of ${roots} roots saw an outage`];
  const found: string[] = [];
  if (contributing < CONTRIBUTING_MIN) {
    found.push(`only ${contributing} of ${roots} roots saw an outage`);
  } else if (effective_size < EFFECTIVE_MIN) {
    found.push(`the ${roots} roots are worth no more than ${effective_size.toFixed(1)} of equal weight`);
  }
  if (largest_share > LARGEST_MAX) {
    found.push(`one root makes up ${(100 * largest_share).toFixed(0)} % of the downtime`);
  }
  if (variance_error > VARIANCE_ERROR_MAX) found.push('few large values decide how wide the interval is');
  if (halves > HALVES_MAX)
    found.push('the first half of the roots and the second differ by more than chance');
  return found;
}

function centralMoments(values: readonly number[], mean: number): { variance: number; fourth: number } {
  let second = 0;
  let fourth = 0;
  for (const value of values) {
    const square = (value - mean) ** 2;
    second += square;
    fourth += square ** 2;
  }
  return { variance: second / values.length, fourth: fourth / values.length };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
