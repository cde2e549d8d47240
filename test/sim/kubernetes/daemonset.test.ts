import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DaemonSet, IntOrPercent, Taint } from '../../../src/scenario/scenario.ts';
import { timing } from '../../../src/scenario/timing.ts';
import { daemonTolerations } from '../../../src/scenario/toleration.ts';
import { isActive, isTerminating } from '../../../src/sim/kubernetes/objects.ts';
import { template } from './objects.ts';
import { CAUSE, type LabOptions, WorkloadLab } from './workload-lab.ts';

const rolling = (max_unavailable: IntOrPercent, max_surge: IntOrPercent = { pods: 0 }) =>
  ({ type: 'RollingUpdate', max_unavailable, max_surge }) as const;

function daemonSet(change: Partial<DaemonSet> = {}): DaemonSet {
  return {
    kind: 'DaemonSet',
    name: 'agent',
    namespace: 'default',
    position: { file: 'agent.yaml', line: 1, column: 1 },
    replicas: 4,
    min_ready_s: 0,
    selector: { app: 'web' },
    pod: template({ tolerations: daemonTolerations([]) }),
    update_strategy: rolling({ pods: 1 }),
    ...change,
  };
}

function labOf(set: DaemonSet, options: LabOptions = {}): WorkloadLab {
  return new WorkloadLab(set, { nodes: 4, stop_ms: 500, ...options });
}

const nodesOf = (lab: WorkloadLab) => lab.serving.map(({ node }) => node).sort();

function outs(lab: WorkloadLab): { most: number; pods: number } {
  const seen = { most: 0, pods: 0 };
  lab.operator.pods.watch(() => {
    const served = new Set(lab.serving.map(({ node }) => node));
    seen.most = Math.max(seen.most, 4 - served.size);
    seen.pods = Math.max(seen.pods, lab.active.length);
  });
  return seen;
}

