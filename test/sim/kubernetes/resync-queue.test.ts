import { describe, expect, it } from 'vitest';
import { ResyncQueue } from '../../../src/sim/kubernetes/resync-queue.ts';
import { environment } from './environment.ts';

/** When an entry of ten seconds came up, in so many trials. */
function dueAt_ms(trial: number, act: (queue: ResyncQueue, due: () => void) => void): number[] {
  const { environment: env } = environment('1', trial);
  const queue = new ResyncQueue(env, '0');
  const at_ms: number[] = [];
  act(queue, () => at_ms.push(env.now_ms));
  env.simulation.runUntil(60_000);
  return at_ms;
}

describe('ResyncQueue', () => {
  it('comes up after as long as asked or up to half as much more, and then at the next second of its ticker', () => {
    const all = Array.from({ length: 300 }, (_, trial) =>
      dueAt_ms(trial, (queue, due) => queue.put('a', 10_000, due)),
    );
    for (const at_ms of all) expect(at_ms).toHaveLength(1);
    const moments = all.flat();
    expect(Math.min(...moments)).toBeGreaterThan(10_000);
    expect(Math.min(...moments)).toBeLessThan(10_500);
    expect(Math.max(...moments)).toBeLessThan(16_000);
    expect(Math.max(...moments)).toBeGreaterThan(15_300);
  });

  it('looks once a second, for all pods at the same moments', () => {
    const moments = dueAt_ms(0, (queue, due) => {
      for (let pod = 0; pod < 20; pod += 1) queue.put(`pod-${pod}`, 5000, due);
    });
    expect(moments).toHaveLength(20);
    for (const at_ms of moments) expect((at_ms - (moments[0] ?? 0)) % 1000).toBeCloseTo(0, 6);
  });

  it('keeps one entry a pod: the later takes the place of the earlier', () => {
    const moments = dueAt_ms(1, (queue, due) => {
      queue.put('a', 2000, due);
      queue.put('a', 20_000, due);
    });
    expect(moments).toHaveLength(1);
    expect(moments[0]).toBeGreaterThan(20_000);
  });

  it('forgets a pod that is deleted', () => {
    expect(
      dueAt_ms(1, (queue, due) => {
        queue.put('a', 2000, due);
        queue.delete('a');
      }),
    ).toEqual([]);
  });
});
