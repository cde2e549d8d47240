/** Two variants of a plan under one seed share their luck, so their difference is known from few horizons. */
import { describe, expect, it } from 'vitest';
import { exponential } from '../../../src/scenario/distribution.ts';
import type { Plan, UnitKind } from '../../../src/scenario/plan.ts';
import { HorizonReplicator } from '../../../src/sim/years/horizon.ts';
import { atLeast, DAY_MS, deployments, hours, kind, placement, planOf, service } from './plans.ts';

const HORIZONS = 400;

const PLAN = planOf({
  units: [
    kind('zone', { count: 3, time_to_failure: exponential(100 * DAY_MS), time_to_repair: hours(4) }),
    kind('node', {
      count: 3,
      within: 0,
      time_to_failure: exponential(50 * DAY_MS),
      time_to_repair: hours(8),
    }),
    kind('replica', {
      count: 3,
      time_to_failure: exponential(30 * DAY_MS),
      time_to_repair: hours(0.1),
      placed: placement(1, 0),
    }),
  ],
  deployments: [
    deployments('weekly', { every: exponential(7 * DAY_MS), bad: 0.02, time_to_roll_back: hours(1) }),
  ],
  services: [service(atLeast(3, [2]))],
});

/** The plan with one kind changed. */
const withKind = (index: number, parts: Partial<UnitKind>): Plan => ({
  ...PLAN,
  units: PLAN.units.map((unit, at) => (at === index ? { ...unit, ...parts } : unit)),
});

function downtimes_ms(plan: Plan): number[] {
  const replicator = new HorizonReplicator(plan, []);
  return Array.from({ length: HORIZONS }, (_, trial) => replicator.run(trial).downtime_ms[0]!);
}

function varianceOfDifference(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((value, index) => value - b[index]!);
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  return differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (differences.length - 1);
}

describe('what a change costs varies ten times less under the same seed than under another', () => {
  it.each([
    [
      'replicas that are replaced a minute later',
      withKind(2, {
        placed: placement(1, 0, { time_to_replace: { kind: 'constant', value_ms: 360_000 } }),
      }),
    ],
    ['a fourth zone', withKind(0, { count: 4 })],
    [
      'a kind that nothing needs',
      {
        ...PLAN,
        units: [...PLAN.units, kind('other', { time_to_failure: hours(10), time_to_repair: hours(1) })],
      },
    ],
  ])('%s', (_name, changed) => {
    const before = downtimes_ms(PLAN);
    const after = downtimes_ms(changed);
    const elsewhere = downtimes_ms({ ...changed, seed: '2' });
    const shared = varianceOfDifference(before, after);
    const independent = varianceOfDifference(before, elsewhere);
    expect(independent / shared).toBeGreaterThan(10);
  });
});
