import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScalingRules } from '../../../../src/scenario/scenario.ts';
import { ReplicaRules } from '../../../../src/sim/kubernetes/autoscaling/scaling-rules.ts';
import { autoscaler } from './autoscaler.ts';

/** What follows when the metrics ask for these, 15 s apart, from `current` replicas. */
function follow(
  rules: ReplicaRules,
  current: number,
  wanted: readonly number[],
  period_ms = 15_000,
): number[] {
  let replicas = current;
  return wanted.map((each, index) => {
    const now_ms = index * period_ms;
    const next = rules.normalise(replicas, each, now_ms);
    if (next !== replicas) rules.scaled(replicas, next, now_ms);
    replicas = next;
    return next;
  });
}

const upBy = (change: Partial<ScalingRules>) =>
  autoscaler({ max_replicas: 100, scale_up: { ...autoscaler().scale_up, ...change } });
const downBy = (change: Partial<ScalingRules>) =>
  autoscaler({ max_replicas: 100, scale_down: { ...autoscaler().scale_down, ...change } });

describe('ReplicaRules', () => {
  it('goes up by four pods or twofold each 15 s, whichever is more, up to the maximum', () => {
    expect(follow(new ReplicaRules(upBy({})), 1, [90, 90, 90, 90, 200, 200])).toEqual([
      5, 10, 20, 40, 80, 100,
    ]);
  });

  it('is held back for its window upwards by having been idle before', () => {
    const rules = new ReplicaRules(upBy({ stabilization_window_s: 60 }));
    rules.wasIdle(-5000);
    expect(follow(rules, 1, [90, 90, 90, 90, 90])).toEqual([1, 1, 1, 1, 5]);
  });

  it('without behavior goes to four or twofold at each look', () => {
    const rules = new ReplicaRules({ ...upBy({}), has_behavior: false });
    expect(follow(rules, 1, [90, 90, 90])).toEqual([4, 8, 16]);
  });

  it('takes the slowest policy where told so, and none where disabled', () => {
    expect(follow(new ReplicaRules(upBy({ select_policy: 'Min' })), 2, [50, 50])).toEqual([4, 8]);
    expect(follow(new ReplicaRules(upBy({ select_policy: 'Disabled' })), 2, [50, 50])).toEqual([2, 2]);
  });

  it('counts against a policy what was added in its period, not at each look', () => {
    const policies = [{ type: 'Pods', value: 2, period_s: 60 }] as const;
    expect(follow(new ReplicaRules(upBy({ policies })), 1, [50, 50, 50, 50, 50])).toEqual([3, 3, 3, 3, 5]);
  });

  it('goes down only when nothing higher was asked for in five minutes', () => {
    const wanted = [8, ...new Array<number>(21).fill(2)];
    const seen = follow(new ReplicaRules(autoscaler()), 8, wanted);
    // Asked at 0 s; the window has passed it at 300 s, the 20th look after.
    expect(seen.slice(0, 20)).toEqual(new Array<number>(20).fill(8));
    expect(seen[20]).toBe(2);
  });

  it('goes down at once without a window, no faster than its policies and never under the minimum', () => {
    const policies = [{ type: 'Percent', value: 10, period_s: 60 }] as const;
    const slow = new ReplicaRules(downBy({ stabilization_window_s: 0, policies }));
    expect(follow(slow, 20, [1, 1, 1, 1, 1])).toEqual([18, 18, 18, 18, 16]);
    expect(follow(new ReplicaRules(downBy({ stabilization_window_s: 0 })), 20, [0])).toEqual([1]);
  });

  it('stays within its bounds and never turns against what is asked for', () => {
    const rules = fc.record({
      stabilization_window_s: fc.constantFrom(0, 30, 300),
      select_policy: fc.constantFrom('Max' as const, 'Min' as const, 'Disabled' as const),
      policies: fc.array(
        fc.record({
          type: fc.constantFrom('Pods' as const, 'Percent' as const),
          value: fc.integer({ min: 1, max: 200 }),
          period_s: fc.integer({ min: 1, max: 300 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      tolerance: fc.constant(0.1),
    });
    fc.assert(
      fc.property(
        rules,
        rules,
        fc.boolean(),
        fc.array(fc.nat(40), { maxLength: 60 }),
        (up, down, has_behavior, wanted) => {
          const its = new ReplicaRules(
            autoscaler({ max_replicas: 20, min_replicas: 2, scale_up: up, scale_down: down, has_behavior }),
          );
          let replicas = 5;
          let highest = 5;
          for (const [index, each] of wanted.entries()) {
            const next = its.normalise(replicas, each, index * 15_000);
            highest = Math.max(highest, each);
            expect(next).toBeGreaterThanOrEqual(2);
            expect(next).toBeLessThanOrEqual(20);
            if (next > replicas) expect(next).toBeLessThanOrEqual(Math.max(highest, replicas));
            if (next < replicas) expect(next).toBeGreaterThanOrEqual(Math.min(each, replicas));
            its.scaled(replicas, next, index * 15_000);
            replicas = next;
          }
        },
      ),
    );
  });
});
