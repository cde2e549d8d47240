import { expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import type { Condition } from '../../../src/scenario/plan.ts';
import { predictPlan } from '../../../src/sim/predict-plan.ts';
import { blockedRounds } from '../../../src/sim/years/blocked-rounds.ts';
import { atLeast, DAY_MS, hours, kind, maintenance, placement, planOf, service } from './plans.ts';

const plan = (up: Condition, careful = true) =>
  planOf({
    units: [
      kind('node', { count: 3, time_to_failure: hours(1000), time_to_repair: hours(1) }),
      kind('web', { count: 2, placed: placement(0, 0) }),
    ],
    maintenance: [
      maintenance('kernel', { of: 0, every: constant(30 * DAY_MS), takes: constant(60_000), careful }),
    ],
    services: [service(up, { name: 'shop' }), service(atLeast(1, [1]), { name: 'calm' })],
  });

it('tells of maintenance that a service would never let begin', () => {
  expect(blockedRounds(plan(atLeast(3, [0])), [])).toEqual([
    'kernel is careful, and waits even while everything works, for without node 1 shop would be down: what it costs is not in these figures; say `careful: false` if it is done all the same',
  ]);
});

it('knows which replicas a unit holds', () => {
  expect(blockedRounds(plan(atLeast(2, [1])), [])).toEqual([expect.stringContaining('without node 1 shop')]);
});

it('is silent where something may be spared, and where nobody waits', () => {
  expect(blockedRounds(plan(atLeast(2, [0])), [])).toEqual([]);
  expect(blockedRounds(plan(atLeast(3, [0]), false), [])).toEqual([]);
});

it('is among the warnings of the prediction', async () => {
  const { warnings } = await predictPlan(plan(atLeast(3, [0])), { trials: 40, method: 'simulation' });
  expect(warnings).toContainEqual(expect.stringContaining('kernel is careful'));
});
