import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/scenario/errors.ts';
import { exploreChain } from '../../../src/sim/exact/chain.ts';
import { closedClasses } from '../../../src/sim/exact/classes.ts';
import { chainOf, irreducible } from './random-chain.ts';

describe('exploreChain', () => {
  it('finds every state once, breadth first, by its key', () => {
    const chain = exploreChain<{ left: number; right: number }>({
      initial: { left: 2, right: 1 },
      key: ({ left, right }) => `${left}/${right}`,
      transitions: function* ({ left, right }) {
        if (left > 0) yield { rate_per_h: left, to: { left: left - 1, right } };
        if (right > 0) yield { rate_per_h: 5, to: { left, right: right - 1 } };
      },
    });
    expect(chain.states.map(({ left, right }) => `${left}/${right}`)).toEqual([
      '2/1',
      '1/1',
      '2/0',
      '0/1',
      '1/0',
      '0/0',
    ]);
    expect([...chain.exit_per_h]).toEqual([7, 6, 2, 5, 1, 0]);
    expect(chain.indexOf({ left: 1, right: 0 })).toBe(4);
    expect(chain.indexOf({ left: 3, right: 0 })).toBeUndefined();
  });

  it('adds up rates to the same state, and leaves out those that stay', () => {
    const chain = chainOf([
      [0, 1, 2],
      [0, 1, 3],
      [0, 0, 7],
      [1, 0, 1],
    ]);
    expect([...chain.rate_per_h]).toEqual([5, 1]);
    expect([...chain.exit_per_h]).toEqual([5, 1]);
  });

  it('refuses rates that are no rates, and names the transition', () => {
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => chainOf([[0, 1, bad]])).toThrow(UserError);
      expect(() => chainOf([[0, 1, bad]])).toThrow(
        `the rate from 0 to 1 must be above zero and finite, not ${bad}`,
      );
    }
    expect(() =>
      chainOf([
        [0, 1, 1e308],
        [0, 2, 1e308],
      ]),
    ).toThrow(UserError);
  });

  it('stops at the largest number of states, and says how far it came', () => {
    const endless = {
      initial: 0,
      key: (state: number) => state,
      transitions: (state: number) => [{ rate_per_h: 1, to: state + 1 }],
      states_max: 1000,
    };
    expect(() => exploreChain(endless)).toThrow(
      'the Markov chain has more than 1000 states: so many were reached when 999 of them had been left',
    );
    for (const states_max of [0, -1, 1.5, Number.NaN]) {
      expect(() => exploreChain({ ...endless, states_max })).toThrow(UserError);
    }
  });
});

describe('closedClasses', () => {
  it('is the whole of a chain in which every state can reach every other', () => {
    fc.assert(
      fc.property(irreducible, (edges) => {
        const chain = chainOf(edges);
        expect(closedClasses(chain).map((members) => [...members])).toEqual([[...chain.states.keys()]]);
      }),
    );
  });

  it('leaves out transient states, and takes a state without a way out for a class', () => {
    const chain = chainOf([
      [0, 1, 1],
      [1, 0, 1],
      [1, 2, 1],
      [1, 3, 1],
      [3, 4, 1],
      [4, 3, 1],
    ]);
    expect(closedClasses(chain).map((members) => [...members].map((index) => chain.states[index]))).toEqual([
      [2],
      [3, 4],
    ]);
  });

  it('takes chains that are deeper than the call stack', () => {
    const size = 200_000;
    const ring = exploreChain<number>({
      initial: 0,
      key: (state) => state,
      transitions: (state) => [{ rate_per_h: 1, to: (state + 1) % size }],
    });
    expect(closedClasses(ring).map((members) => members.length)).toEqual([size]);
  });
});
