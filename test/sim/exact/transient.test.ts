import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/scenario/errors.ts';
import { Beginnings, exploreChain, type MarkovChain } from '../../../src/sim/exact/chain.ts';
import { firstPassageWithin, meanFirstPassage_h } from '../../../src/sim/exact/first-passage.ts';
import { poissonWeights } from '../../../src/sim/exact/poisson.ts';
import {
  accumulatedByState,
  accumulatedRewards,
  instantaneousRewards,
  transient,
} from '../../../src/sim/exact/rewards.ts';
import { steadyState } from '../../../src/sim/exact/steady-state.ts';
import { expectNear } from './near.ts';
import { chainOf, type Edge, exponential, generator, irreducible, rate } from './random-chain.ts';

/** Up and down. */
const unit = (failure_per_h: number, repair_per_h: number) =>
  chainOf([
    [0, 1, failure_per_h],
    [1, 0, repair_per_h],
  ]);

/** The probability to be down at a time, and the expected hours down until then, after a start up. */
function downOf(failure_per_h: number, repair_per_h: number, time_h: number) {
  const both = failure_per_h + repair_per_h;
  const settled = -Math.expm1(-both * time_h);
  // For short times t - (1 - exp(-s t)) / s loses all digits: its series.
  const x = both * time_h;
  const late_h = x < 1e-3 ? (time_h * x * (1 - x / 3 + (x * x) / 12)) / 2 : time_h - settled / both;
  return { probability: (failure_per_h / both) * settled, hours: (failure_per_h / both) * late_h };
}

describe('poissonWeights', () => {
  it('is exact from a mean of 1e-6 to one of 1e7', () => {
    for (const mean of [1e-6, 0.3, 1, 7.5, 30, 1000, 123_456.7, 1e7]) {
      const { left, right, weight, tail } = poissonWeights(mean);
      expectNear(
        weight.reduce((sum, value) => sum + value, 0),
        1,
        1e-12,
      );
      // Stirling's series for the most likely number.
      const n = Math.max(20, Math.floor(mean));
      if (n <= right) {
        const stirling = 1 / (12 * n) - 1 / (360 * n ** 3);
        // log(mean / n) n + n - mean without its cancellation.
        const x = (mean - n) / n;
        const exponent =
          Math.abs(x) < 1e-3 ? n * (-(x ** 2) / 2 + x ** 3 / 3 - x ** 4 / 4) : n * (Math.log(mean / n) - x);
        const expected = Math.exp(exponent - stirling) / Math.sqrt(2 * Math.PI * n);
        if (n >= left) expectNear(weight[n - left]!, expected, 1e-9);
      }
      expectNear(tail[0]! + weight[0]!, 1, 1e-12);
      expect(right).toBeGreaterThan(mean);
    }
    const small = poissonWeights(1e-6);
    expectNear(small.weight[5]!, (1e-30 / 120) * Math.exp(-1e-6), 1e-12);
    expectNear(small.tail[4]!, small.weight[5]!, 1e-6);
  });

  it('refuses a mean beyond any patience', () => {
    expect(() => poissonWeights(1e12)).toThrow(UserError);
  });
});

