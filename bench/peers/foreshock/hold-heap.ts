/** `hold-heap.ts EVENTS HOLDS FILE`: the hold model with the heap that our queue falls back on. */
import { EventHeap } from '../../../src/sim/engine/event-heap.ts';
import { EventSlots } from '../../../src/sim/engine/event-slots.ts';
import { runHold } from './run-hold.ts';

class HeapQueue {
  readonly #events = new EventSlots(64);
  readonly #heap = new EventHeap(this.#events);
  readonly #payload: (number | undefined)[] = [];

  get nextTime(): number {
    return this.#heap.nextTime;
  }

  push(time: number, payload: number): void {
    const slot = this.#events.take(time);
    this.#payload[slot] = payload;
    this.#heap.add(slot);
  }

  pop(): number | undefined {
    const slot = this.#heap.take();
    const payload = this.#payload[slot];
    this.#payload[slot] = undefined;
    this.#events.giveBack(slot);
    return payload;
  }
}

runHold(new HeapQueue());
