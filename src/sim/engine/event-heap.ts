import type { EventSink, EventSlots } from './event-slots.ts';

/**
 * A 4-ary heap of events, its keys beside each other in typed arrays; of the same time, the one added first leaves first.
 * Each operation is O(log n).
 */
export class EventHeap {
  readonly #events: EventSlots;
  #time = new Float64Array(64);
  #order = new Float64Array(64);
  #slot = new Int32Array(64);
  #size = 0;
  #added = 0;

  constructor(events: EventSlots) {
    this.#events = events;
  }

  get size(): number {
    return this.#size;
  }

  /** Time of the earliest event; Infinity when empty. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#time[0] as number);
  }

  add(slot: number): void {
    if (this.#size === this.#time.length) this.#grow();
    this.#siftUp(this.#size++, this.#events.time[slot] as number, this.#added++, slot);
  }

  /** Takes out the earliest event; there must be one. */
  take(): number {
    const slot = this.#slot[0] as number;
    const last = --this.#size;
    if (last > 0) {
      this.#siftDown(this.#time[last] as number, this.#order[last] as number, this.#slot[last] as number);
    }
    return slot;
  }

  /** In the order in which they would leave. */
  moveTo(sink: EventSink): void {
    while (this.#size > 0) sink.add(this.take());
  }

  /** Moves a hole from `position` towards the root until the event fits, and puts it there. */
  #siftUp(position: number, time: number, order: number, slot: number): void {
    const times = this.#time;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      // What has the same time was added before, and leaves before.
      if ((times[parent] as number) <= time) break;
      this.#move(parent, position);
      position = parent;
    }
    this.#put(position, time, order, slot);
  }

  /** Moves a hole from the root towards the leaves until the event fits, and puts it there. */
  #siftDown(time: number, order: number, slot: number): void {
    const size = this.#size;
    const times = this.#time;
    const orders = this.#order;
    let position = 0;
    for (;;) {
      const first = 4 * position + 1;
      if (first >= size) break;
      const end = Math.min(first + 4, size);
      let best = first;
      for (let child = first + 1; child < end; child += 1) {
        const t = times[child] as number;
        const bestTime = times[best] as number;
        if (t < bestTime || (t === bestTime && (orders[child] as number) < (orders[best] as number))) {
          best = child;
        }
      }
      const bestTime = times[best] as number;
      if (time < bestTime || (time === bestTime && order < (orders[best] as number))) break;
      this.#move(best, position);
      position = best;
    }
    this.#put(position, time, order, slot);
  }

  #move(from: number, to: number): void {
    this.#time[to] = this.#time[from] as number;
    this.#order[to] = this.#order[from] as number;
    this.#slot[to] = this.#slot[from] as number;
  }

  #put(position: number, time: number, order: number, slot: number): void {
    this.#time[position] = time;
    this.#order[position] = order;
    this.#slot[position] = slot;
  }

  #grow(): void {
    const time = this.#time;
    const order = this.#order;
    const slot = this.#slot;
    this.#time = new Float64Array(2 * time.length);
    this.#order = new Float64Array(2 * time.length);
    this.#slot = new Int32Array(2 * time.length);
    this.#time.set(time);
    this.#order.set(order);
    this.#slot.set(slot);
  }
}
