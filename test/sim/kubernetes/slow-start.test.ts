import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce, slowStart } from '../../../src/sim/kubernetes/slow-start.ts';

describe('slowStart', () => {
  it('goes on in batches of 1, 2, 4, ..., each when the one before has returned', () => {
    const open: (() => void)[] = [];
    const batches: number[] = [];
    let isDone = false;
    slowStart(
      10,
      (_, returned) => open.push(returned),
      () => {
        isDone = true;
      },
    );
    while (open.length > 0) {
      batches.push(open.length);
      for (const returned of open.splice(0)) returned();
    }
    expect(batches).toEqual([1, 2, 4, 3]);
    expect(isDone).toBe(true);
  });

  it('does everything once and tells once, whether things return at once or later', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.infiniteStream(fc.boolean()), fc.boolean(), (count, later, batched) => {
        const queue: (() => void)[] = [];
        const done: number[] = [];
        let told = 0;
        const act = (index: number, returned: () => void) => {
          done.push(index);
          if (later.next().value) queue.push(returned);
          else returned();
        };
        const tell = () => {
          told += 1;
        };
        if (batched) slowStart(count, act, tell);
        else
          atOnce(
            Array.from({ length: count }, (_, index) => index),
            act,
            tell,
          );
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) next();
        expect(done).toEqual(Array.from({ length: count }, (_, index) => index));
        expect(told).toBe(1);
      }),
    );
  });
});
