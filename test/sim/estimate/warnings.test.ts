import { expect, it } from 'vitest';
import type { MetricValues } from '../../../src/sim/estimate/replication.ts';
import { warningsOf } from '../../../src/sim/estimate/warnings.ts';

/** So many trials, of which some lose something. */
const trials = (count: number, losing: number) =>
  Array.from({ length: count }, (_, trial) => ({ downtime_s: trial < losing ? 2 : 0 }) as MetricValues);

it('says what a prediction that lost nothing cannot rule out', () => {
  expect(warningsOf(trials(2000, 0))).toEqual([
    'no simulated trial of 2000 lost anything, so up to 0.19 % of runs may (95 %)',
  ]);
});

it('says when a handful of trials decide', () => {
  expect(warningsOf(trials(2000, 9))).toEqual([
    expect.stringContaining('only 9 of 2000 simulated trials lost anything'),
  ]);
});

it('says when the range of single runs is a guess', () => {
  expect(warningsOf(trials(71, 71))).toEqual([expect.stringContaining('from 71 simulated trials')]);
});

it.each([
  [2000, 10],
  [72, 72],
])('says nothing of %d trials of which %d lose something', (count, losing) => {
  expect(warningsOf(trials(count, losing))).toEqual([]);
});