describe('transient', () => {
  it('has the closed form of one unit, with stiff rates and from seconds to years', () => {
    fc.assert(
      fc.property(
        rate,
        rate,
        fc.double({ min: -4, max: 4, noNaN: true }),
        (failure_per_h, repair_per_h, exponent) => {
          const time_h = 10 ** exponent;
          const chain = unit(failure_per_h, repair_per_h);
          const expected = downOf(failure_per_h, repair_per_h, time_h);
          const isDown = (state: number) => state;
          expectNear(transient(chain, time_h).probability[1]!, expected.probability);
          expectNear(instantaneousRewards(chain, time_h, [isDown])[0]!, expected.probability);
          expectNear(accumulatedRewards(chain, time_h, [isDown])[0]!, expected.hours);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is the exponential of the generator', () => {
    const times = fc.double({ min: -2, max: 2, noNaN: true }).map((exponent) => 10 ** exponent);
    const mild = irreducible.map((edges) =>
      edges.map(([from, to, rate_per_h]): Edge => [from, to, rate_per_h ** 0.3]),
    );
    fc.assert(
      fc.property(mild, times, (edges, time_h) => {
        const chain = chainOf(edges);
        const { probability } = transient(chain, time_h);
        const expected = exponential(generator(chain), time_h)[0]!;
        for (const [state, share] of expected.entries()) expect(probability[state]).toBeCloseTo(share, 11);
        expectNear(
          probability.reduce((sum, share) => sum + share, 0),
          1,
          1e-12,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('is the steady state after a long time, and earns as much an hour', () => {
    const mild = irreducible.map((edges) =>
      edges.map(([from, to, rate_per_h]): Edge => [from, to, rate_per_h ** 0.3]),
    );
    fc.assert(
      fc.property(mild, (edges) => {
        const chain = chainOf(edges);
        const { probability } = transient(chain, 1e5);
        const steady = steadyState(chain);
        for (const [state, share] of steady.probability.entries()) expectNear(probability[state]!, share);
        const reward = (state: number) => state;
        const [first, later] = [1e5, 2e5].map((time_h) => accumulatedRewards(chain, time_h, [reward])[0]!);
        expectNear(
          later! - first!,
          1e5 * steady.probability.reduce((sum, share, state) => sum + share * chain.states[state]!, 0),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('is not taken in by what goes round and round', () => {
    // Equal rates everywhere: of equal ticks each step would be certain, and every second look the same.
    const size = 40;
    const ring = exploreChain<number>({
      initial: 0,
      key: (state) => state,
      transitions: (state) => [{ rate_per_h: 1, to: (state + 1) % size }],
    });
    for (const time_h of [10, 40, 200, 1000]) {
      const { probability } = transient(ring, time_h);
      // Erlang's steps modulo the ring.
      const { left, weight } = poissonWeights(time_h);
      const expected = new Float64Array(size);
      for (const [index, share] of weight.entries()) expected[(left + index) % size]! += share;
      for (const [state, share] of expected.entries()) expectNear(probability[state]!, share);
    }
  });

  it('earns the same whether the steady state that it comes to is known beforehand or not', () => {
    fc.assert(
      fc.property(irreducible, fc.double({ min: 1e-3, max: 1e4, noNaN: true }), (edges, time_h) => {
        const chain = chainOf(edges);
        const rewards = chain.states.map((state) =>
          Float64Array.from(chain.states, (other) => (other === state ? 1 : 0)),
        );
        const steady = steadyState(chain).probability;
        const sums = accumulatedByState(chain, time_h, rewards, { steady });
        for (const [index, expected] of accumulatedByState(chain, time_h, rewards).entries()) {
          expectNear(sums[index]!, expected, 1e-9);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('begins in several states with their chances, and is the mean of what begins in each', () => {
    fc.assert(
      fc.property(irreducible, fc.double({ min: 0, max: 1, noNaN: true }), (edges, chance) => {
        const model = {
          key: (state: number) => state,
          transitions: (state: number) =>
            edges.filter(([from]) => from === state).map(([, to, rate_per_h]) => ({ rate_per_h, to })),
        };
        const from = (state: number) => exploreChain<number>({ ...model, initial: state });
        const both = exploreChain<number>({
          ...model,
          initial: new Beginnings([
            { state: 0, chance },
            { state: 1, chance: 1 - chance },
          ]),
        });
        const isLast = (state: number) => state === both.size - 1;
        const figures = (chain: MarkovChain<number>) => [
          accumulatedRewards(chain, 0.5, [(state) => state])[0]!,
          firstPassageWithin(chain, isLast, 0.5),
        ];
        const [one, other] = [figures(from(0)), figures(from(1))];
        for (const [index, figure] of figures(both).entries()) {
          const expected = chance * one[index]! + (1 - chance) * other[index]!;
          if (expected > 1e-100) expectNear(figure, expected, 1e-9);
        }
        expect(() => meanFirstPassage_h(both, isLast)).toThrow(/must begin in one state/);
      }),
      { numRuns: 50 },
    );
  });

  it('never gets from where it does not begin', () => {
    const initial = new Beginnings([
      { state: 0, chance: 0 },
      { state: 1, chance: 1 },
    ]);
    const chain = exploreChain<number>({
      ...{ initial, key: (state) => state },
      transitions: (state) => [{ rate_per_h: 1, to: 1 - state }],
    });
    expect(firstPassageWithin(chain, (state) => state === 1, 0.5)).toBe(1);
  });

  it('is where it began at time 0, and where nothing happens', () => {
    expect([...transient(unit(1, 1), 0).probability]).toEqual([1, 0]);
    expect([...transient(chainOf([]), 10).probability]).toEqual([1]);
    expect(accumulatedRewards(chainOf([]), 10, [() => 3])).toEqual([30]);
  });

  it('refuses impossible times and rewards', () => {
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => transient(unit(1, 1), bad)).toThrow(UserError);
      expect(() => accumulatedRewards(unit(1, 1), 1, [() => bad])).toThrow(UserError);
    }
    expect(() => transient(unit(1e9, 1e9), 1e9)).toThrow(/too many/);
  });
});
