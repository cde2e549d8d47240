import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/scenario/errors.ts';
import { birthDeathSteadyState, birthDeathStepTimes } from '../../../src/sim/exact/birth-death.ts';
import { meanFirstPassage_h } from '../../../src/sim/exact/first-passage.ts';
import { steadyState } from '../../../src/sim/exact/steady-state.ts';
import { expectNear } from './near.ts';
import { rate, walk } from './random-chain.ts';

const walks = fc
  .array(fc.tuple(rate, rate), { minLength: 1, maxLength: 12 })
  .map((steps) => ({ up: steps.map(([up]) => up), down: steps.map(([, down]) => down) }));

describe('birth-death chains', () => {
  it('have the closed form that the general solver finds, with rates from 1e-5 to 1e3', () => {
    fc.assert(
      fc.property(walks, (chain) => {
        const closed = birthDeathSteadyState(chain);
        const { probability } = steadyState(walk(chain.up, chain.down));
        for (const [state, share] of closed.entries()) expectNear(probability[state]!, share, 1e-12);
      }),
    );
  });

  it('reach their end after the mean time that the general solver finds', () => {
    fc.assert(
      fc.property(walks, (chain) => {
        const last = chain.up.length;
        const mean_h = meanFirstPassage_h(walk(chain.up, chain.down), (state) => state === last);
        const steps = birthDeathStepTimes(chain);
        expectNear(
          steps.reduce((sum, step) => sum + step, 0),
          mean_h,
          1e-12,
        );
      }),
    );
  });

  it('are normal numbers with thousands of states and ratios that no double holds', () => {
    const up = new Array<number>(3000).fill(1000);
    const down = new Array<number>(3000).fill(1);
    expectNear(birthDeathSteadyState({ up, down }).at(-1)!, 0.999, 1e-12);
    expectNear(birthDeathSteadyState({ up: down, down: up })[0]!, 0.999, 1e-12);
    const steep = birthDeathSteadyState({ up: [1e100, 1e100], down: [1e-100, 1e-100] });
    expect([...steep]).toEqual([0, expect.closeTo(1e-200, 210), 1]);
  });

  it('refuse impossible rates', () => {
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => birthDeathSteadyState({ up: [bad], down: [1] })).toThrow(UserError);
      expect(() => birthDeathStepTimes({ up: [1], down: [bad] })).toThrow(UserError);
    }
  });
});
