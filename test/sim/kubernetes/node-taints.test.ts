import { describe, expect, it } from 'vitest';
import type { Taint } from '../../../src/scenario/scenario.ts';
import { hasNoExecute, withNoExecute, withNoSchedule } from '../../../src/sim/kubernetes/node-taints.ts';
import type { NodeObject } from '../../../src/sim/kubernetes/objects.ts';
import { nodes } from './objects.ts';

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NOT_READY = 'node.kubernetes.io/not-ready';
const OWN: Taint = { key: 'dedicated', value: 'database', effect: 'NoSchedule' };
const taint = (key: string, effect: Taint['effect']): Taint => ({ key, value: '', effect });

const node = (change: Partial<NodeObject>): NodeObject => ({ ...nodes(1)[0]!, taints: [OWN], ...change });

describe('withNoSchedule', () => {
  it('gives a node the taint of its condition, and takes it back, and leaves others alone', () => {
    expect(withNoSchedule(node({}))).toBeUndefined();
    const lost = withNoSchedule(node({ ready: 'Unknown' }))!;
    expect(lost).toEqual([OWN, taint(UNREACHABLE, 'NoSchedule')]);
    expect(withNoSchedule(node({ ready: 'Unknown', taints: lost }))).toBeUndefined();
    expect(withNoSchedule(node({ ready: 'False', taints: lost }))).toEqual([
      OWN,
      taint(NOT_READY, 'NoSchedule'),
    ]);
    expect(withNoSchedule(node({ taints: lost }))).toEqual([OWN]);
  });

  it('gives one to a cordoned node too', () => {
    const cordoned = withNoSchedule(node({ unschedulable: true }));
    expect(cordoned).toEqual([OWN, taint('node.kubernetes.io/unschedulable', 'NoSchedule')]);
  });
});

describe('withNoExecute', () => {
  it('gives a node the one taint of its condition that evicts, or none', () => {
    const noSchedule = taint(UNREACHABLE, 'NoSchedule');
    const lost = withNoExecute(node({ taints: [OWN, noSchedule] }), 'Unknown');
    expect(lost).toEqual([OWN, noSchedule, taint(UNREACHABLE, 'NoExecute')]);
    expect(withNoExecute(node({ taints: lost }), 'Unknown')).toEqual(lost);
    expect(withNoExecute(node({ taints: lost }), 'False')).toContainEqual(taint(NOT_READY, 'NoExecute'));
    expect(withNoExecute(node({ taints: lost }), 'False')).toHaveLength(3);
    expect(withNoExecute(node({ taints: lost }), 'True')).toEqual([OWN, noSchedule]);
    expect(hasNoExecute(node({ taints: lost }))).toBe(true);
    expect(hasNoExecute(node({ taints: lost }), 'Unknown')).toBe(true);
    expect(hasNoExecute(node({ taints: lost }), 'False')).toBe(false);
    expect(hasNoExecute(node({ taints: [OWN, noSchedule] }))).toBe(false);
  });
});
