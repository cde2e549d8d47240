import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantilesOf, turnbull } from '../../src/calibrate/turnbull.ts';

const value = (value_ms: number) => ({ low_ms: value_ms, high_ms: value_ms });

test('exact samples have equal shares', () => {
  const masses = turnbull([3, 1, 2, 2].map(value));
  expect(masses.map(({ value_ms }) => value_ms)).toEqual([1, 2, 3]);
  for (const [at, share] of [0.25, 0.5, 0.25].entries()) expect(masses[at]!.share).toBeCloseTo(share, 6);
});

test('an interval is shared out over the values within it, in the proportion of theirs', () => {
  const masses = turnbull([...[10, 20, 20, 90].map(value), { low_ms: 5, high_ms: 25 }]);
  const share = (of: number) => masses.find(({ value_ms }) => value_ms === of)?.share ?? 0;
  // Its middle, 15, holds no other sample and so ends with next to nothing.
  expect(share(10)).toBeCloseTo((1 + 1 / 3) / 5, 2);
  expect(share(20)).toBeCloseTo((2 + 2 / 3) / 5, 2);
  expect(share(90)).toBeCloseTo(1 / 5, 6);
});

test('an interval that holds no other sample has its middle', () => {
  const masses = turnbull([value(1), { low_ms: 10, high_ms: 20 }]);
  expect(masses.map(({ value_ms }) => value_ms)).toEqual([1, 15]);
  expect(masses[1]!.share).toBeCloseTo(0.5, 6);
});

test('shares sum to one, and quantiles rise within the samples', () => {
  const sample = fc
    .tuple(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.boolean(),
    )
    .map(([low_ms, width_ms, isValue]) => ({ low_ms, high_ms: low_ms + (isValue ? 0 : width_ms) }));
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 30 }), (samples) => {
      const masses = turnbull(samples);
      expect(masses.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      const quantiles = quantilesOf(masses, 50);
      expect(quantiles).toHaveLength(50);
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
      expect(quantiles[0]).toBeGreaterThanOrEqual(Math.min(...samples.map(({ low_ms }) => low_ms)));
      expect(quantiles.at(-1)).toBeLessThanOrEqual(Math.max(...samples.map(({ high_ms }) => high_ms)));
    }),
  );
});
