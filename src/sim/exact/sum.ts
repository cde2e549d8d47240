/** The sum of many numbers as if it were rounded once: Neumaier's improvement of Kahan's (1974). */
export function sumOf(values: Iterable<number>): number {
  let sum = 0;
  let missed = 0;
  for (const value of values) {
    const next = sum + value;
    missed += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + missed;
}
