/** Whether intervals that are called 95 % hold the exact answer in 95 % of cases; `npm run coverage` has it in full. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { coverageOf } from './coverage.ts';
import { LIMITS, MODELS } from './models.ts';

describe('of 1,000 intervals that are called 95 %', () => {
  it.each(MODELS.filter(({ isQuick }) => isQuick))('935 to 965 hold $name, from $sample', (model) => {
    const { covered, told } = coverageOf(model, 1000);
    expect(told).toBe(1);
    expect(covered).toBeGreaterThanOrEqual(0.935);
    expect(covered).toBeLessThanOrEqual(0.965);
  });

  it.each(LIMITS.filter(({ isQuick }) => isQuick))(
    "more hold $name, from $sample, than of Student's, and no side is missed for ever",
    (model) => {
      const { covered, student, above } = coverageOf(model, 1000);
      expect(covered).toBeGreaterThan(student!);
      expect(above).toBeGreaterThan(0);
    },
  );
});

/** Of 200, nineteen in twenty lie in here but once in 250 times. */
const OF_200 = [0.905, 0.985] as const;

it.each(MODELS.filter(({ isQuick }) => !isQuick))(
  'nine in ten and more of 200 hold $name, from $sample ($method)',
  (model) => {
    const { covered, told } = coverageOf(model, 200);
    expect(told).toBeGreaterThan(0.9);
    expect(covered).toBeGreaterThanOrEqual(OF_200[0]);
    expect(covered).toBeLessThanOrEqual(OF_200[1]);
  },
);

it('docs/estimation.md has a line for every model', () => {
  const lines = readFileSync('docs/estimation.md', 'utf8').split('\n');
  for (const { name, sample, method } of [...MODELS, ...LIMITS]) {
    expect(lines.some((line) => line.startsWith(`| ${name} | ${sample} | ${method}`))).toBe(true);
  }
});
