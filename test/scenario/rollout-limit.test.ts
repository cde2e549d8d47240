import { describe, expect, test } from 'vitest';
import { keptMin, type Told, takenMax } from '../../src/scenario/rollout-limit.ts';
import type { Workload } from '../../src/scenario/scenario.ts';

const PERCENT = { percent: 25 };
const deployment = (strategy: object = { max_surge: PERCENT, max_unavailable: PERCENT }): Workload =>
  ({ kind: 'Deployment', strategy: { type: 'RollingUpdate', ...strategy } }) as Workload;
const statefulSet = {
  kind: 'StatefulSet',
  update_strategy: { type: 'RollingUpdate', partition: 0, max_unavailable: { pods: 1 } },
} as Workload;

const told = (...replicas: number[]): Told => ({ replicas, isRolling: false });
const rolling = (...replicas: number[]): Told => ({ replicas, isRolling: true });
const all = (ready: number, present = ready) => ({ ready, present });

describe('the controller of a Deployment takes', () => {
  test.each<[string, number, number]>([
    ['none, where nothing is under way', takenMax(deployment(), all(4), told(4)), 0],
    ['none, where fewer are ready than it is to keep', takenMax(deployment(), all(2, 4), told(4)), 0],
    ['what a scale says, those that are not ready first', takenMax(deployment(), all(5, 8), told(3)), 2],
    ['what the undoing of a scale will say', takenMax(deployment(), all(8), told(8, 5)), 3],
    ['as many as its strategy lets be unavailable', takenMax(deployment(), all(8), rolling(8)), 2],
    [
      'both of a scale and a rollout: a quarter of the two that stay is none',
      takenMax(deployment(), all(8), rolling(8, 2)),
      6,
    ],
    [
      'one of them, where it could not move otherwise',
      takenMax(deployment({ max_surge: { pods: 0 }, max_unavailable: { pods: 0 } }), all(8), rolling(8, 2)),
      7,
    ],
    ['all, where it is to Recreate them', takenMax(deployment({ type: 'Recreate' }), all(8), rolling(8)), 8],
  ])('%s', (_, taken, expected) => expect(taken).toBe(expected));
});

describe('the controller of a StatefulSet takes', () => {
  test.each<[string, number, number]>([
    ['the last ordinals, ready or not', takenMax(statefulSet, all(3, 5), told(3)), 2],
    ['no more than there are', takenMax(statefulSet, all(1, 5), told(3)), 1],
    ['one of a rollout, whoever else is not ready', takenMax(statefulSet, all(3, 5), rolling(5)), 1],
    ['one more where it is scaled, too', takenMax(statefulSet, all(5), rolling(5, 3)), 3],
  ])('%s', (_, taken, expected) => expect(taken).toBe(expected));
});

test('what is kept is kept of the least that it may have to come to', () => {
  expect(keptMin(deployment(), told(8, 2, 5))).toBe(2);
  expect(keptMin(deployment(), rolling(8, 4))).toBe(3);
});
