import { expect } from 'vitest';

/** Within `tolerance` of the expected value itself: absolute closeness says nothing of a probability of 1e-12. */
export function expectNear(actual: number, expected: number, tolerance = 1e-9): void {
  const off = Math.abs(actual - expected) / Math.abs(expected);
  expect(off, `${actual} instead of ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** As published: all digits, of which the last may be rounded or cut off. */
export function expectDigits(actual: number, digits: string): void {
  const [mantissa, exponent = '0'] = digits.split('e') as [string, string?];
  const unit = 10 ** (Number(exponent) - mantissa.split('.')[1]!.length);
  const off = Math.abs(actual - Number(digits));
  expect(off, `${actual} instead of ${digits}`).toBeLessThanOrEqual(unit * (1 + 1e-9));
}
