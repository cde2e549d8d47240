/** The chance that too many of a number of units fail, by themselves or with what holds several of them. */
import { binomialPoint, binomialTail } from './binomial.ts';

/** Equal holders of what is counted: zones, racks, nodes. */
export interface Holders {
  /** How many of them work. */
  readonly count: number;
  /** Chance that one goes, and all it holds with it. */
  readonly chance: number;
}

/** Up to so many holders, every number of them that may go is looked at; of more only that they alone are enough. */
const FEW = 32;

/**
 * P(at least `failed` of `count` are lost). Each holder is taken to hold the same number: what is known of a state is how
 * many units of each kind work, not where.
 *
 * @param holders the coarsest first; those after it are within it
 */
export function groupLoss(
  count: number,
  failed: number,
  chance: number,
  holders: readonly Holders[],
  from = 0,
  whole = count,
): number {
  if (failed <= 0) return 1;
  if (count <= 0) return 0;
  const holder = holders[from];
  if (holder === undefined) return binomialTail(Math.round(count), Math.ceil(failed), chance);
  // Of these, too, some went with what holds them.
  const left = Math.max(1, Math.round((holder.count * count) / whole));
  const each = count / left;
  if (left > FEW) {
    const alone = binomialTail(left, Math.ceil(failed / each), holder.chance);
    return Math.min(1, alone + groupLoss(count, failed, chance, holders, from + 1, whole));
  }
  let sum = 0;
  for (let gone = 0; gone <= left; gone += 1) {
    if (failed - gone * each <= 1e-9) {
      sum += binomialTail(left, gone, holder.chance);
      break;
    }
    const rest = groupLoss(count - gone * each, failed - gone * each, chance, holders, from + 1, whole);
    sum += binomialPoint(left, gone, holder.chance) * rest;
  }
  return Math.min(1, sum);
}
