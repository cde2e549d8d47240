import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exploreChain } from '../../../src/sim/exact/chain.ts';
import {
  firstPassageWithin,
  meanFirstPassage_h,
  reachProbability,
} from '../../../src/sim/exact/first-passage.ts';
import { expectDigits, expectNear } from './near.ts';
import { chainOf, type Edge, exponential, generator, irreducible, walk } from './random-chain.ts';

/** Two queues in a row, each with room for C: arrivals 3, service 2 and 6, one customer in the second. */
function tandem(C: number) {
  return exploreChain<readonly [number, number]>({
    initial: [0, 1],
    key: ([first, second]) => first * (C + 1) + second,
    transitions: function* ([first, second]) {
      if (first < C) yield { rate_per_h: 3, to: [first + 1, second] };
      if (first > 0 && second < C) yield { rate_per_h: 2, to: [first - 1, second + 1] };
      if (second > 0) yield { rate_per_h: 6, to: [first, second - 1] };
    },
  });
}

describe('reachProbability', () => {
  it('has the published rare values of the tandem queue', () => {
    for (const [C, published] of [
      [8, '5.602364e-6'],
      [10, '3.147278e-7'],
    ] as const) {
      const overflows = reachProbability(
        tandem(C),
        ([, second]) => second === C,
        ([, second]) => second === 0,
      );
      expectDigits(overflows, published);
    }
  });

  it('keeps its digits down to 1e-200', () => {
    const steps = 100;
    const chain = walk(new Array<number>(steps).fill(0.01), new Array<number>(steps).fill(1));
    // From 1, the ruin of a gambler with odds of 100.
    const start = chainOf([
      [0, 1, 1],
      ...Array.from({ length: steps - 1 }, (_, index): Edge => [index + 1, index + 2, 0.01]),
      ...Array.from({ length: steps - 1 }, (_, index): Edge => [index + 1, index === 0 ? -1 : index, 1]),
    ]);
    const reached = reachProbability(
      start,
      (state) => state === steps,
      (state) => state === -1,
    );
    expectNear(reached, 99 / (100 ** steps - 1), 1e-11);
    expect(reachProbability(chain, (state) => state === steps)).toBe(1);
  });

  it('is 1 at the target, 0 where there is no way or only one that is to be avoided', () => {
    const line = chainOf([
      [0, 1, 1],
      [1, 2, 1],
    ]);
    expect(reachProbability(line, (state) => state === 0)).toBe(1);
    expect(reachProbability(line, (state) => state === 7)).toBe(0);
    expect(
      reachProbability(
        line,
        (state) => state === 2,
        (state) => state === 1,
      ),
    ).toBe(0);
    expect(
      reachProbability(
        line,
        (state) => state === 2,
        (state) => state === 0,
      ),
    ).toBe(0);
  });
});

describe('firstPassageWithin', () => {
  it('has the closed form of Erlang, from certain to 1e-30', () => {
    const stages = 6;
    const chain = chainOf(Array.from({ length: stages }, (_, from): Edge => [from, from + 1, 2]));
    for (const time_h of [1e-5, 1e-2, 0.3, 3, 12]) {
      // P(Poisson(2 t) >= 6), by its own series.
      let term = Math.exp(-2 * time_h);
      for (let n = 1; n <= stages; n += 1) term *= (2 * time_h) / n;
      let expected = 0;
      for (let n = stages; n < stages + 200; n += 1) {
        expected += term;
        term *= (2 * time_h) / (n + 1);
      }
      expectNear(
        firstPassageWithin(chain, (state) => state === stages, time_h),
        expected,
      );
    }
  });

  it('has the closed form of one unit over a year, with rates of 1e-5 and 1e3', () => {
    const chain = chainOf([
      [0, 1, 1e-5],
      [1, 0, 1e3],
      [1, 2, 1e-3],
    ]);
    // Two failures in a row: the roots of s^2 + (a + b + c) s + a c.
    const [a, b, c] = [1e-5, 1e3, 1e-3];
    const sum = a + b + c;
    const slow = (2 * a * c) / (sum + Math.sqrt(sum * sum - 4 * a * c));
    const fast = sum - slow;
    const time_h = 8760;
    // 1 - (fast exp(-slow t) - slow exp(-fast t)) / (fast - slow)
    const expected = (-fast * Math.expm1(-slow * time_h) + slow * Math.expm1(-fast * time_h)) / (fast - slow);
    expectNear(
      firstPassageWithin(chain, (state) => state === 2, time_h),
      expected,
    );
  });

  it('is what the exponential says when the set is never left, and grows with time', () => {
    const mild = irreducible.map((edges) =>
      edges.map(([from, to, rate_per_h]): Edge => [from, to, rate_per_h ** 0.3]),
    );
    fc.assert(
      fc.property(mild, fc.double({ min: 0.01, max: 20, noNaN: true }), (edges, time_h) => {
        const chain = chainOf(edges);
        const last = chain.size - 1;
        const isTarget = (state: number) => state === chain.states[last];
        const absorbing = chainOf(edges.filter(([from]) => !isTarget(from)));
        const place = absorbing.indexOf(chain.states[last]!)!;
        const within = firstPassageWithin(chain, isTarget, time_h);
        expect(within).toBeCloseTo(exponential(generator(absorbing), time_h)[0]![place]!, 10);
        const longer = firstPassageWithin(chain, isTarget, 1.5 * time_h);
        expect(longer).toBeGreaterThanOrEqual(within * (1 - 1e-12));
        expect(longer).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  it('tends to the chance to get there at all', () => {
    const chain = chainOf([
      [0, 1, 1],
      [0, 2, 3],
      [0, 3, 5],
      [3, 0, 1],
    ]);
    const isTarget = (state: number) => state === 1;
    expectNear(reachProbability(chain, isTarget), 0.25, 1e-12);
    expectNear(firstPassageWithin(chain, isTarget, 1e4), 0.25);
    // Long after all is over.
    expectNear(firstPassageWithin(chainOf([[0, 1, 1e3]]), isTarget, 1e4), 1, 1e-12);
    expect(firstPassageWithin(chain, isTarget, 0)).toBe(0);
    expect(firstPassageWithin(chain, (state) => state === 0, 0)).toBe(1);
    expect(firstPassageWithin(chain, (state) => state === 9, 5)).toBe(0);
  });
});

describe('meanFirstPassage_h', () => {
  it('is exact where the mean is 1e20 hours', () => {
    // Up by 1e-5, down by 1: h(k) = 1e5 (1 + h(k-1)).
    const chain = walk([1e-5, 1e-5, 1e-5, 1e-5], [1, 1, 1, 1]);
    let step = 0;
    let expected = 0;
    for (let k = 0; k < 4; k += 1) {
      step = 1e5 * (1 + (k === 0 ? 0 : step));
      expected += step;
    }
    expectNear(
      meanFirstPassage_h(chain, (state) => state === 4),
      expected,
      1e-12,
    );
  });

  it('is 0 at the target and Infinity where it may never come', () => {
    const chain = chainOf([
      [0, 1, 1],
      [0, 2, 1e-9],
    ]);
    expect(meanFirstPassage_h(chain, (state) => state === 0)).toBe(0);
    expect(meanFirstPassage_h(chain, (state) => state === 1)).toBe(Number.POSITIVE_INFINITY);
    expect(meanFirstPassage_h(chain, (state) => state > 0)).toBeCloseTo(1, 8);
  });
});
