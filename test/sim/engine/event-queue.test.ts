import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { DELAYS } from '../../../bench/delays.ts';
import { stream } from '../../../src/scenario/random.ts';
import { EventHeap } from '../../../src/sim/engine/event-heap.ts';
import { EventQueue } from '../../../src/sim/engine/event-queue.ts';
import { FarFuture } from '../../../src/sim/engine/far-future.ts';
import { SortedRun } from '../../../src/sim/engine/sorted-run.ts';
import { VeryFarFuture } from '../../../src/sim/engine/very-far-future.ts';

interface Event {
  readonly time: number;
  readonly order: number;
}

/** The same queue as an array in order, the earliest event last. */
class SortedArray {
  readonly #events: Event[] = [];

  get size(): number {
    return this.#events.length;
  }

  get nextTime(): number {
    return this.#events.at(-1)?.time ?? Number.POSITIVE_INFINITY;
  }

  push(event: Event): void {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle] as Event).time <= event.time) high = middle;
      else low = middle + 1;
    }
    this.#events.splice(low, 0, event);
  }

  pop(): Event | undefined {
    return this.#events.pop();
  }
}

type Uniform = () => number;

/** How long after now an event may come: as in the races, and what no race can do. */
const AFTER: Readonly<Record<string, (uniform: Uniform) => number>> = {
  ...DELAYS,
  'huge outliers': (uniform) => (uniform() < 0.01 ? 1e300 * uniform() : uniform()),
  'some never': (uniform) => (uniform() < 0.1 ? Number.POSITIVE_INFINITY : uniform()),
  never: () => Number.POSITIVE_INFINITY,
  'too short to be told apart': (uniform) => uniform() * Number.MIN_VALUE * 4,
};

/** Times that are none of a simulation's, but that a queue must put in order all the same. */
const TIMES: Readonly<Record<string, (uniform: Uniform) => number>> = {
  negative: (uniform) => -1000 * uniform(),
  'both signs': (uniform) => uniform() - 0.5,
  'zeros of both signs': (uniform) => (uniform() < 0.5 ? -0 : 0),
  'the whole range of numbers': (uniform) => (uniform() - 0.5) * 2 * Number.MAX_VALUE,
  ends: (uniform) =>
    [Number.NEGATIVE_INFINITY, -Number.MAX_VALUE, 0, Number.MAX_VALUE, Number.POSITIVE_INFINITY][
      Math.floor(5 * uniform())
    ] as number,
};

type Draw = (uniform: Uniform, now: number, scale?: number) => number;
const DRAWS: Readonly<Record<string, Draw>> = {
  ...Object.fromEntries(
    Object.entries(AFTER).map(([name, delay]): [string, Draw] => [
      name,
      (uniform, now, scale = 1) => now + scale * delay(uniform),
    ]),
  ),
  ...TIMES,
};

/** A queue beside its oracle: whatever leaves one must leave the other. */
class Pair {
  readonly queue: EventQueue<Event>;
  readonly #oracle = new SortedArray();
  #order = 0;
  now = 0;

  constructor(capacity = 64) {
    this.queue = new EventQueue(capacity);
  }

