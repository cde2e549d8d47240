import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../../src/scenario/random.ts';
import { exploreChain } from '../../../src/sim/exact/chain.ts';
import { gth } from '../../../src/sim/exact/gth.ts';
import { inflowOf } from '../../../src/sim/exact/inflow.ts';
import { multilevel } from '../../../src/sim/exact/multilevel.ts';
import { meanReward, probabilityOf, steadyState } from '../../../src/sim/exact/steady-state.ts';
import { expectNear } from './near.ts';
import { chainOf, type Edge, generator, irreducible, rate, solve } from './random-chain.ts';

describe('steadyState', () => {
  it('is what a dense solver finds', () => {
    const mild = irreducible.map((edges) =>
      edges.map(([from, to, rate_per_h]): Edge => [from, to, rate_per_h ** 0.25]),
    );
    fc.assert(
      fc.property(mild, (edges) => {
        const chain = chainOf(edges);
        // The transposed generator, its last row replaced by the sum of all.
        const q = generator(chain);
        const rows = q.map((_, to) => q.map((row) => (to === q.length - 1 ? 1 : row[to]!)));
        const dense = solve(
          rows,
          q.map((_, index) => (index === q.length - 1 ? 1 : 0)),
        );
        const { probability } = steadyState(chain);
        for (const [state, share] of dense.entries()) expect(probability[state]).toBeCloseTo(share, 11);
      }),
    );
  });

  it('balances every state and sums to 1, with rates from 1e-5 to 1e3', () => {
    fc.assert(
      fc.property(irreducible, (edges) => {
        const chain = chainOf(edges);
        const { probability, closedClasses } = steadyState(chain);
        expect(closedClasses).toBe(1);
        expect(probability.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
        const inflow = new Float64Array(chain.size);
        for (let from = 0; from < chain.size; from += 1) {
          for (let at = chain.rowStart[from]!; at < chain.rowStart[from + 1]!; at += 1) {
            inflow[chain.target[at]!]! += probability[from]! * chain.rate_per_h[at]!;
          }
        }
        for (const [state, flow] of inflow.entries())
          expectNear(flow, probability[state]! * chain.exit_per_h[state]!, 1e-12);
      }),
    );
  });

  it('has a closed form on a ring, however stiff: the share is the time spent', () => {
    fc.assert(
      fc.property(fc.array(rate, { minLength: 2, maxLength: 40 }), (rates) => {
        const chain = chainOf(
          rates.map((rate_per_h, from): Edge => [from, (from + 1) % rates.length, rate_per_h]),
        );
        const { probability } = steadyState(chain);
        const turn_h = rates.reduce((sum, rate_per_h) => sum + 1 / rate_per_h, 0);
        for (const [state, rate_per_h] of rates.entries())
          expectNear(probability[state]!, 1 / rate_per_h / turn_h, 1e-12);
      }),
    );
  });

  it('gives transient states nothing', () => {
    const chain = chainOf([
      [0, 1, 1e-5],
      [1, 2, 3],
      [2, 1, 1],
    ]);
    const steady = steadyState(chain);
    expect(steady.closedClasses).toBe(1);
    expect(steady.probability[0]).toBe(0);
    expectNear(steady.probability[1]!, 0.25, 1e-14);
    expectNear(
      meanReward(chain, steady, (state) => 4 * state),
      7,
      1e-14,
    );
  });

  it('weights several closed classes with the chance to end up in them: the ruin of a gambler', () => {
    const [win, lose, goal] = [0.4, 0.6, 12];
    const chain = exploreChain<number>({
      initial: 5,
      key: (coins) => coins,
      transitions: (coins) =>
        coins === 0 || coins === goal
          ? []
          : [
              { rate_per_h: win, to: coins + 1 },
              { rate_per_h: lose, to: coins - 1 },
            ],
    });
    const steady = steadyState(chain);
    expect(steady.closedClasses).toBe(2);
    const odds = lose / win;
    const wins = (odds ** 5 - 1) / (odds ** goal - 1);
    expectNear(
      probabilityOf(chain, steady, (coins) => coins === goal),
      wins,
      1e-12,
    );
    expectNear(
      probabilityOf(chain, steady, (coins) => coins === 0),
      1 - wins,
      1e-12,
    );
  });

  it('is 1 where nothing ever happens', () => {
    expect([...steadyState(chainOf([])).probability]).toEqual([1]);
  });
});

describe('multilevel', () => {
  /** Groups of states that exchange little: rates within a group around 1, between groups `loose`. */
  const groups = (count: number, members: number, loose: number) => {
    const size = count * members;
    return exploreChain<number>({
      initial: 0,
      key: (state) => state,
      transitions: (state) => {
        const first = state - (state % members);
        const next = (offset: number, stride: number) =>
          first + ((state - first + offset * stride) % members);
        return [
          { rate_per_h: 1 + (state % 7) / 3, to: next(1, 1) },
          { rate_per_h: 0.5 + (state % 5) / 4, to: next(1, 7) },
          { rate_per_h: loose * (1 + (state % 3)), to: (state + members) % size },
          { rate_per_h: loose * (1 + (state % 11)), to: (state + 5 * members + 3) % size },
        ];
      },
    });
  };

  it('agrees with elimination, also where groups of states hardly ever exchange anything', () => {
    for (const loose of [1, 1e-4, 1e-8, 1e-12]) {
      const chain = groups(20, 25, loose);
      const inflow = inflowOf(chain, Int32Array.from(chain.states.keys()), 0);
      const direct = gth(inflow);
      const iterated = multilevel(inflow);
      expect(iterated, `${loose}`).toBeDefined();
      for (const [state, share] of direct.entries()) expectNear(iterated![state]!, share, 1e-9);
    }
  });

  /** Units with their own rates, repaired one after the other in the order of their numbers. */
  const queueOfRepairs = (failures_per_h: readonly number[], repairs_per_h: readonly number[]) =>
    exploreChain<number>({
      initial: 0,
      key: (down) => down,
      transitions: function* (down) {
        const first = failures_per_h.findIndex((_, unit) => down & (1 << unit));
        if (first !== -1) yield { rate_per_h: repairs_per_h[first]!, to: down ^ (1 << first) };
        for (const [unit, rate_per_h] of failures_per_h.entries()) {
          if (!(down & (1 << unit))) yield { rate_per_h, to: down | (1 << unit) };
        }
      },
    });

  it('agrees with elimination, or says that it does not come to rest, whatever the rates', () => {
    const rates = fc.array(rate, { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(rates, rates, (failures_per_h, repairs_per_h) => {
        const chain = queueOfRepairs(failures_per_h, repairs_per_h);
        const inflow = inflowOf(chain, Int32Array.from(chain.states.keys()), 0);
        const iterated = multilevel(inflow);
        if (iterated === undefined) return;
        for (const [state, share] of gth(inflow).entries()) expectNear(iterated[state]!, share);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves to elimination where it does not come to rest', () => {
    // Found by trying: repairs from seconds to years that wait for each other.
    const uniform = stream('stiff', 17, 'rates');
    const rates = () => Array.from({ length: 9 }, () => 10 ** (8 * uniform() - 5));
    const chain = queueOfRepairs(rates(), rates());
    const inflow = inflowOf(chain, Int32Array.from(chain.states.keys()), 0);
    expect(multilevel(inflow)).toBeUndefined();
    const { probability } = steadyState(chain);
    expect([...probability]).toEqual([...gth(inflow)]);
  });

  it('gives up where it takes more work than may be', () => {
    const inflow = inflowOf(
      groups(20, 25, 1e-8),
      Int32Array.from({ length: 500 }, (_, state) => state),
      0,
    );
    expect(multilevel(inflow, undefined, 1e6)).toBeUndefined();
    expect(multilevel(inflow, undefined, 1e9)).toBeDefined();
  });

  it('agrees with a closed form on a large grid, down to its rarest state', () => {
    // Two independent queues with room for 79: the product of two geometric distributions.
    const room = 79;
    const chain = exploreChain<readonly [number, number]>({
      initial: [0, 0],
      key: ([a, b]) => a * (room + 1) + b,
      transitions: function* ([a, b]) {
        if (a < room) yield { rate_per_h: 1e-2, to: [a + 1, b] };
        if (b < room) yield { rate_per_h: 5, to: [a, b + 1] };
        if (a > 0) yield { rate_per_h: 1, to: [a - 1, b] };
        if (b > 0) yield { rate_per_h: 10, to: [a, b - 1] };
      },
    });
    const share = (ratio: number, count: number) =>
      ((1 - ratio) * ratio ** count) / (1 - ratio ** (room + 1));
    const { probability } = steadyState(chain);
    for (const [index, [a, b]] of chain.states.entries()) {
      expectNear(probability[index]!, share(1e-2, a) * share(0.5, b));
    }
  });
});
