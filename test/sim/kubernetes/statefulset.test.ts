import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../../src/scenario/scenario.ts';
import { timing } from '../../../src/scenario/timing.ts';
import { isActive, isTerminating, type PodObject } from '../../../src/sim/kubernetes/objects.ts';
import { ordinalOf, shownName } from '../../../src/sim/kubernetes/pod-names.ts';
import { template } from './objects.ts';
import { CAUSE, type LabOptions, WorkloadLab } from './workload-lab.ts';

type RollingUpdate = Extract<StatefulSet['update_strategy'], { type: 'RollingUpdate' }>;

function statefulSet(change: Partial<StatefulSet> = {}, rolling: Partial<RollingUpdate> = {}): StatefulSet {
  return {
    kind: 'StatefulSet',
    name: 'web',
    namespace: 'default',
    position: { file: 'web.yaml', line: 1, column: 1 },
    replicas: 3,
    min_ready_s: 0,
    selector: { app: 'web' },
    pod: template(),
    pod_management: 'OrderedReady',
    update_strategy: { type: 'RollingUpdate', partition: 0, max_unavailable: { pods: 1 }, ...rolling },
    ...change,
  };
}

function labOf(set: StatefulSet, options: LabOptions = {}): WorkloadLab {
  return new WorkloadLab(set, { stop_ms: 500, ...options });
}

const shown = (log: readonly string[]) => log.map(shownName);
const serving = (lab: WorkloadLab) => lab.serving.map(({ name }) => shownName(name)).sort();
const isNewTemplate = (lab: WorkloadLab) => (pod: PodObject) =>
  pod.template !== lab.steady.workloads[0]!.template;

