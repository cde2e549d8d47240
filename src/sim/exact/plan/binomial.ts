/** The binomial distribution. */
import { sumOf } from '../sum.ts';

/**
 * The chances of 0, 1, ... of `count` equal things to happen, each by itself, each right to its own last digits: from
 * the likeliest number outwards, each from its neighbour.
 *
 * @param yes chance of each
 * @param no the chance that it does not, right where `yes` rounds to 1
 */
export function binomial(count: number, yes: number, no: number): Float64Array {
  const chances = new Float64Array(count + 1);
  if (no === 0 || yes === 0) {
    chances[no === 0 ? count : 0] = 1;
    return chances;
  }
  const mode = Math.min(count, Math.floor((count + 1) * yes));
  chances[mode] = 1;
  for (let n = mode; n < count; n += 1) chances[n + 1] = chances[n]! * ((count - n) / (n + 1)) * (yes / no);
  for (let n = mode; n > 0; n -= 1) chances[n - 1] = chances[n]! * (n / (count - n + 1)) * (no / yes);
  const sum = sumOf(chances);
  return chances.map((chance) => chance / sum);
}