  push(time: number): void {
    const event = { time, order: this.#order++ };
    this.queue.push(time, event);
    this.#oracle.push(event);
  }

  /** In one comparison, since there are millions. */
  pop(): void {
    const { nextTime, size } = this.queue;
    const expected = { nextTime: this.#oracle.nextTime, size: this.#oracle.size, event: this.#oracle.pop() };
    const event = this.queue.pop();
    if (event !== expected.event || nextTime !== expected.nextTime || size !== expected.size) {
      expect({ nextTime, size, event }).toEqual(expected);
    }
    // After an event at infinity there is no later time to come from.
    if (event !== undefined && Number.isFinite(event.time)) this.now = event.time;
  }
}

/** How often an event is added to one of these parts of a queue while something is done. */
function countAdded(
  parts: readonly (typeof EventHeap | typeof FarFuture | typeof SortedRun | typeof VeryFarFuture)[],
  act: () => void,
): number {
  const spies = parts.map((part) => vi.spyOn(part.prototype, 'add'));
  try {
    act();
    return spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('EventQueue', () => {
  it('gives events back in the order of their times, ties in the order in which they came', () => {
    // Few distinct times, so that ties are common.
    const times = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ min: 0, max: 5, noNaN: true })),
      { maxLength: 400 },
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

  it('keeps that order when pushes and pops alternate, for any times', () => {
    const time = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: true }));
    const steps = fc.array(fc.option(time), { maxLength: 500 });
    fc.assert(
      fc.property(steps, (list) => {
        const pair = new Pair(1);
        for (const step of list) {
          if (step === null) pair.pop();
          else pair.push(step);
        }
        while (pair.queue.size > 0) pair.pop();
        pair.pop();
      }),
    );
  });

  it('keeps that order through phases of growing, holding and shrinking, from one distribution to the next', () => {
    const phase = fc.record({
      draw: fc.constantFrom(...Object.keys(DRAWS)),
      scale: fc.constantFrom(1e-9, 1, 1e9),
      grow: fc.nat({ max: 300 }),
      hold: fc.nat({ max: 600 }),
      shrink: fc.nat({ max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(phase, { maxLength: 8 }), fc.string(), (phases, seed) => {
        const uniform = stream(seed, 0, 'times');
        const pair = new Pair();
        for (const { draw, scale, grow, hold, shrink } of phases) {
          const push = () => pair.push((DRAWS[draw] as Draw)(uniform, pair.now, scale));
          for (let i = 0; i < grow; i += 1) push();
          for (let i = 0; i < hold; i += 1) {
            pair.pop();
            push();
          }
          for (let i = 0; i < shrink; i += 1) pair.pop();
        }
        while (pair.queue.size > 0) pair.pop();
        expect(pair.queue.taken).toBe(phases.reduce((sum, { grow, hold }) => sum + grow + hold, 0));
      }),
      { numRuns: 300 },
    );
  });

  it.each(Object.keys(DRAWS))('keeps that order among thousands of events: %s', (name) => {
    const draw = DRAWS[name] as Draw;
    const uniform = stream(name, 0, 'times');
    const pair = new Pair();
    for (let i = 0; i < 4000; i += 1) pair.push(draw(uniform, pair.now));
    for (let i = 0; i < 40_000; i += 1) {
      pair.pop();
      pair.push(draw(uniform, pair.now));
    }
    for (let i = 0; i < 4000; i += 1) pair.pop();
    expect(pair.queue.size).toBe(0);
  });

  it.each(Object.keys(DRAWS))('moves an event only a few times before it leaves: %s', (name) => {
    const draw = DRAWS[name] as Draw;
    const uniform = stream(name, 1, 'times');
    const queue = new EventQueue<undefined>();
    let now = 0;
    const hold = (count: number) => {
      for (let i = 0; i < count; i += 1) {
        if (Number.isFinite(queue.nextTime)) now = queue.nextTime;
        queue.pop();
        queue.push(draw(uniform, now), undefined);
      }
    };
    for (let i = 0; i < 5000; i += 1) queue.push(draw(uniform, now), undefined);
    const moves = countAdded([EventHeap, FarFuture, SortedRun, VeryFarFuture], () => hold(50_000));
    expect(moves / 50_000).toBeLessThan(4);
  });

  it('needs a heap only until it has seen at which pace events come', () => {
    const uniform = stream('pace', 0, 'times');
    const queue = new EventQueue<undefined>();
    const hold = (count: number, delay: number) => {
      for (let i = 0; i < count; i += 1) {
        const now = queue.nextTime;
        queue.pop();
        queue.push(now - delay * Math.log(1 - uniform()), undefined);
      }
    };
    const fill = () => {
      for (let i = 0; i < 2000; i += 1) queue.push(-Math.log(1 - uniform()), undefined);
    };
    expect(countAdded([EventHeap], fill)).toBeLessThan(200);
    for (const delay of [1, 1e-4, 1, 1e4, 1e-9]) {
      hold(60_000, delay);
      expect(countAdded([EventHeap], () => hold(4000, delay))).toBeLessThan(40);
    }
  });

  it('refuses an event without a time, and stays as it was', () => {
    const queue = new EventQueue<string>();
    queue.push(1, 'one');
    expect(() => queue.push(Number.NaN, 'never')).toThrow(RangeError);
    expect([queue.size, queue.nextTime, queue.pop(), queue.pop()]).toEqual([1, 1, 'one', undefined]);
  });
});
