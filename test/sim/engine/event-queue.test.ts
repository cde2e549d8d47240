import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src/sim/engine/event-queue.ts';

describe('EventQueue', () => {
  it('gives events back in the order of their times, ties in the order in which they came', () => {
    // Few distinct times, so that ties are common.
    const times = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ min: 0, max: 5, noNaN: true })),
      {
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(times, (list) => {
        const queue = new EventQueue<number>(1);
        for (const [index, time] of list.entries()) queue.push(time, index);
        const expected = list
          .map((time, index) => ({ time, index }))
          .sort((a, b) => a.time - b.time || a.index - b.index)
          .map(({ index }) => index);
        expect(Array.from(list, () => queue.pop())).toEqual(expected);
        expect(queue.pop()).toBeUndefined();
      }),
    );
  });

  it('keeps that order when pushes and pops alternate', () => {
    const steps = fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 500 });
    fc.assert(
      fc.property(steps, (list) => {
        const queue = new EventQueue<{ time: number; order: number }>(1);
        const model: { time: number; order: number }[] = [];
        for (const [order, time] of list.entries()) {
          if (time !== null) {
            queue.push(time, { time, order });
            model.push({ time, order });
            model.sort((a, b) => a.time - b.time || a.order - b.order);
          } else {
            expect(queue.nextTime).toBe(model[0]?.time ?? Number.POSITIVE_INFINITY);
            expect(queue.pop()).toEqual(model.shift());
          }
          expect(queue.size).toBe(model.length);
        }
      }),
    );
  });

  it('refuses an event without a time', () => {
    expect(() => new EventQueue<string>().push(Number.NaN, 'never')).toThrow(RangeError);
  });
});
