/** Whether intervals that are called 95 % hold the truth in 95 % of cases. */
import { expect, it } from 'vitest';
import { stream } from '../../../src/scenario/random.ts';
import { RunningMean } from '../../../src/sim/estimate/running-mean.ts';
import { StoppingRule } from '../../../src/sim/estimate/stopping.ts';
import { meanInterval } from '../../../src/timeline/interval.ts';
import { SKEWED } from './skewed.ts';

const SEEDS = 1000;
/** The share of SEEDS that is right for 95 % lies in here but once in 250 times. */
const EXPECTED = [0.93, 0.97] as const;

function share(isIn: (seed: number) => boolean): number {
  return Array.from({ length: SEEDS }, (_, seed) => isIn(seed)).filter(Boolean).length / SEEDS;
}

function expectCoverage(covered: number): void {
  expect(covered).toBeGreaterThanOrEqual(EXPECTED[0]);
  expect(covered).toBeLessThanOrEqual(EXPECTED[1]);
}

it.each(SKEWED)('of the mean of 1,000 values: $name', ({ name, mean, draw }) => {
  const covered = share((seed) => {
    const random = stream(`coverage/${seed}`, 0, name);
    const [low, high] = meanInterval(Array.from({ length: 1000 }, () => draw(random))).ci95;
    return low <= mean && mean <= high;
  });
  expectCoverage(covered);
});

it.each(SKEWED.flatMap((skewed) => [0.1, 0.2].map((precision) => ({ ...skewed, precision }))))(
  'of the mean, where it was ended by a precision of $precision: $name',
  ({ name, mean, draw, precision }) => {
    const covered = share((seed) => {
      const random = stream(`stopped/${seed}`, 0, name);
      const values = new RunningMean();
      const rule = new StoppingRule(1, { precision });
      do values.add(draw(random));
      while (rule.after(values) === undefined);
      return Math.abs(values.mean - mean) <= values.half_width;
    });
    expectCoverage(covered);
  },
);
