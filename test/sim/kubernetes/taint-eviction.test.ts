import { describe, expect, it } from 'vitest';
import type { Taint, Toleration } from '../../../src/scenario/scenario.ts';
import { timing } from '../../../src/scenario/timing.ts';
import { step } from '../../../src/sim/cause.ts';
import { toleratedFor_ms } from '../../../src/sim/kubernetes/taint-eviction.ts';
import { NodeLab, tolerationsOf } from './node-lab.ts';
import { template } from './objects.ts';

const CAUSE = step(undefined, 'test', 0);
const taint = (key: string, value = ''): Taint => ({ key, value, effect: 'NoExecute' });
const toleration = (key: string | undefined, toleration_s?: number): Toleration => ({
  key,
  operator: 'Exists',
  value: '',
  effect: 'NoExecute',
  toleration_s,
});

/** Pods on two nodes of two; the second is tainted at 10 s. */
function tainted(tolerations: readonly Toleration[], ...taints: readonly Taint[]): NodeLab {
  const lab = new NodeLab({ replicas: 4, workload: { pod: template({ tolerations }) } });
  return lab.at(10_000, () => lab.cluster.operator.nodes.update('node-2', { taints }, CAUSE));
}

const times = (lab: NodeLab) => [...lab.evictions.values()];

describe('TaintEvictionController', () => {
  it('deletes at once what does not tolerate a NoExecute taint, and only that', () => {
    expect(times(tainted([], taint('maintenance')).run(20_000))).toEqual([10_000, 10_000]);
    expect(times(tainted([toleration('maintenance')], taint('maintenance')).run(900_000))).toEqual([]);
    expect(times(tainted([toleration(undefined)], taint('maintenance')).run(900_000))).toEqual([]);
    const noSchedule: Taint = { ...taint('maintenance'), effect: 'NoSchedule' };
    expect(times(tainted([], noSchedule).run(900_000))).toEqual([]);
  });

  it('deletes when the time is over, with the grace period of the pod', () => {
    const lab = tainted([toleration('maintenance', 40)], taint('maintenance'));
    expect(times(lab.run(49_999))).toEqual([]);
    expect(times(lab.run(60_000))).toEqual([50_000, 50_000]);
    const deleted = lab.pods.find(({ pod }) => pod.grace_period_s !== undefined);
    expect(deleted!.pod.grace_period_s).toBe(30);
  });

  it('keeps to the time that was planned when another taint comes, unless that is not tolerated', () => {
    const both = [toleration('one', 40), toleration('two', 10)];
    const add = (lab: NodeLab, ...taints: readonly Taint[]) =>
      lab.at(20_000, () => lab.cluster.operator.nodes.update('node-2', { taints }, CAUSE));
    const second = add(tainted(both, taint('one')), taint('one'), taint('two'));
    expect(times(second.run(55_000))).toEqual([50_000, 50_000]);
    const third = add(tainted(both, taint('one')), taint('one'), taint('three'));
    expect(times(third.run(29_000))).toEqual([20_000, 20_000]);
  });

  it('goes by the latest it has heard of a node, however close two changes are', () => {
    for (let trial = 0; trial < 100; trial += 1) {
      const lab = new NodeLab({ replicas: 4, trial, timing: timing(), workload: { pod: template() } });
      const { nodes } = lab.cluster.operator;
      const cordon: Taint = { ...taint('other'), effect: 'NoSchedule' };
      lab.at(10_000, () => nodes.update('node-2', { taints: [cordon] }, CAUSE));
      lab.at(10_004, () => nodes.update('node-2', { taints: [cordon, taint('maintenance')] }, CAUSE));
      lab.run(20_000);
      expect(lab.evictions.size).toBe(2);
    }
  });

  it('forgets what was planned when the taint goes', () => {
    const lab = tainted([toleration('maintenance', 40)], taint('maintenance'));
    lab.at(49_000, () => lab.cluster.operator.nodes.update('node-2', { taints: [] }, CAUSE)).run(200_000);
    expect(times(lab)).toEqual([]);
  });

  it('counts for a pod that comes to a tainted node from when it comes', () => {
    const tolerations = [
      toleration('maintenance', 40),
      { ...toleration('maintenance'), effect: 'NoSchedule' as const },
    ];
    const lab = tainted(tolerations, taint('maintenance'));
    lab.run(120_000);
    // Evicted at 50 s; those that came to the node in their place 40 s later, and so on.
    const [first, second] = [...new Set(times(lab))];
    expect(first).toBe(50_000);
    expect(second! - first!).toBeGreaterThanOrEqual(40_000);
    expect(second! - first!).toBeLessThan(40_100);
  });
});

describe('toleratedFor_ms', () => {
  it.each([
    [tolerationsOf(300), ['node.kubernetes.io/unreachable'], 300_000],
    [tolerationsOf(0), ['node.kubernetes.io/unreachable'], 0],
    [tolerationsOf(300), ['node.kubernetes.io/unreachable', 'other'], undefined],
    [[toleration('a', 7), toleration('b', 5)], ['a', 'b'], 5000],
    [[toleration('a'), toleration('b', 5)], ['a', 'b'], 5000],
    [[toleration('a', 7), toleration(undefined)], ['a', 'b'], 7000],
    // The first that fits counts, patient or not.
    [[toleration(undefined), toleration('a', 7)], ['a'], Number.POSITIVE_INFINITY],
    [[], ['a'], undefined],
    [[], [], Number.POSITIVE_INFINITY],
  ])('is that of the least patient toleration that is needed: %#', (tolerations, keys, expected) => {
    const taints = keys.map((key) => taint(key));
    expect(toleratedFor_ms(tolerations, taints)).toBe(expected);
  });
});
