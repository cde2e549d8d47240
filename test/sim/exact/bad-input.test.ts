import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/scenario/errors.ts';
import type { MarkovChain } from '../../../src/sim/exact/chain.ts';
import {
  firstPassageWithin,
  meanFirstPassage_h,
  reachProbability,
} from '../../../src/sim/exact/first-passage.ts';
import { accumulatedRewards, instantaneousRewards, transient } from '../../../src/sim/exact/rewards.ts';
import { steadyState } from '../../../src/sim/exact/steady-state.ts';
import { chainOf, type Edge } from './random-chain.ts';

const anyNumber = fc.oneof(
  { weight: 12, arbitrary: fc.double({ min: -6, max: 6, noNaN: true }).map((exponent) => 10 ** exponent) },
  { weight: 6, arbitrary: fc.double({ min: -300, max: 300, noNaN: true }).map((exponent) => 10 ** exponent) },
  fc.double(),
  fc.constantFrom(
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
    1e300,
    1e-300,
  ),
);
const edges = fc.array(
  fc.tuple(fc.nat(3), fc.nat(3), anyNumber).map(([from, to, rate_per_h]): Edge => [from, to, rate_per_h]),
  { maxLength: 8 },
);

/** Numbers between the bounds, or a mistake of the user's. */
function expectNumbers(compute: () => Iterable<number>, most: number): void {
  let values: number[];
  try {
    values = [...compute()];
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return;
  }
  for (const value of values) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThanOrEqual(most);
  }
}

describe('a Markov chain of whatever numbers', () => {
  it('has answers that are probabilities and times, or is refused; never NaN, never without end', {
    timeout: 30_000,
  }, () => {
    const isTarget = (state: number) => state === 2;
    fc.assert(
      fc.property(edges, anyNumber, (list, time_h) => {
        let chain: MarkovChain<number>;
        try {
          chain = chainOf(list);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          return;
        }
        const nearlyOne = 1 + 1e-9;
        expectNumbers(() => steadyState(chain).probability, nearlyOne);
        expectNumbers(() => [reachProbability(chain, isTarget)], 1);
        expectNumbers(() => [meanFirstPassage_h(chain, isTarget)], Number.POSITIVE_INFINITY);
        // Within reach of a test: the fastest state ticks a million times at the most.
        const fastest_per_h = Math.max(...chain.exit_per_h);
        const soon_h = time_h * fastest_per_h > 1e6 ? 1e6 / fastest_per_h : time_h;
        expectNumbers(() => transient(chain, soon_h).probability, nearlyOne);
        expectNumbers(() => [firstPassageWithin(chain, isTarget, soon_h)], 1);
        expectNumbers(
          () =>
            instantaneousRewards(
              chain,
              soon_h,
              [isTarget].map((is) => (s) => Number(is(s))),
            ),
          nearlyOne,
        );
        expectNumbers(
          () => accumulatedRewards(chain, soon_h, [(s) => Number(isTarget(s))]),
          soon_h * nearlyOne,
        );
      }),
      { numRuns: 300 },
    );
  });
});
