import { expect, it } from 'vitest';
import { Threefry } from '../../../src/sim/engine/threefry.ts';

/** Random123 1.14, tests/kat_vectors: threefry2x32 with 20 rounds; counter, key, result. */
it.each([
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x243f6a88, 0x85a308d3],
    [0x13198a2e, 0x03707344],
    [0xc4923a9c, 0x483df7a0],
  ],
] as const)('gives the published block of counter %s and key %s', ([c0, c1], [k0, k1], [high, low]) => {
  const threefry = new Threefry();
  threefry.block(k0, k1, c0, c1);
  expect([threefry.high, threefry.low]).toEqual([high, low]);
});

it('counts on beyond a word as if it began anew', () => {
  const threefry = new Threefry();
  expect(threefry.uniform(1, 2, 3, 2 ** 32 + 5)).toBe(threefry.uniform(1, 2, 3, 5));
});

it('gives uniform numbers below 1, of mean one half and variance one twelfth', () => {
  const threefry = new Threefry();
  const count = 100_000;
  let sum = 0;
  let squares = 0;
  let isBelow1 = true;
  for (let index = 0; index < count; index += 1) {
    const value = threefry.uniform(7, 7, 0, index);
    isBelow1 &&= value >= 0 && value < 1;
    sum += value;
    squares += (value - 0.5) ** 2;
  }
  expect(isBelow1).toBe(true);
  // Four standard errors.
  expect(Math.abs(sum / count - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
  expect(Math.abs(squares / count - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / count));
});
