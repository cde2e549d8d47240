import fc from 'fast-check';
import { expect, it } from 'vitest';
import { minimise } from '../../src/calibrate/minimise.ts';

it('finds the minimum of a bowl, wherever it lies and whatever its shape', () => {
  const place = fc.double({ min: -100, max: 100, noNaN: true });
  const steepness = fc.double({ min: 0.1, max: 10, noNaN: true });
  fc.assert(
    fc.property(place, place, steepness, steepness, (a, b, k, l) => {
      const { point, value } = minimise(
        ([x, y]) => k * (x! - a) ** 2 + l * (x! - a + y! - b) ** 2,
        [0, 0],
        [1, 1],
      );
      expect(point[0]).toBeCloseTo(a, 2);
      expect(point[1]).toBeCloseTo(b, 2);
      expect(value).toBeLessThan(1e-4);
    }),
  );
});

it('follows the bent valley of Rosenbrock', () => {
  const { point } = minimise(([x, y]) => 100 * (y! - x! ** 2) ** 2 + (1 - x!) ** 2, [-1.2, 1], [0.1, 0.1]);
  expect(point[0]).toBeCloseTo(1, 3);
  expect(point[1]).toBeCloseTo(1, 3);
});

it('walks in one variable', () => {
  expect(minimise(([x]) => Math.cosh(x! - 3), [0], [0.5]).point[0]).toBeCloseTo(3, 3);
});

it('keeps out of where there is no value', () => {
  const edge = minimise(([x]) => (x! < 2 ? Number.NaN : x!), [5], [1]);
  expect(edge.point[0]).toBeCloseTo(2, 3);
  expect(minimise(() => Number.NaN, [5], [1]).value).toBe(Number.POSITIVE_INFINITY);
});