describe('DaemonSetController', () => {
  it('has a pod on every node, and replaces one when its object has gone', () => {
    const lab = labOf(daemonSet());
    expect(nodesOf(lab)).toEqual([0, 1, 2, 3]);
    lab.at(1000, () => lab.kill('agent-d0003')).run(10_000);
    const created = lab.changes.find(({ pod }) => pod.name === 'agent-d0005')!;
    expect(created.at_ms).toBe(1500);
    expect(created.pod.target_node).toBe(2);
    expect(nodesOf(lab)).toEqual([0, 1, 2, 3]);
  });

  it('replaces a pod that has ended though its object is still there', () => {
    const lab = labOf(daemonSet(), { stop_ms: 20_000 });
    lab
      .at(1000, () => lab.kill('agent-d0003'))
      .at(2000, () => lab.operator.pods.update('agent-d0003', { phase: 'Succeeded', ready: false }, CAUSE))
      .run(5000);
    expect(nodesOf(lab)).toEqual([0, 1, 2, 3]);
  });

  it('rolls out node by node, each when the one before serves', () => {
    const lab = labOf(daemonSet());
    const seen = outs(lab);
    lab.at(1000, () => lab.restart()).run(60_000);
    const deleted = lab.changes
      .filter(({ pod, gone }) => isTerminating(pod) && !gone)
      .map(({ at_ms }) => at_ms);
    expect(deleted).toEqual([1000, 2500, 4000, 5500]);
    expect(seen).toEqual({ most: 1, pods: 4 });
  });

  it('rounds a share of the nodes up', () => {
    const lab = labOf(daemonSet({ update_strategy: rolling({ percent: 30 }) }));
    const seen = outs(lab);
    lab.at(1000, () => lab.restart()).run(60_000);
    expect(seen.most).toBe(2);
    expect(lab.serving.length).toBe(4);
  });

  it('serves on every node all the time where it has a surge', () => {
    const lab = labOf(daemonSet({ update_strategy: rolling({ pods: 0 }, { pods: 2 }) }));
    const seen = outs(lab);
    lab.at(1000, () => lab.restart()).run(60_000);
    expect(seen).toEqual({ most: 0, pods: 6 });
    expect(nodesOf(lab)).toEqual([0, 1, 2, 3]);
    expect(lab.pods.every(({ name }) => Number(name.slice(-4)) > 4)).toBe(true);
  });

  it('stops at the first node where the new pod does not become ready, and comes back from there', () => {
    const lab: WorkloadLab = labOf(daemonSet(), { isBroken: ({ name }) => broken.includes(name) });
    const broken = ['agent-d0005'];
    lab
      .at(1000, () => lab.restart())
      .at(60_000, () => lab.undo())
      .run(59_000);
    expect(lab.serving.length).toBe(3);
    lab.run(70_000);
    expect(lab.serving.length).toBe(4);
  });

  it('picks the nodes by chance', () => {
    const firsts = new Set(
      Array.from({ length: 40 }, (_, trial) => {
        const lab = labOf(daemonSet(), { trial });
        lab.at(1000, () => lab.restart()).run(1200);
        return lab.pods.find(isTerminating)!.node;
      }),
    );
    expect(firsts.size).toBe(4);
  });

  it('stays on nodes that are not ready or cordoned, leaves one that nothing is allowed on, and comes back', () => {
    const lab = labOf(daemonSet());
    const taint = (node: string, taints: readonly Taint[]) =>
      lab.operator.nodes.update(node, { taints }, CAUSE);
    const of = (key: string, effect: Taint['effect']) => ({ key, value: '', effect });
    lab
      .at(1000, () => {
        taint('node-1', [of('node.kubernetes.io/unreachable', 'NoExecute')]);
        taint('node-2', [of('node.kubernetes.io/unschedulable', 'NoSchedule')]);
        taint('node-3', [of('gone', 'NoExecute')]);
      })
      .at(10_000, () => taint('node-3', []))
      .run(9000);
    expect(nodesOf(lab)).toEqual([0, 1, 3]);
    lab.run(20_000);
    expect(nodesOf(lab)).toEqual([0, 1, 2, 3]);
  });

  it('waits for minReadySeconds before it goes on', () => {
    const lab = labOf(daemonSet({ min_ready_s: 10 }));
    lab.at(1000, () => lab.restart()).run(120_000);
    const deleted = lab.changes
      .filter(({ pod, gone }) => isTerminating(pod) && !gone)
      .map(({ at_ms }) => at_ms);
    expect(deleted).toHaveLength(4);
    for (const gap of deleted.slice(1).map((at_ms, index) => at_ms - deleted[index]!)) {
      expect(gap).toBeGreaterThan(10_500);
      expect(gap).toBeLessThanOrEqual(12_500);
    }
  });

  it('changes nothing by itself on OnDelete', () => {
    const lab = labOf(daemonSet({ update_strategy: { type: 'OnDelete' } }));
    lab
      .at(1000, () => lab.restart())
      .at(5000, () => lab.kill('agent-d0001'))
      .run(20_000);
    expect(lab.log).toEqual(['-agent-d0001', '+agent-d0005']);
  });

  it('comes to rest with one pod of the latest template on every node, whatever happens on the way', () => {
    const acts = fc.array(
      fc.record({
        at_ms: fc.integer({ min: 1000, max: 20_000 }),
        act: fc.constantFrom('kill', 'force', 'restart', 'undo'),
        pick: fc.nat(),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.nat(2),
        fc.constantFrom(0, 2),
        acts,
        fc.nat(1000),
        (unavailable, surge, waits_s, changes, trial) => {
          // With a surge and minReadySeconds the controller can miss the moment and wait for the next event: its status
          // counts the old pod of a node, and of two waits the queue keeps the earlier (seen in the sources of 1.35).
          const min_ready_s = surge === 0 ? waits_s : 0;
          const update_strategy = rolling({ pods: unavailable }, { pods: surge });
          const lab = labOf(daemonSet({ update_strategy, min_ready_s }), { trial, timing: timing() });
          for (const { at_ms, act, pick } of changes) {
            lab.at(at_ms, () => {
              const victim = lab.active[pick % Math.max(1, lab.active.length)]?.name;
              if (act === 'restart') lab.restart();
              else if (act === 'undo') lab.undo();
              else if (victim !== undefined) lab.kill(victim, act === 'force' ? 0 : 30);
            });
          }
          lab.run(200_000);
          expect(lab.pods.every(isActive)).toBe(true);
          expect(nodesOf(lab)).toEqual([0, 1, 2, 3]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
