import { EventHeap } from './event-heap.ts';
import type { EventSink, EventSlots } from './event-slots.ts';

/** Up to so many events, a sorted list is no slower than a heap; 16 and 48 are as quick (docs/engine.md). */
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
  #nextTime = Number.POSITIVE_INFINITY;
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
    return this.#nextTime;
  }

  /** Adds the event that was inserted last of all. */
  add(slot: number): void {
    if (!this.#isHeap && this.#listed === LIST_MAX) this.#listToHeap();
    if (this.#isHeap) this.#heap.add(slot);
    else this.#addToList(slot);
    this.#nextTime = Math.min(this.#nextTime, this.#events.time[slot] as number);
  }

  /** Takes out the earliest event; there must be one. */
  take(): number {
    if (this.#isHeap) return this.#takeFromHeap();
    const last = --this.#listed;
    this.#nextTime = last === 0 ? Number.POSITIVE_INFINITY : (this.#time[last - 1] as number);
    return this.#slot[last] as number;
  }

  #takeFromHeap(): number {
    const slot = this.#heap.take();
    this.#isHeap = this.#heap.size > 0;
    this.#nextTime = this.#heap.nextTime;
    return slot;
  }

  moveTo(sink: EventSink): void {
    if (this.#isHeap) {
      this.#heap.moveTo(sink);
      this.#isHeap = false;
      this.#nextTime = Number.POSITIVE_INFINITY;
    }
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
    const { nextTime } = this;
    while (this.#listed > 0) this.#heap.add(this.take());
    this.#nextTime = nextTime;
    this.#isHeap = true;
  }
}
