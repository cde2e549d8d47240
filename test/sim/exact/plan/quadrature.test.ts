import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integrate } from '../../../../src/sim/exact/plan/quadrature.ts';
import { expectNear } from '../near.ts';

describe('an integral over time', () => {
  it('is right for what settles fast, slowly or not at all', () => {
    const exponent = fc.double({ min: -6, max: 6, noNaN: true });
    fc.assert(
      fc.property(exponent, exponent, (fast, slow) => {
        const [a, b] = [10 ** fast, 10 ** slow];
        const end = 1000;
        const functions = (at: number) => [-Math.expm1(-a * at), 1 + Math.exp(-b * at), at ** 3];
        const [rises, falls, grows] = integrate(functions, end, 1 / Math.max(a, b));
        if (a > 1e-3) expectNear(rises!, end + Math.expm1(-a * end) / a, 1e-10);
        expectNear(falls!, end - Math.expm1(-b * end) / b, 1e-10);
        expectNear(grows!, end ** 4 / 4, 1e-12);
      }),
    );
  });

  it('looks closer where a function swings', () => {
    const [value] = integrate((at) => [1 + Math.sin(at)], 300, 1);
    expectNear(value!, 300 + 1 - Math.cos(300), 1e-10);
  });

  it('of nothing is nothing, and of what swings too often an error', () => {
    expect(integrate(() => [0], 5, 1)).toEqual([0]);
    expect(() => integrate((at) => [1 + Math.sin(1e6 * at)], 1000, 1)).toThrow(/swing too fast/);
  });
});
