/** Whether two samples may come from one distribution: the two-sample test of Kolmogorov and Smirnov. */

export interface KolmogorovSmirnov {
  /** The largest distance between the two empirical distribution functions, in [0, 1]. */
  readonly statistic: number;
  /** How likely a distance of at least this is when both come from one distribution, in [0, 1]; two-sided. */
  readonly p: number;
}

/** Steps of the exact computation: two samples of 2,000 take some 20 ms. Beyond it the limit law is exact enough. */
const EXACT_STEPS_MAX = 4_000_000;

/**
 * The exact permutation distribution where the product of the sizes is at most four million, ties included:
 * the share of all ways to deal the pooled values into samples of these sizes that lie at least as far apart.
 * Above that Kolmogorov's limit distribution.
 *
 * @throws RangeError where a sample is empty or holds something that is not a finite number
 */
export function ksTwoSample(a: readonly number[], b: readonly number[]): KolmogorovSmirnov {
  for (const sample of [a, b]) {
    if (sample.length === 0) throw new RangeError('a sample is empty');
    if (!sample.every(Number.isFinite)) throw new RangeError('a sample holds what is not a finite number');
  }
  const first = Float64Array.from(a).sort();
  const second = Float64Array.from(b).sort();
  const { distance, endsTie } = walk(first, second);
  const n = first.length;
  const m = second.length;
  return {
    statistic: distance / (n * m),
    p: n * m <= EXACT_STEPS_MAX ? exactP(n, m, distance, endsTie) : limitP(n, m, distance / (n * m)),
  };
}

/**
 * Goes through the pooled values in order.
 *
 * @returns the largest distance, times n * m so that it is a whole number; and of each count of pooled values
 * whether a run of equal ones ends there, since between equal values there is no distance to be seen
 */
function walk(a: Float64Array, b: Float64Array): { distance: number; endsTie: Uint8Array } {
  const endsTie = new Uint8Array(a.length + b.length + 1);
  let distance = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    while (a[i] === value) i += 1;
    while (b[j] === value) j += 1;
    endsTie[i + j] = 1;
    distance = Math.max(distance, Math.abs(i * b.length - j * a.length));
  }
  return { distance, endsTie };
}

/**
 * The share of paths from (0, 0) to (n, m), one step for each pooled value, that are ever `distance` off the
 * diagonal where a tie ends (Schröer and Trenkler 1995; R's psmirnov). A path to (i, j) came from (i - 1, j)
 * with probability i / (i + j). All terms are positive, so small p are as exact as large ones.
 */
function exactP(n: number, m: number, distance: number, endsTie: Uint8Array): number {
  const touched = new Float64Array(m + 1);
  for (let i = 0; i <= n; i += 1) {
    for (let j = 0; j <= m; j += 1) {
      if (endsTie[i + j] === 1 && Math.abs(i * m - j * n) >= distance) {
        touched[j] = 1;
      } else if (i + j > 0) {
        const before = j === 0 ? 0 : touched[j - 1]!;
        touched[j] = (i * touched[j]! + j * before) / (i + j);
      }
    }
  }
  return Math.min(1, touched[m]!);
}

/** Below this the alternating series converges slowly, and p is 1 to 12 digits. */
const LIMIT_ARGUMENT_MIN = 0.2;

/** 2 sum (-1)^(k-1) exp(-2 k^2 x^2) at x = D sqrt(nm / (n + m)) (Smirnov 1948). */
function limitP(n: number, m: number, statistic: number): number {
  const x = statistic * Math.sqrt((n * m) / (n + m));
  if (x < LIMIT_ARGUMENT_MIN) return 1;
  let sum = 0;
  for (let k = 1; ; k += 1) {
    const term = Math.exp(-2 * k ** 2 * x ** 2);
    if (term < Number.EPSILON * sum || term === 0) break;
    sum += k % 2 === 1 ? term : -term;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
