/**
 * The q-quantile of sorted values, by linear interpolation between the two that lie about it (Hyndman and
 * Fan's type 7, the default of R and NumPy).
 *
 * @param sorted ascending, not empty
 * @param q in [0, 1]
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new RangeError('no values, no quantile');
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (position - below) * (high - low);
}

/**
 * Interval that holds the q-quantile of what the values were drawn from with 95 % confidence at least, whatever that is:
 * two of the values themselves, by how many of them may lie below the quantile (binomial; e.g. David and Nagaraja,
 * "Order Statistics", 7.1).
 *
 * @param sorted ascending
 * @param q above 0 and below 1
 * @returns undefined where so few values cannot enclose it: below 72 for the quantiles 5 and 95 %
 */
export function quantileInterval(sorted: ArrayLike<number>, q: number): [number, number] | undefined {
  const { first, chances } = binomial(sorted.length, q);
  // In 2.5 % of cases at most so few of the values, or fewer, lie below the quantile; so many, or more.
  let few = first - 1;
  for (let sum = 0; sum + chances[few + 1 - first]! <= TAIL; few += 1) sum += chances[few + 1 - first]!;
  let many = first + chances.length;
  for (let sum = 0; sum + chances[many - 1 - first]! <= TAIL; many -= 1) sum += chances[many - 1 - first]!;
  const low = sorted[few];
  const high = sorted[many - 1];
  return few < 0 || low === undefined || high === undefined ? undefined : [low, high];
}

const TAIL = 0.025;

/** The chances of each count that is not next to impossible, from the first such count on. */
function binomial(n: number, p: number): { readonly first: number; readonly chances: number[] } {
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  // As shares of the most likely one's, which no power of p can underflow.
  const below: number[] = [];
  for (let count = mode, weight = 1; count > 0; count -= 1) {
    weight *= count / ((n - count + 1) * odds);
    if (weight < NEGLIGIBLE) break;
    below.push(weight);
  }
  const above: number[] = [];
  for (let count = mode, weight = 1; count < n; count += 1) {
    weight *= ((n - count) * odds) / (count + 1);
    if (weight < NEGLIGIBLE) break;
    above.push(weight);
  }
  const weights = [...below.reverse(), 1, ...above];
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return { first: mode - below.length, chances: weights.map((weight) => weight / whole) };
}

const NEGLIGIBLE = 1e-20;
