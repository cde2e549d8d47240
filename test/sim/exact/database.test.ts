import { describe, it } from 'vitest';
import { exploreChain, type MarkovChain } from '../../../src/sim/exact/chain.ts';
import { probabilityOf, steadyState } from '../../../src/sim/exact/steady-state.ts';
import { expectDigits } from './near.ts';

/** Units of a set that are in a repair of 1 h, and in one of 2 h in the mean. */
type Down = readonly [quick: number, slow: number];

/** Equal units, each repaired on its own as soon as it fails. */
function setOf(units: number, meanTimeToFailure_h: number): MarkovChain<Down> {
  return exploreChain<Down>({
    initial: [0, 0],
    key: ([quick, slow]) => quick * (units + 1) + slow,
    transitions: function* ([quick, slow]) {
      const failure_per_h = (units - quick - slow) / meanTimeToFailure_h;
      if (failure_per_h > 0) {
        yield { rate_per_h: failure_per_h / 2, to: [quick + 1, slow] };
        yield { rate_per_h: failure_per_h / 2, to: [quick, slow + 1] };
      }
      if (quick > 0) yield { rate_per_h: quick / 1, to: [quick - 1, slow] };
      if (slow > 0) yield { rate_per_h: slow / 2, to: [quick, slow - 1] };
    },
  });
}

describe('the database system', () => {
  it('has the published unavailabilities, each set as a Markov chain of lumped units', () => {
    for (const [R, published] of [
      [2, '6.854845e-3'],
      [3, '4.740758e-5'],
      [4, '2.454932e-7'],
    ] as const) {
      // A set is down when R of its units are.
      const down = (chain: MarkovChain<Down>) =>
        probabilityOf(chain, steadyState(chain), ([quick, slow]) => quick + slow >= R);
      const processors = down(setOf(R, (50 * R) / 2));
      const disks = down(setOf(R + 2, (150 * R) / 2));
      // Sets are independent of each other; the system is down when any is.
      expectDigits(-Math.expm1(4 * Math.log1p(-processors) + 6 * Math.log1p(-disks)), published);
    }
  });
});
