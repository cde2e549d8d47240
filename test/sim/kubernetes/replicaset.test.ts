import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { timing } from '../../../src/scenario/timing.ts';
import { INSTANT } from './environment.ts';
import { deployment } from './objects.ts';
import { WorkloadLab } from './workload-lab.ts';

describe('ReplicaSetController', () => {
  it('replaces a pod as soon as it is being deleted', () => {
    const lab = new WorkloadLab(deployment({ replicas: 2 }), { stop_ms: 20_000 });
    lab.at(1000, () => lab.kill('web-00001')).run(1000);
    expect(lab.active.map(({ name }) => name)).toEqual(['web-00002', 'web-00003']);
    expect(lab.pods.length).toBe(3);
  });

  it('creates in batches of 1, 2, 4, ..., each when the one before is stored', () => {
    const lab = new WorkloadLab(deployment({ replicas: 10 }), {
      timing: { ...INSTANT, api_write: constant(10) },
    });
    lab.at(1000, () => {
      for (const { name } of lab.pods) lab.kill(name);
    });
    const created = new Map<number, number>();
    lab.operator.pods.watch((pod, gone) => {
      if (gone || pod.node !== undefined) return;
      created.set(lab.env.now_ms, (created.get(lab.env.now_ms) ?? 0) + 1);
    });
    lab.run(2000);
    expect([...created]).toEqual([
      [1020, 1],
      [1030, 2],
      [1040, 4],
      [1050, 3],
    ]);
  });

  it('does not count again before it has seen what it did, however slow the watch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.nat(), fc.boolean()), { maxLength: 8 }),
        fc.constantFrom(0, 50, 400),
        (replicas, kills, watch_ms) => {
          const lab = new WorkloadLab(deployment({ replicas }), {
            timing: { ...timing(), watch_delivery: constant(watch_ms) },
          });
          for (const [at_ms, pick, isForced] of kills) {
            lab.at(1000 + at_ms, () => {
              const victim = lab.active[pick % Math.max(1, lab.active.length)]?.name;
              if (victim !== undefined) lab.kill(victim, isForced ? 0 : 30);
            });
          }
          let most = 0;
          lab.operator.pods.watch(() => {
            most = Math.max(most, lab.active.length);
          });
          lab.run(60_000);
          expect(most).toBeLessThanOrEqual(replicas);
          expect(lab.serving.length).toBe(replicas);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('says how many are ready and available, and says so anew after minReadySeconds', () => {
    const lab = new WorkloadLab(deployment({ replicas: 2, min_ready_s: 5 }));
    const seen: (readonly [at_s: number, ready: number, available: number])[] = [];
    lab.operator.replicaSets.watch(({ status: { ready, available } }) => {
      const last = seen.at(-1);
      if (last?.[1] === ready && last[2] === available) return;
      seen.push([lab.env.now_ms / 1000, ready, available]);
    });
    lab.at(1000, () => lab.kill('web-00001')).run(30_000);
    expect(seen.map(([, ...counts]) => counts)).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
    ]);
    const [[gone_s], [ready_s], [available_s]] = seen as unknown as [[number], [number], [number]];
    expect([gone_s, ready_s]).toEqual([1, 2]);
    expect(available_s).toBeGreaterThan(6);
    expect(available_s).toBeLessThanOrEqual(7);
  });

  it('does nothing while the controllers are cut off, and catches up when they are back', () => {
    const lab = new WorkloadLab(deployment({ replicas: 3 }));
    lab
      .at(1000, () => lab.links.controllers.cut('test', 'death'))
      .at(2000, () => lab.kill('web-00001'))
      .at(60_000, () => lab.links.controllers.mend('test'))
      .run(59_000);
    expect(lab.active.length).toBe(2);
    lab.run(180_000);
    expect(lab.serving.length).toBe(3);
  });
});
