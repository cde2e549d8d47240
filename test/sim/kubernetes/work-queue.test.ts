import { describe, expect, it } from 'vitest';
import { step } from '../../../src/sim/cause.ts';
import { type SyncEnd, WorkQueue } from '../../../src/sim/kubernetes/work-queue.ts';
import { environment } from './environment.ts';

const cause = (mechanism: string) => step(undefined, mechanism, 0);

/** A queue whose syncs take 10 ms each and end as told, "done" where nothing is said. */
function setUp(ends: readonly SyncEnd[] = []) {
  const { environment: env } = environment();
  const synced: { at_ms: number; key: string; mechanism: string }[] = [];
  const queue = new WorkQueue(env, (key, { mechanism }, end) => {
    const how = ends[synced.length] ?? 'done';
    synced.push({ at_ms: env.now_ms, key, mechanism });
    env.after(10, () => end(how));
  });
  const at = (at_ms: number, action: () => void) => env.simulation.at(at_ms, action);
  return { env, queue, synced, at };
}

describe('WorkQueue', () => {
  it('works on a key once at a time, and makes one request of all that come meanwhile', () => {
    const { env, queue, synced, at } = setUp();
    for (const at_ms of [0, 2, 4, 6]) at(at_ms, () => queue.add('web', cause(`at ${at_ms}`)));
    env.simulation.runUntil(100);
    expect(synced).toEqual([
      { at_ms: 0, key: 'web', mechanism: 'at 0' },
      { at_ms: 10, key: 'web', mechanism: 'at 6' },
    ]);
  });

  it('works on several keys side by side', () => {
    const { env, queue, synced } = setUp();
    queue.add('a', cause('first'));
    queue.add('b', cause('first'));
    env.simulation.runUntil(5);
    expect(synced.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('tries again what failed after 5, 10, 20, ... ms, and begins anew after a success', () => {
    const { env, queue, synced, at } = setUp(['failed', 'failed', 'failed', 'done', 'failed']);
    queue.add('web', cause('first'));
    at(1000, () => queue.add('web', cause('second')));
    env.simulation.runUntil(2000);
    // Each sync takes 10 ms.
    expect(synced.map(({ at_ms }) => at_ms)).toEqual([0, 15, 35, 65, 1000, 1015]);
    expect(synced[1]!.mechanism).toBe('retry');
  });

  it('of several waits keeps the earliest', () => {
    const { env, queue, synced } = setUp();
    queue.addAfter('web', 500, cause('first'), 'long');
    queue.addAfter('web', 100, cause('second'), 'short');
    queue.addAfter('web', 300, cause('third'), 'middle');
    env.simulation.runUntil(2000);
    expect(synced).toEqual([{ at_ms: 100, key: 'web', mechanism: 'short' }]);
  });
});
