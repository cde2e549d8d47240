/** Chances of many failures at a time, in sums of positive terms: 1e-200 has as many right digits as 0.1. */
import { gammaln } from 'simple-statistics';

/** A sum ends where what is left is below this share of it. */
const NEGLIGIBLE = 1e-9;

/** P(exactly `failed` of `count` fail), each by itself with this chance. */
export function binomialPoint(count: number, failed: number, chance: number): number {
  if (failed < 0 || failed > count) return 0;
  if (chance === 0) return failed === 0 ? 1 : 0;
  if (chance === 1) return failed === count ? 1 : 0;
  const ways = gammaln(count + 1) - gammaln(failed + 1) - gammaln(count - failed + 1);
  return Math.exp(ways + failed * Math.log(chance) + (count - failed) * Math.log1p(-chance));
}

/** P(at least `failed` of `count` fail), each by itself with this chance. */
export function binomialTail(count: number, failed: number, chance: number): number {
  if (failed <= 0) return 1;
  if (failed > count || chance === 0) return 0;
  if (chance >= 1) return 1;
  // Below the mean the other side is shorter, and what is left of 1 is large.
  if (failed <= count * chance) return Math.max(0, 1 - binomialTail(count, count - failed + 1, 1 - chance));
  const odds = chance / (1 - chance);
  let point = binomialPoint(count, failed, chance);
  let sum = point;
  for (let more = failed + 1; more <= count && point > NEGLIGIBLE * sum; more += 1) {
    point *= ((count - more + 1) / more) * odds;
    sum += point;
  }
  return Math.min(1, sum);
}

/** P(at least so many fail) of any that fail each by itself with its own chance, told one after the other. */
export class FailureTail {
  /** Exactly 0, 1, ... of those told of. */
  #exactly = new Float64Array(1);
  #failed = 0;
  #enough = 0;

  /** @param failed wanted from now on, of none so far */
  begin(failed: number): this {
    if (failed > this.#exactly.length) this.#exactly = new Float64Array(failed);
    for (let count = 1; count < failed; count += 1) this.#exactly[count] = 0;
    this.#exactly[0] = 1;
    this.#failed = failed;
    this.#enough = failed <= 0 ? 1 : 0;
    return this;
  }

  add(chance: number): void {
    const exactly = this.#exactly;
    // From enough there is no way back.
    if (this.#failed > 0) this.#enough += exactly[this.#failed - 1]! * chance;
    for (let count = this.#failed - 1; count > 0; count -= 1) {
      exactly[count] = exactly[count]! * (1 - chance) + exactly[count - 1]! * chance;
    }
    exactly[0]! *= 1 - chance;
  }

  get chance(): number {
    return Math.min(1, this.#enough);
  }
}

/** P(at least `row` next to each other fail) in a line where each fails by itself with its own chance. */
export function rowChance(chances: ArrayLike<number>, row: number): number {
  // By how many failed ones the line ends in.
  const ending = new Float64Array(row);
  ending[0] = 1;
  let found = 0;
  for (let at = 0; at < chances.length; at += 1) {
    const chance = chances[at]!;
    let none = 0;
    for (let length = 0; length < row; length += 1) none += ending[length]!;
    found += ending[row - 1]! * chance;
    for (let length = row - 1; length > 0; length -= 1) ending[length] = ending[length - 1]! * chance;
    ending[0] = none * (1 - chance);
  }
  return Math.min(1, found);
}
