import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import type { Deployment, IntOrPercent } from '../../../src/scenario/scenario.ts';
import { timing } from '../../../src/scenario/timing.ts';
import { fenceposts } from '../../../src/sim/kubernetes/deployment-rolling.ts';
import { isActive, isTerminating } from '../../../src/sim/kubernetes/objects.ts';
import { deployment } from './objects.ts';
import { CAUSE, type LabOptions, WorkloadLab } from './workload-lab.ts';

const rolling = (max_surge: IntOrPercent, max_unavailable: IntOrPercent): Partial<Deployment> => ({
  strategy: { type: 'RollingUpdate', max_surge, max_unavailable },
});

/** A Deployment whose new pods start in 1 s, restarted at 10 s. */
function restarted(change: Partial<Deployment>, options: LabOptions = {}): WorkloadLab {
  const lab = new WorkloadLab(deployment(change), options);
  return lab.at(10_000, () => lab.restart());
}

/** The most pods and the fewest serving ones there ever were. */
function watched(lab: WorkloadLab): { most: number; fewest: number } {
  const seen = { most: 0, fewest: Number.POSITIVE_INFINITY };
  lab.operator.pods.watch(() => {
    seen.most = Math.max(seen.most, lab.active.length);
    seen.fewest = Math.min(seen.fewest, lab.serving.length);
  });
  return seen;
}

/** How a rolling update goes where all pods of a round start alike: old and new pods at the end of each round. */
function expectedRounds(
  replicas: number,
  surge: number,
  unavailable: number,
): [old: number, fresh: number][] {
  let old = replicas;
  let ready = 0;
  let pending = 0;
  const rounds: [number, number][] = [];
  while (old > 0 || ready < replicas) {
    for (;;) {
      const grow = Math.min(replicas + surge - old - ready - pending, replicas - ready - pending);
      const shrink = Math.min(old, old + ready - (replicas - unavailable));
      if (grow <= 0 && shrink <= 0) break;
      pending += Math.max(0, grow);
      old -= Math.max(0, shrink);
    }
    rounds.push([old, ready + pending]);
    ready += pending;
    pending = 0;
  }
  return rounds;
}

