import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CpuQuota } from '../../../src/sim/kubernetes/cpu-quota.ts';
import { environment } from './environment.ts';

/** A cgroup, and from when to when what runs in it stood still. */
function cgroup(cpu_millis: number | undefined, seed = '1') {
  const { environment: env } = environment(seed);
  const stood: [from_ms: number, to_ms: number][] = [];
  let since_ms: number | undefined;
  const quota = new CpuQuota(env, cpu_millis, () => [
    {
      throttle: () => {
        since_ms = env.now_ms;
      },
      unthrottle: () => {
        stood.push([since_ms!, env.now_ms]);
        since_ms = undefined;
      },
    },
  ]);
  const standing_ms = (until_ms: number) => {
    env.simulation.runUntil(until_ms);
    const open: typeof stood = since_ms === undefined ? [] : [[since_ms, until_ms]];
    return [...stood, ...open].reduce((sum, [from, to]) => sum + to - from, 0);
  };
  return { env, quota, stood, standing_ms, isStanding: () => since_ms !== undefined };
}

describe('a cgroup under CPU stress', () => {
  it.each([
    [500, 1, 0.5],
    [500, 4, 0.875],
    [100, 1, 0.9],
    [2000, 4, 0.5],
    [1500, 2, 0.25],
  ])('of %i m and %i workers stands still for a share of %d', (cpu_millis, workers, share) => {
    const { env, quota, standing_ms } = cgroup(cpu_millis);
    env.simulation.at(50, () => quota.stress(workers));
    // Of the first period only a part is there.
    expect(Math.abs(standing_ms(10_050) / 10_000 - share)).toBeLessThan(0.011);
  });

  it.each([
    [undefined, 8],
    [1000, 1],
    [4000, 3],
  ])('of %s m never stands still where %i workers cannot use it up', (cpu_millis, workers) => {
    const { quota, standing_ms } = cgroup(cpu_millis);
    quota.stress(workers);
    expect(standing_ms(5000)).toBe(0);
  });

  it('stands still the sooner the more its programs use', () => {
    const { env, quota, stood } = cgroup(1000);
    quota.stress(1);
    // By the programs 3 ms in every 10: with the stressor's it is 100 after some 77 ms.
    for (let at_ms = 0; at_ms < 1000; at_ms += 10) env.simulation.at(at_ms, () => quota.use(3));
    env.simulation.runUntil(1000);
    const whole = stood.slice(1);
    expect(whole.length).toBeGreaterThan(7);
    for (const [from_ms, to_ms] of whole) expect(Math.abs(to_ms - from_ms - 23.5)).toBeLessThan(3.1);
  });

  it('goes on at once when the stress has ended, and not again', () => {
    const { env, quota, stood, isStanding } = cgroup(100);
    quota.stress(1);
    env.simulation.runUntil(195);
    expect(isStanding()).toBe(true);
    quota.relieve();
    expect(isStanding()).toBe(false);
    const count = stood.length;
    quota.use(1000);
    env.simulation.runUntil(2000);
    expect(stood).toHaveLength(count);
  });

  it('counts what the stressor has used, no more than the quota and no less', () => {
    const { env, quota } = cgroup(500);
    expect(quota.stressUsage).toBeUndefined();
    env.simulation.at(1000, () => quota.stress(2));
    env.simulation.runUntil(21_000);
    expect(quota.stressUsage!.started_at_ms).toBe(1000);
    expect(quota.stressUsage!.cpu_ms / 20_000).toBeCloseTo(0.5, 2);
    quota.relieve();
    const { cpu_ms } = quota.stressUsage!;
    env.simulation.runUntil(30_000);
    expect(quota.stressUsage!.cpu_ms).toBe(cpu_ms);
  });

  it('never uses more in a period than its quota, whatever its programs do, but for the last thing that they did', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 4000 }),
        fc.integer({ min: 1, max: 16 }),
        fc.array(fc.record({ at_ms: fc.nat(3000), cpu_ms: fc.integer({ min: 1, max: 20 }) }), {
          maxLength: 60,
        }),
        fc.nat(1000),
        (cpu_millis, workers, uses, seed) => {
          const { env, quota, isStanding } = cgroup(cpu_millis, String(seed));
          quota.stress(workers);
          let used_ms = 0;
          for (const { at_ms, cpu_ms } of uses) {
            env.simulation.at(at_ms, () => {
              if (isStanding()) return;
              used_ms += cpu_ms;
              quota.use(cpu_ms);
            });
          }
          env.simulation.runUntil(3000);
          // 30 periods and a part of one at each end.
          const most_ms = (31 * cpu_millis) / 10 + 31 * 20;
          expect(used_ms + quota.stressUsage!.cpu_ms).toBeLessThanOrEqual(most_ms);
        },
      ),
      { numRuns: 200 },
    );
  });
});
