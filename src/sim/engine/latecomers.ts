import { EventHeap } from './event-heap.ts';
import type { EventSink, EventSlots } from './event-slots.ts';

/** Up to so many events, a sorted list is quicker than a heap (measured: docs/engine.md). */
const LIST_MAX = 32;

/**
 * Events whose time had been reached already when they came: a sorted list while they are few; once they were
 * many, a heap until none is left.
 */
export class Latecomers {
  readonly #events: EventSlots;
  /** The list, its earliest event last, so that taking it moves nothing. */
  readonly #time = new Float64Array(LIST_MAX);
  readonly #slot = new Int32Array(LIST_MAX);
  #listed = 0;
  readonly #heap: EventHeap;
  #isHeap = false;

  constructor(events: EventSlots) {
    this.#events = events;
    this.#heap = new EventHeap(events);
  }

  get isEmpty(): boolean {
    return this.#listed === 0 && !this.#isHeap;
  }

  /** Whether there were too many for a list. */
  get isHeap(): boolean {
    return this.#isHeap;
  }

  /** Time of the earliest event; Infinity when empty. */
  get nextTime(): number {
    if (this.#isHeap) return this.#heap.nextTime;
    return this.#listed === 0 ? Number.POSITIVE_INFINITY : (this.#time[this.#listed - 1] as number);
  }

  /** Adds the event that was inserted last of all. */
  add(slot: number): void {
    if (this.#isHeap) this.#heap.add(slot);
    else if (this.#listed < LIST_MAX) this.#addToList(slot);
    else {
      this.#listToHeap();
      this.#heap.add(slot);
    }
  }

  /** Takes out the earliest event; there must be one. */
  take(): number {
    if (!this.#isHeap) return this.#slot[--this.#listed] as number;
    const slot = this.#heap.take();
    this.#isHeap = this.#heap.size > 0;
    return slot;
  }

  moveTo(sink: EventSink): void {
    this.#heap.moveTo(sink);
    this.#isHeap = false;
    while (this.#listed > 0) sink.add(this.take());
  }

  #addToList(slot: number): void {
    const times = this.#time;
    const slots = this.#slot;
    const time = this.#events.time[slot] as number;
    let position = this.#listed++;
    // What has the same time came before, and leaves before.
    while (position > 0 && (times[position - 1] as number) <= time) {
      times[position] = times[position - 1] as number;
      slots[position] = slots[position - 1] as number;
      position -= 1;
    }
    times[position] = time;
    slots[position] = slot;
  }

  #listToHeap(): void {
    while (this.#listed > 0) this.#heap.add(this.take());
    this.#isHeap = true;
  }
}
