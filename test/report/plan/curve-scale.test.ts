import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logScale } from '../../../src/report/plan/curve-scale.ts';

test('ticks are what people say, and enclose every value', () => {
  expect(logScale([7.7, 3120, 90_000]).ticks.map(({ text }) => text)).toEqual([
    '10 s',
    '1 min',
    '10 min',
    '1 h',
    '10 h',
  ]);
  expect(logScale([1300, 2400]).ticks.map(({ text }) => text)).toEqual(['20 min', '30 min', '1 h']);
});

test('more downtime is never drawn lower, and all within the picture', () => {
  const seconds = fc.double({ min: 1e-9, max: 31_536_000, noNaN: true });
  fc.assert(
    fc.property(fc.array(seconds, { minLength: 1, maxLength: 20 }), (values) => {
      const { ticks, place } = logScale([0, ...values]);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(9);
      const places = [0, ...values].toSorted((a, b) => a - b).map(place);
      for (const [index, at] of places.entries()) {
        expect(at).toBeGreaterThanOrEqual(places[index - 1] ?? 0);
        expect(at).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('nothing is at the bottom', () => {
  expect(logScale([0, 60]).place(0)).toBe(0);
});
