import { expect, it } from 'vitest';
import { andersonDarling, bootstrapP } from '../../src/calibrate/goodness.ts';

it("is Anderson and Darling's statistic", () => {
  // By its definition, in numpy 2.
  expect(andersonDarling([0.9, 0.1, 0.25, 0.2, 0.55, 0.5, 0.7, 0.81])).toBeCloseTo(0.16455467056090356, 9);
});

it('is finite, and large, where a value cannot be', () => {
  expect(andersonDarling([0, 0.5, 1])).toBeGreaterThan(10);
  expect(andersonDarling([0, 0.5, 1])).toBeLessThan(100);
});

it('counts the simulated samples that fit no better, the seen one among them', () => {
  const statistics = [1, 2, 3, undefined];
  expect(bootstrapP(2, 4, () => statistics.shift())).toBe(4 / 5);
  expect(bootstrapP(2, 99, () => 1)).toBe(0.01);
  expect(bootstrapP(2, 99, () => 2)).toBe(1);
});
