/** The chance that too many units are lost, from where each of them is at present. */
import { binomialPoint } from './binomial.ts';

/** What holds a unit, and with it all others there: the coarsest first, one of each level. */
export type Holding = readonly number[];

/**
 * P(at least `failed` of these units are lost): each by itself, or with what holds it. Where they crowd in one zone, one
 * failure is enough, however many there are; of groups of average size that could not be told.
 *
 * @param placed by unit that works: what holds it
 * @param chance of a unit, by itself
 * @param levels by level of holders: chance that one goes, and all it holds with it
 */
export function placedLoss(
  placed: readonly Holding[],
  failed: number,
  chance: number,
  levels: readonly number[],
): number {
  if (failed <= 0) return 1;
  if (failed > placed.length) return 0;
  return Math.min(1, lostWithin(placed, failed, chance, levels, 0)[failed]!);
}

/** Chances that 0, 1, ... of those within one holder of the level above are lost while it is not; the last: `most` or more. */
function lostWithin(
  placed: readonly Holding[],
  most: number,
  chance: number,
  levels: readonly number[],
  level: number,
): Float64Array {
  const goes = levels[level];
  if (goes === undefined) return ofThemselves(placed.length, most, chance);
  let lost: Float64Array = new Float64Array(most + 1);
  lost[0] = 1;
  for (const held of Map.groupBy(placed, (holding) => holding[level]!).values()) {
    const some = lostWithin(held, most, chance, levels, level + 1).map((each) => each * (1 - goes));
    some[Math.min(most, held.length)]! += goes;
    lost = together(lost, some);
  }
  return lost;
}

function ofThemselves(count: number, most: number, chance: number): Float64Array {
  const lost = new Float64Array(most + 1);
  for (let failed = 0; failed <= count; failed += 1) {
    lost[Math.min(most, failed)]! += binomialPoint(count, failed, chance);
  }
  return lost;
}

function together(one: Float64Array, other: Float64Array): Float64Array {
  const most = one.length - 1;
  const sum = new Float64Array(most + 1);
  for (let a = 0; a <= most; a += 1) {
    if (one[a] === 0) continue;
    for (let b = 0; b <= most; b += 1) sum[Math.min(most, a + b)]! += one[a]! * other[b]!;
  }
  return sum;
}