describe('StatefulSetController', () => {
  it('replaces a pod under its own name, when the object of the one before has gone', () => {
    const lab = labOf(statefulSet());
    lab.at(1000, () => lab.kill('web-1')).run(10_000);
    expect(shown(lab.log)).toEqual(['-web-1', '+web-1']);
    const [created] = lab.changes.filter(({ pod }) => pod.name === 'web-1~2');
    expect(created!.at_ms).toBe(1500);
    expect(serving(lab)).toEqual(['web-0', 'web-1', 'web-2']);
  });

  it('does not replace a pod whose node cannot say that it has gone, until it can or somebody forces it', () => {
    const lab = labOf(statefulSet());
    lab
      .at(1000, () => {
        lab.links.nodes.cut('test', 'silence');
        lab.kill('web-1');
      })
      .run(600_000);
    expect(serving(lab)).toEqual(['web-0', 'web-2']);
    lab.at(600_000, () => lab.kill('web-1', 0)).run(601_000);
    expect(lab.pods.map(({ name }) => shownName(name)).sort()).toEqual(['web-0', 'web-1', 'web-2']);
  });

  it('updates from the highest ordinal down, each when the one before serves', () => {
    const lab = labOf(statefulSet());
    lab.at(1000, () => lab.restart()).run(60_000);
    const each = ['web-2', 'web-1', 'web-0'].flatMap((name) => [`-${name}`, `+${name}`]);
    expect(shown(lab.log)).toEqual(each);
    expect(lab.updated.length).toBe(3);
    const deleted = lab.changes
      .filter(({ pod, gone }) => isTerminating(pod) && !gone)
      .map(({ at_ms }) => at_ms);
    // Half a second to go, a second to start.
    expect(deleted).toEqual([1000, 2500, 4000]);
  });

  it('leaves what is below the partition as it is, and brings it back as it was', () => {
    const lab = labOf(statefulSet({ replicas: 4 }, { partition: 2 }));
    lab
      .at(1000, () => lab.restart())
      .at(20_000, () => lab.kill('web-0'))
      .run(40_000);
    expect(lab.updated.map(({ name }) => ordinalOf(name)).sort()).toEqual([2, 3]);
    expect(serving(lab)).toHaveLength(4);
  });

  it('brings a pod back with the new template that dies before its turn', () => {
    const lab = labOf(statefulSet({ replicas: 3 }));
    lab
      .at(1000, () => lab.restart())
      .at(1200, () => lab.kill('web-0'))
      .run(2000);
    expect(lab.pods.find(({ name }) => ordinalOf(name) === 0)!.template).toBe(
      lab.api.workloads.get(lab.key)!.template,
    );
  });

  it('starts in order, and all at once where pods are managed in parallel', () => {
    const startedAt_ms = (pod_management: StatefulSet['pod_management']) => {
      const lab = labOf(statefulSet({ pod_management }));
      lab
        .at(1000, () => {
          for (const { name } of lab.pods) lab.kill(name, 0);
        })
        .run(30_000);
      return [0, 1, 2].map((n) => lab.changes.find(({ pod }) => pod.name === `web-${n}~2`)!.at_ms);
    };
    expect(startedAt_ms('OrderedReady')).toEqual([1000, 2000, 3000]);
    expect(startedAt_ms('Parallel')).toEqual([1000, 1000, 1000]);
  });

  it('is stuck behind a pod that never becomes ready, on the way back too, until somebody deletes it', () => {
    const lab: WorkloadLab = labOf(statefulSet(), { isBroken: (pod) => isNewTemplate(lab)(pod) });
    lab
      .at(1000, () => lab.restart())
      .at(100_000, () => lab.undo())
      .run(300_000);
    expect(serving(lab)).toEqual(['web-0', 'web-1']);
    expect(lab.pods.map(({ name }) => name)).toContain('web-2~2');
    lab.at(300_000, () => lab.kill('web-2~2')).run(310_000);
    expect(serving(lab)).toEqual(['web-0', 'web-1', 'web-2']);
    expect(lab.updated.length).toBe(3);
  });

  it('finds the way back by itself where pods are managed in parallel', () => {
    const lab: WorkloadLab = labOf(statefulSet({ pod_management: 'Parallel' }), {
      isBroken: (pod) => isNewTemplate(lab)(pod),
    });
    lab
      .at(1000, () => lab.restart())
      .at(100_000, () => lab.undo())
      .run(110_000);
    expect(serving(lab)).toEqual(['web-0', 'web-1', 'web-2']);
  });

  it('takes more than one at a time only where the feature gate lets maxUnavailable count', () => {
    const most = (feature_gates: LabOptions['feature_gates'] & {}) => {
      const lab = labOf(
        statefulSet({ replicas: 6, pod_management: 'Parallel' }, { max_unavailable: { percent: 50 } }),
        {
          feature_gates,
        },
      );
      let out = 0;
      lab.operator.pods.watch(() => {
        out = Math.max(out, 6 - lab.serving.length);
      });
      lab.at(1000, () => lab.restart()).run(60_000);
      expect(lab.updated.length).toBe(6);
      return out;
    };
    expect(most([])).toBe(1);
    expect(most(['MaxUnavailableStatefulSet'])).toBe(3);
  });

  it('waits for minReadySeconds before it goes on', () => {
    const lab = labOf(statefulSet({ min_ready_s: 10 }));
    lab.at(1000, () => lab.restart()).run(60_000);
    const deleted = lab.changes
      .filter(({ pod, gone }) => isTerminating(pod) && !gone)
      .map(({ at_ms }) => at_ms);
    for (const [index, gap] of deleted
      .slice(1)
      .map((at_ms, i) => at_ms - deleted[i]!)
      .entries()) {
      // Half a second to go, a second to start, then ten from the whole second before.
      expect(gap, `${index}`).toBeGreaterThan(10_500);
      expect(gap, `${index}`).toBeLessThanOrEqual(11_500);
    }
    expect(deleted).toHaveLength(3);
  });

  it('scales down from the highest ordinal and up from the lowest, one at a time', () => {
    const lab = labOf(statefulSet({ replicas: 4 }));
    lab
      .at(1000, () => lab.scale(1))
      .at(10_000, () => lab.scale(3))
      .run(30_000);
    expect(shown(lab.log)).toEqual(['-web-3', '-web-2', '-web-1', '+web-1', '+web-2']);
  });

  it('changes nothing by itself on OnDelete', () => {
    const lab = labOf(statefulSet({ update_strategy: { type: 'OnDelete' } }));
    lab
      .at(1000, () => lab.restart())
      .at(5000, () => lab.kill('web-1'))
      .run(20_000);
    expect(shown(lab.log)).toEqual(['-web-1', '+web-1']);
    expect(lab.updated.map(({ name }) => shownName(name))).toEqual(['web-1']);
  });

  it('clears away a pod that has ended and makes it anew', () => {
    const lab = labOf(statefulSet());
    lab
      .at(1000, () => lab.operator.pods.update('web-1', { phase: 'Failed', ready: false }, CAUSE))
      .run(20_000);
    expect(serving(lab)).toEqual(['web-0', 'web-1', 'web-2']);
  });

  it('never has two pods of one ordinal, and comes to rest with all of the latest template', () => {
    const acts = fc.array(
      fc.record({
        at_ms: fc.integer({ min: 1000, max: 20_000 }),
        act: fc.constantFrom('kill', 'force', 'restart', 'undo', 'scale'),
        pick: fc.nat(),
        replicas: fc.integer({ min: 1, max: 6 }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom('OrderedReady', 'Parallel' as const),
        fc.constantFrom(0, 2),
        fc.boolean(),
        acts,
        fc.nat(1000),
        (replicas, pod_management, min_ready_s, gate, changes, trial) => {
          const set = statefulSet(
            { replicas, pod_management, min_ready_s },
            { max_unavailable: { pods: 2 } },
          );
          const feature_gates = gate ? (['MaxUnavailableStatefulSet'] as const) : [];
          const lab = labOf(set, { trial, timing: timing(), feature_gates });
          for (const { at_ms, act, pick, replicas: size } of changes) {
            lab.at(at_ms, () => {
              const victim = lab.active[pick % Math.max(1, lab.active.length)]?.name;
              if (act === 'restart') lab.restart();
              else if (act === 'undo') lab.undo();
              else if (act === 'scale') lab.scale(size);
              else if (victim !== undefined) lab.kill(victim, act === 'force' ? 0 : 30);
            });
          }
          lab.operator.pods.watch(() => {
            const ordinals = lab.pods.map(({ name }) => ordinalOf(name));
            expect(new Set(ordinals).size).toBe(ordinals.length);
          });
          lab.run(120_000);
          const wanted = lab.api.workloads.get(lab.key)!.replicas;
          expect(lab.pods.every(isActive)).toBe(true);
          expect(lab.updated.map(({ name }) => ordinalOf(name)).sort()).toEqual(
            Array.from({ length: wanted }, (_, ordinal) => ordinal),
          );
          expect(lab.serving.length).toBe(wanted);
        },
      ),
      {
        numRuns: 150,
        // A pod that is seen while the sync that misses it creates others.
        examples: [
          [4, 'Parallel', 2, true, [{ at_ms: 1000, act: 'restart' as const, pick: 0, replicas: 1 }], 487],
        ],
      },
    );
  });
});
