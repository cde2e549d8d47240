import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { plainNodes } from '../../../src/scenario/nodes.ts';
import { timing } from '../../../src/scenario/timing.ts';
import { step } from '../../../src/sim/cause.ts';
import { INSTANT } from './environment.ts';
import { isTainted, NodeLab } from './node-lab.ts';

const isUnknown = ({ ready }: { ready: string }) => ready === 'Unknown';

/** So many nodes in each zone, after a first one where the load enters. */
const zones = (...sizes: readonly number[]) => {
  const names = ['entry', ...sizes.flatMap((size, zone) => Array<string>(size).fill(`zone-${zone}`))];
  return plainNodes(names.length).map((node, index) => ({ ...node, zone: names[index]! }));
};

const names = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `node-${from + index}`);

describe('NodeLifecycleController', () => {
  it('gives a node up with the look that finds its lease unchanged for 50 s', () => {
    for (let trial = 0; trial < 20; trial += 1) {
      const lab = new NodeLab({ trial });
      const renewals = lab.renewals('node-2');
      lab.at(31_000, () => lab.machine('node-2').cut()).run(120_000);
      const lost_ms = lab.nodeAt('node-2', isUnknown)!;
      // Found renewed by a look within 5 s of the renewal; ten looks later the grace period is over.
      expect(lost_ms - renewals.at(-1)!).toBeGreaterThanOrEqual(50_000);
      expect(lost_ms - renewals.at(-1)!).toBeLessThan(55_000 + 1);
      expect(lost_ms).toBeGreaterThan(31_000 + 50_000 - 10_400);
    }
  });

  it('takes 10 s less where the grace period is that of versions before 1.32', () => {
    const early = { ...INSTANT, node_monitor_grace_period: constant(40_000) };
    const lab = new NodeLab({ timing: early });
    const renewals = lab.renewals('node-2');
    lab.at(31_000, () => lab.machine('node-2').cut()).run(120_000);
    const waited_ms = lab.nodeAt('node-2', isUnknown)! - renewals.at(-1)!;
    expect(waited_ms).toBeGreaterThanOrEqual(40_000);
    expect(waited_ms).toBeLessThan(45_001);
  });

  it('marks the pods of a node it gives up as not ready, taints it, and evicts them 300 s later', () => {
    const lab = new NodeLab({ nodes: 3, replicas: 4 });
    const mine = [...lab.cluster.api.pods.values()].filter(({ node }) => node === 1).map(({ name }) => name);
    expect(mine.length).toBeGreaterThan(0);
    lab.at(31_000, () => lab.powerOff('node-2')).run(420_000);
    const lost_ms = lab.nodeAt('node-2', isUnknown)!;
    const unready = lab.pods.filter(({ pod }) => !pod.ready && pod.node === 1);
    expect(unready.map(({ pod }) => pod.name).sort()).toEqual(expect.arrayContaining(mine));
    for (const name of mine) {
      expect(unready.find(({ pod }) => pod.name === name)!.at_ms).toBeCloseTo(lost_ms, 3);
    }
    expect(lab.nodeAt('node-2', isTainted('NoSchedule'))).toBeCloseTo(lost_ms, 3);
    const tainted_ms = lab.nodeAt('node-2', isTainted('NoExecute'))!;
    expect(tainted_ms - lost_ms).toBeLessThan(100);
    for (const name of mine) expect(lab.evictions.get(name)! - tainted_ms).toBeCloseTo(300_000, 3);
    // Replaced at once, elsewhere; the deletion is never confirmed.
    expect(lab.serving).toHaveLength(4);
    expect(lab.serving.every(({ node }) => node !== 1)).toBe(true);
    for (const name of mine) expect(lab.cluster.api.pods.get(name)).toBeDefined();
  });

  it('puts no new pod on a node that it has given up', () => {
    const lab = new NodeLab({ nodes: 2, replicas: 1 });
    lab.at(31_000, () => lab.powerOff('node-2'));
    lab.at(120_000, () => {
      for (const { name } of lab.cluster.api.pods.values())
        lab.cluster.operator.pods.delete(name, 0, step(undefined, 'test', 120_000));
    });
    lab.run(140_000);
    expect(lab.serving.map(({ node }) => node)).toEqual([0]);
  });

  it('takes its taints back when the node renews its lease again, and evicts nobody', () => {
    const lab = new NodeLab({ nodes: 3, replicas: 4 });
    lab.at(31_000, () => lab.machine('node-2').cut());
    lab.at(131_000, () => lab.machine('node-2').mend()).run(600_000);
    const lost_ms = lab.nodeAt('node-2', isUnknown)!;
    const back_ms = lab.nodeAt('node-2', ({ ready }) => ready === 'True', lost_ms)!;
    expect(back_ms).toBeGreaterThan(131_000);
    const clean_ms = lab.nodeAt('node-2', ({ taints }) => taints.length === 0, back_ms)!;
    expect(clean_ms - back_ms).toBeLessThanOrEqual(5001);
    expect(lab.evictions.size).toBe(0);
    expect(lab.serving).toHaveLength(4);
  });

  it('taints one node of a zone every 10 s, and the zones beside each other', () => {
    const lab = new NodeLab({ nodes: zones(9, 9), replicas: 1 });
    const lost = [...names(2, 3), ...names(11, 3)];
    lab.at(31_000, () => {
      for (const name of lost) lab.powerOff(name);
    });
    lab.run(140_000);
    const tainted = (from: number) =>
      names(from, 3)
        .map((name) => lab.nodeAt(name, isTainted('NoExecute'))!)
        .sort((a, b) => a - b);
    for (const zone of [tainted(2), tainted(11)]) {
      expect(zone[1]! - zone[0]!).toBeGreaterThanOrEqual(10_000 - 1);
      expect(zone[2]! - zone[1]!).toBeGreaterThanOrEqual(10_000 - 1);
      expect(zone[2]! - zone[0]!).toBeLessThan(20_000 + 5_400);
    }
    expect(Math.abs(tainted(2)[0]! - tainted(11)[0]!)).toBeLessThan(15_000);
  });

  it('evicts nobody from a small zone of which most is down, and slowly from a large one', () => {
    const tainted = (size: number, down: number) => {
      const lab = new NodeLab({ nodes: zones(size), replicas: 1 });
      lab.at(31_000, () => {
        for (const name of names(2, down)) lab.powerOff(name);
      });
      lab.run(400_000);
      return names(2, down)
        .map((name) => lab.nodeAt(name, isTainted('NoExecute')))
        .filter((at_ms) => at_ms !== undefined)
        .sort((a, b) => a - b);
    };
    // The nodes are given up over ten seconds: until most of them are, the rate is the usual one.
    expect(tainted(10, 6).length).toBeLessThanOrEqual(2);
    expect(tainted(10, 5)).toHaveLength(5);
    const large = tainted(60, 40);
    expect(large.length).toBeLessThan(8);
    expect(large.at(-1)! - large.at(-2)!).toBeGreaterThan(99_000);
  });

  it('evicts nobody while no node of any zone is ready, and begins when the first is back', () => {
    const lab = new NodeLab({ nodes: zones(2, 2), replicas: 1 });
    const all = names(1, 5);
    for (const [index, name] of all.entries()) {
      lab.at(31_000 + index * 10_000, () => lab.machine(name).cut());
    }
    lab.at(500_000, () => lab.machine('node-3').mend()).run(499_999);
    expect(lab.nodeAt('node-1', isTainted('NoExecute'))).toBeLessThan(87_000);
    expect(lab.nodeAt('node-5', isUnknown)).toBeLessThan(127_000);
    const tainted = () => all.filter((name) => isTainted('NoExecute')(lab.cluster.api.nodes.get(name)!));
    // Taints of those that were given up before the last are taken back.
    expect(tainted()).toEqual([]);
    expect(lab.evictions.size).toBe(0);
    // Its watch is up to a minute late; then its status, the look, and ten seconds for each of a zone.
    lab.run(600_000);
    expect(tainted()).toEqual(all.filter((name) => name !== 'node-3'));
  });

  it('takes the status of a kubelet for a sign of life as much as its lease', () => {
    const lab = new NodeLab();
    lab.at(31_000, () => lab.powerOff('node-2'));
    for (let at_ms = 35_000; at_ms < 200_000; at_ms += 40_000) {
      lab.at(at_ms, () => {
        const cause = step(undefined, 'test', at_ms);
        lab.cluster.operator.nodes.update('node-2', { heartbeat_at_ms: at_ms }, cause);
      });
    }
    lab.run(200_000);
    expect(lab.nodeAt('node-2', isUnknown)).toBeUndefined();
    lab.run(300_000);
    expect(lab.nodeAt('node-2', isUnknown)).toBeGreaterThanOrEqual(195_000 + 50_000);
  });

  it('taints every node that it gives up in the end, though it may take one for ready still when its turn comes', () => {
    let late = 0;
    for (let trial = 0; trial < 150; trial += 1) {
      const lab = new NodeLab({ trial, timing: timing() });
      lab.at(31_000, () => lab.powerOff('node-2')).run(110_000);
      const lost_ms = lab.nodeAt('node-2', isUnknown)!;
      const waited_ms = lab.nodeAt('node-2', isTainted('NoExecute'))! - lost_ms;
      // Its turn came before the watch, and comes again ten seconds later.
      if (waited_ms > 1000) late += 1;
      expect(waited_ms).toBeLessThan(10_300);
    }
    expect(late).toBeLessThan(15);
  });

  it('never evicts a pod of a node that is back within the grace period', () => {
    fc.assert(
      fc.property(
        fc.record({
          trial: fc.nat(1000),
          at_ms: fc.integer({ min: 0, max: 60_000 }),
          duration_ms: fc.integer({ min: 1, max: 37_000 }),
          how: fc.constantFrom('cut', 'power'),
        }),
        ({ trial, at_ms, duration_ms, how }) => {
          // 10.4 s between renewals, 2 s until the first renewal after the return.
          const lab = new NodeLab({ nodes: 3, replicas: 3, trial, toleration_s: 0, timing: timing() });
          const before = [...lab.cluster.api.pods.values()].map(({ name }) => name).sort();
          lab.at(at_ms, () => (how === 'cut' ? lab.machine('node-2').cut() : lab.powerOff('node-2')));
          const back_ms = at_ms + duration_ms;
          lab.at(back_ms, () => (how === 'cut' ? lab.machine('node-2').mend() : lab.powerOn('node-2')));
          lab.run(at_ms + duration_ms + 60_000);
          expect(lab.nodeAt('node-2', isUnknown)).toBeUndefined();
          expect(lab.evictions.size).toBe(0);
          expect(lab.serving.map(({ name }) => name).sort()).toEqual(before);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('never evicts before a pod has borne the taint as long as it says, nor faster than the rate allows', () => {
    fc.assert(
      fc.property(
        fc.record({
          trial: fc.nat(1000),
          nodes: fc.integer({ min: 3, max: 9 }),
          // When each node goes and comes back, in seconds; the first stays.
          losses: fc.array(
            fc.record({
              node: fc.nat(7),
              at_s: fc.integer({ min: 1, max: 60 }),
              for_s: fc.integer({ min: 20, max: 300 }),
            }),
            { minLength: 1, maxLength: 6 },
          ),
          toleration_s: fc.integer({ min: 0, max: 60 }),
        }),
        ({ trial, nodes, losses, toleration_s }) => {
          const lab = new NodeLab({ nodes, replicas: nodes * 2, trial, toleration_s, timing: timing() });
          for (const { node, at_s, for_s } of losses) {
            const name = `node-${2 + (node % (nodes - 1))}`;
            lab.at(at_s * 1000, () => lab.machine(name).cut());
            lab.at((at_s + for_s) * 1000, () => lab.machine(name).mend());
          }
          lab.run(480_000);
          const tainted = new Map<number, { from_ms: number; to_ms: number }>();
          const taints: number[] = [];
          for (const change of lab.changes) {
            const { at_ms } = change;
            if ('node' in change) {
              const { index } = change.node;
              const known = tainted.get(index);
              const isOver = known === undefined || known.to_ms <= at_ms;
              if (!isTainted('NoExecute')(change.node)) {
                if (!isOver) known.to_ms = at_ms;
              } else if (isOver) {
                tainted.set(index, { from_ms: at_ms, to_ms: Number.POSITIVE_INFINITY });
                taints.push(at_ms);
              }
            } else if (lab.evictions.get(change.pod.name) === at_ms && !change.gone) {
              const { from_ms, to_ms } = tainted.get(change.pod.node!)!;
              expect(at_ms - from_ms).toBeGreaterThanOrEqual(toleration_s * 1000);
              // Under way when the taint was taken off.
              expect(at_ms - to_ms).toBeLessThan(200);
            }
          }
          // A burst of one, then one every ten seconds; writes take a moment.
          for (const [index, at_ms] of taints.entries()) {
            if (index > 0) expect(at_ms - taints[index - 1]!).toBeGreaterThan(10_000 - 200);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