describe('DeploymentController', () => {
  it('goes through exactly the rounds that surge and unavailability allow, for every size', () => {
    for (let replicas = 1; replicas <= 10; replicas += 1) {
      for (let surge = 0; surge <= 3; surge += 1) {
        for (let unavailable = surge === 0 ? 1 : 0; unavailable <= Math.min(3, replicas); unavailable += 1) {
          const lab = restarted({ replicas, ...rolling({ pods: surge }, { pods: unavailable }) });
          const seen = watched(lab);
          const rounds = expectedRounds(replicas, surge, unavailable);
          const found = rounds.map((_, round) => {
            lab.run(10_500 + round * 1000);
            return [lab.active.length - lab.updated.length, lab.updated.length];
          });
          const what = `${replicas} replicas, surge ${surge}, unavailable ${unavailable}`;
          expect(found, what).toEqual(rounds);
          lab.run(30_000);
          expect(lab.serving.length, what).toBe(replicas);
          expect(seen.most, what).toBeLessThanOrEqual(replicas + surge);
          expect(seen.fewest, what).toBeGreaterThanOrEqual(replicas - unavailable);
        }
      }
    }
  });

  it('never asks for more pods than the surge allows, with delays, kills and changes under way, and gets there', () => {
    const share = fc.oneof(
      fc.record({ pods: fc.nat(4) }),
      fc.record({ percent: fc.integer({ min: 0, max: 100 }) }),
    );
    const acts = fc.array(
      fc.record({
        at_ms: fc.integer({ min: 10_000, max: 25_000 }),
        act: fc.constantFrom('kill', 'restart', 'undo', 'scale'),
        pick: fc.nat(),
        replicas: fc.integer({ min: 1, max: 12 }),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        share,
        share,
        fc.constantFrom(0, 3),
        acts,
        fc.nat(1000),
        (replicas, surge, unavailable, min_ready_s, changes, trial) => {
          const lab = restarted(
            { replicas, min_ready_s, ...rolling(surge, unavailable) },
            { trial, timing: timing(), stop_ms: 700 },
          );
          const { strategy } = deployment(rolling(surge, unavailable));
          // Where the size was changed, pods of the old size may still be asked for.
          let largest = replicas;
          let most = 0;
          for (const { at_ms, act, pick, replicas: size } of changes) {
            lab.at(at_ms, () => {
              if (act === 'restart') lab.restart();
              else if (act === 'undo') lab.undo();
              else if (act === 'scale') lab.scale(size);
              else {
                const { serving } = lab;
                const victim = serving[pick % Math.max(1, serving.length)]?.name;
                if (victim !== undefined) lab.kill(victim);
              }
              if (act === 'scale') largest = Math.max(largest, size);
            });
          }
          lab.operator.replicaSets.watch(() => {
            const asked = [...lab.api.replicaSets.values()].reduce((sum, set) => sum + set.replicas, 0);
            most = Math.max(most, asked - largest - fenceposts(strategy, largest).surge);
          });
          lab.run(120_000);
          expect(most).toBeLessThanOrEqual(0);
          const { replicas: wanted } = lab.api.workloads.get(lab.key)!;
          expect(lab.serving.length).toBe(wanted);
          expect(lab.updated.length).toBe(wanted);
          expect(lab.pods.length).toBe(wanted);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('never takes a pod away that availability needs, however often others are killed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.array(fc.tuple(fc.integer({ min: 10_000, max: 20_000 }), fc.nat()), { maxLength: 6 }),
        (replicas, surge, unavailable, kills) => {
          const lab = restarted({ replicas, ...rolling({ pods: surge }, { pods: unavailable }) });
          const posts = fenceposts(
            deployment(rolling({ pods: surge }, { pods: unavailable })).strategy,
            replicas,
          );
          const killed = new Set<string>();
          for (const [at_ms, pick] of kills) {
            lab.at(at_ms + 0.5, () => {
              const victim = lab.serving[pick % Math.max(1, lab.serving.length)]?.name;
              if (victim === undefined) return;
              killed.add(victim);
              lab.kill(victim);
            });
          }
          const before = new Map(lab.pods.map((pod) => [pod.name, pod]));
          lab.operator.pods.watch((pod) => {
            const was = before.get(pod.name);
            before.set(pod.name, pod);
            const isTaken = was !== undefined && isActive(was) && was.ready && isTerminating(pod);
            if (isTaken && !killed.has(pod.name)) {
              expect(lab.serving.length).toBeGreaterThanOrEqual(replicas - posts.unavailable);
            }
          });
          lab.run(60_000);
          expect(lab.serving.length).toBe(replicas);
          expect(lab.updated.length).toBe(replicas);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('waits in every round for minReadySeconds, counted from the second before a pod became ready', () => {
    const lab = restarted({ replicas: 3, min_ready_s: 10, ...rolling({ pods: 1 }, { pods: 0 }) });
    lab.run(90_000);
    const created = lab.changes.filter(({ pod }) => pod.node === undefined && !isTerminating(pod));
    const gaps = created.slice(1).map(({ at_ms }, index) => at_ms - created[index]!.at_ms);
    expect(gaps).toHaveLength(2);
    for (const gap of gaps) {
      expect(gap).toBeGreaterThan(10_000);
      expect(gap).toBeLessThanOrEqual(11_000);
    }
  });

  it('keeps what serves when the new pods never become ready, and says so when the deadline has passed', () => {
    const isBroken = (pod: { template: unknown }) => pod.template !== lab.steady.workloads[0]!.template;
    const lab: WorkloadLab = restarted(
      { replicas: 2, progress_deadline_s: 60, ...rolling({ percent: 25 }, { percent: 25 }) },
      { isBroken },
    );
    const seen = watched(lab);
    lab.run(300_000);
    // 25 % of 2 is no pod that may be away, and one too many.
    expect(seen).toEqual({ most: 3, fewest: 2 });
    expect(lab.updated.length).toBe(1);
    const notes = lab.events.filter((event) => event.type === 'note');
    expect(notes).toHaveLength(1);
    expect(notes[0]!.at_ms).toBeGreaterThan(70_000);
    expect(notes[0]!.at_ms).toBeLessThan(73_000);
    expect(notes[0]!.text).toContain('ProgressDeadlineExceeded');
  });

  it('goes back to the ReplicaSet that it came from, and clears away the pods that never became ready', () => {
    const isBroken = (pod: { template: unknown }) => pod.template !== lab.steady.workloads[0]!.template;
    const lab: WorkloadLab = restarted(
      { replicas: 4, ...rolling({ percent: 25 }, { percent: 25 }) },
      { isBroken },
    );
    lab.at(20_000, () => lab.undo()).run(19_000);
    expect(lab.serving.length).toBe(3);
    lab.run(40_000);
    expect(lab.serving.length).toBe(4);
    expect(lab.pods.map(({ owner }) => owner)).toEqual(['web', 'web', 'web', 'web']);
    const revisions = [...lab.api.replicaSets.values()].map(({ name, revision }) => [name, revision]);
    expect(revisions).toEqual([
      ['web', 3],
      ['web-rev2', 2],
    ]);
    expect(lab.api.workloads.get(lab.key)!.status!.revision).toBe(3);
  });

  it('rolls over from an unfinished rollout to the next', () => {
    const lab = restarted({ replicas: 6, ...rolling({ pods: 2 }, { pods: 1 }) });
    const seen = watched(lab);
    lab
      .at(11_500, () => lab.restart())
      .at(12_500, () => lab.restart())
      .run(60_000);
    expect(lab.serving.map(({ owner }) => owner)).toEqual(new Array(6).fill('web-rev4'));
    expect(seen.most).toBeLessThanOrEqual(8);
    expect(seen.fewest).toBeGreaterThanOrEqual(5);
  });

  it('recreates: nothing is left, and nothing new begins, before the last old pod has gone', () => {
    const lab = restarted({ replicas: 3, strategy: { type: 'Recreate' } }, { stop_ms: 4000 });
    lab.run(60_000);
    const firstNew = lab.changes.find(({ pod }) => pod.owner === 'web-rev2')!.at_ms;
    const lastOld = lab.changes.findLast(({ pod, gone }) => pod.owner === 'web' && gone)!.at_ms;
    expect(lastOld).toBe(14_000);
    expect(firstNew).toBe(14_000);
    expect(lab.serving.map(({ owner }) => owner)).toEqual(['web-rev2', 'web-rev2', 'web-rev2']);
    const ready = lab.changes.filter(({ pod }) => pod.ready && !isTerminating(pod));
    expect(ready[0]!.at_ms).toBe(15_000);
  });

  it('does not wait for pods that have ended though their objects are there; before 1.35 it does not hear of it', () => {
    const startedAt_ms = (minor: number) => {
      const lab = restarted({ replicas: 2, strategy: { type: 'Recreate' } }, { stop_ms: 20_000, minor });
      lab.at(12_000, () => {
        for (const { name } of lab.pods) {
          lab.operator.pods.update(name, { phase: 'Succeeded', ready: false }, CAUSE);
        }
      });
      lab.run(60_000);
      expect(lab.serving.map(({ owner }) => owner)).toEqual(['web-rev2', 'web-rev2']);
      return lab.changes.find(({ pod }) => pod.owner === 'web-rev2')!.at_ms;
    };
    expect(startedAt_ms(35)).toBe(12_000);
    expect(startedAt_ms(34)).toBe(30_000);
  });

  it('spreads a change of size over both templates while a rollout is stuck', () => {
    const isBroken = (pod: { template: unknown }) => pod.template !== lab.steady.workloads[0]!.template;
    const lab: WorkloadLab = restarted({ replicas: 10, ...rolling({ pods: 3 }, { pods: 2 }) }, { isBroken });
    const sizes = () => [...lab.api.replicaSets.values()].map(({ replicas }) => replicas);
    lab.run(12_000);
    expect(sizes()).toEqual([8, 5]);
    lab.at(13_000, () => lab.scale(15)).run(20_000);
    // The example of the documentation of proportional scaling: 5 more, 3 of them of the old template.
    expect(sizes()).toEqual([11, 7]);
  });

  it('scales up and down by hand at once', () => {
    const lab = new WorkloadLab(deployment({ replicas: 3 }));
    lab
      .at(5000, () => lab.scale(7))
      .at(10_000, () => lab.scale(0))
      .run(5000);
    expect(lab.active.length).toBe(7);
    lab.run(9000);
    expect(lab.serving.length).toBe(7);
    lab.run(11_000);
    expect(lab.pods).toEqual([]);
  });

  it('waits for the replica set controller to write what is available, and tries again what met another write', () => {
    const slow = timing({
      api_write: constant(10),
      watch_delivery: constant(1),
      controller_sync: constant(2),
    });
    const lab = restarted({ replicas: 1, ...rolling({ pods: 1 }, { pods: 0 }) }, { timing: slow });
    lab.run(30_000);
    const at = (find: (change: (typeof lab.changes)[number]) => boolean) => lab.changes.find(find)!.at_ms;
    const isNew = ({ pod }: { pod: { owner: string } }) => pod.owner === 'web-rev2';
    // The operator's write and its watch, the sync, the set, its watch, the sync, the pod, its watch.
    expect(at(isNew) - 10_000).toBeCloseTo(10 + 1 + 2 + 10 + 1 + 2 + 10 + 1, 6);
    const ready = at((change) => isNew(change) && change.pod.ready);
    const deleted = at(({ pod }) => pod.owner === 'web' && isTerminating(pod));
    // A watch, the sync and the status; a watch, the sync and the old set; a watch, the sync and the pod.
    expect(deleted - ready).toBeGreaterThanOrEqual(3 * (1 + 2 + 10));
    expect(deleted - ready).toBeLessThan(3 * (1 + 2 + 10) + 40);
  });
});
