/** The steady state of an irreducible part of a chain, each probability exact relative to itself. */
import type { Rates } from './chain.ts';
import { gth } from './gth.ts';
import { inflowOf } from './inflow.ts';
import { wrong } from './input.ts';
import { multilevel } from './multilevel.ts';

/** Up to here elimination takes a tenth of a second at most. */
const DIRECT_MAX = 500;
/** Up to here it takes some seconds and 72 MB. */
const FALLBACK_MAX = 3000;

export interface Demands {
  /** Probabilities below it need not be right, which saves time; default: all are. */
  readonly least?: number | undefined;
  /** Steps of transitions after which nobody waits any more; default: as many as it takes. */
  readonly work_max?: number | undefined;
}

/**
 * The share of time in each of `members`, in their order, when every way out of them leads back to the member with
 * the number `restart`. From each member each other one must be reached in this way.
 *
 * @throws UserError where the iteration does not come to its end
 */
export function stationary(
  rates: Rates,
  members: Int32Array,
  { restart = 0, least, work_max = Number.POSITIVE_INFINITY }: Demands & { readonly restart?: number } = {},
): Float64Array {
  if (members.length === 1) return Float64Array.of(1);
  const chain = inflowOf(rates, members, restart);
  if (chain.size <= DIRECT_MAX) return checked(gth(chain));
  const shares = multilevel(chain, least, work_max);
  if (shares !== undefined) return checked(shares);
  if (chain.size <= FALLBACK_MAX && chain.size ** 3 <= work_max) return checked(gth(chain));
  throw wrong(
    `the steady state of ${chain.size} states is not found: their groups exchange too little, too unevenly`,
    'lump equal parts into counts, or simulate',
  );
}

function checked(shares: Float64Array): Float64Array {
  if (shares.every((share) => share >= 0 && share <= 1)) return shares;
  throw wrong('the rates of the Markov chain are too far apart for double precision');
}
