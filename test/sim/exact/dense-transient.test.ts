import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { denseTransient } from '../../../src/sim/exact/dense-transient.ts';
import { transient } from '../../../src/sim/exact/rewards.ts';
import { expectNear } from './near.ts';
import { chainOf, irreducible } from './random-chain.ts';

describe('the transient of a small chain by squaring', () => {
  it('is what uniformisation says, state by state', () => {
    fc.assert(
      fc.property(irreducible, fc.double({ min: 1e-3, max: 10, noNaN: true }), (edges, time_h) => {
        const chain = chainOf(edges);
        const { probability } = transient(chain, time_h);
        for (const [state, chance] of denseTransient(chain, time_h).entries()) {
          if (probability[state]! > 1e-12) expectNear(chance, probability[state]!, 1e-9);
        }
      }),
    );
  });

  it('keeps the digits of what is rare after many thousand million steps of what is fast', () => {
    // Two states that exchange once in a second, and one that is reached once in a thousand million hours.
    const chain = chainOf([
      [0, 1, 3600],
      [1, 0, 3600],
      [1, 2, 1e-9],
      [2, 0, 1e-3],
    ]);
    const stationary = (1 / 2) * 1e-9 * 1e3;
    const [, , rare] = denseTransient(chain, 1e6);
    expectNear(rare!, stationary, 1e-6);
    expect(denseTransient(chain, 0)).toEqual(Float64Array.of(1, 0, 0));
  });
});
