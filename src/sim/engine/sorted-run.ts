import type { EventSink, EventSlots } from './event-slots.ts';

/** Up to so many events, insertion sort is quicker than merging. */
const BLOCK = 32;

/** Events that are put in order all at once, and then taken from the earliest to the latest. */
export class SortedRun {
  readonly #events: EventSlots;
  /** Behind the last event stands Infinity. */
  #time = new Float64Array(2 * BLOCK).fill(Number.POSITIVE_INFINITY);
  #slot = new Int32Array(2 * BLOCK);
  /** Where merging puts what it merges. */
  #timeMerged = new Float64Array(2 * BLOCK);
  #slotMerged = new Int32Array(2 * BLOCK);
  #taken = 0;
  #size = 0;

  constructor(events: EventSlots) {
    this.#events = events;
  }

  get isEmpty(): boolean {
    return this.#taken === this.#size;
  }

  /** Time of the earliest event; Infinity when empty. */
  get nextTime(): number {
    return this.#time[this.#taken] as number;
  }

  /** Takes out the earliest event; there must be one. */
  take(): number {
    return this.#slot[this.#taken++] as number;
  }

  /** Empties the run for the next. */
  clear(): void {
    this.#taken = 0;
    this.#size = 0;
    this.#time[0] = Number.POSITIVE_INFINITY;
  }

  /** Adds an event, to be sorted before the first is taken. Of the same time, the one that came last is added first. */
  add(slot: number): void {
    if (this.#size + 1 === this.#slot.length) this.#grow();
    this.#time[this.#size] = this.#events.time[slot] as number;
    this.#slot[this.#size++] = slot;
  }

  sort(): void {
    const size = this.#size;
    if (size <= BLOCK) this.#sortBlock(0, size);
    else this.#sortMany();
    this.#time[size] = Number.POSITIVE_INFINITY;
  }

  moveTo(sink: EventSink): void {
    while (!this.isEmpty) sink.add(this.take());
    this.clear();
  }

  #sortBlock(begin: number, end: number): void {
    const times = this.#time;
    const slots = this.#slot;
    for (let next = begin + 1; next < end; next += 1) {
      const time = times[next] as number;
      const slot = slots[next] as number;
      let position = next;
      while (position > begin && time <= (times[position - 1] as number)) {
        times[position] = times[position - 1] as number;
        slots[position] = slots[position - 1] as number;
        position -= 1;
      }
      times[position] = time;
      slots[position] = slot;
    }
  }

  /** Sorts blocks, and merges them two by two. */
  #sortMany(): void {
    const size = this.#size;
    for (let begin = 0; begin < size; begin += BLOCK) this.#sortBlock(begin, Math.min(begin + BLOCK, size));
    for (let length = BLOCK; length < size; length *= 2) {
      for (let begin = 0; begin < size; begin += 2 * length) {
        this.#merge(begin, Math.min(begin + length, size), Math.min(begin + 2 * length, size));
      }
      [this.#time, this.#timeMerged] = [this.#timeMerged, this.#time];
      [this.#slot, this.#slotMerged] = [this.#slotMerged, this.#slot];
    }
  }

  #merge(begin: number, middle: number, end: number): void {
    const times = this.#time;
    const slots = this.#slot;
    let left = begin;
    let right = middle;
    for (let position = begin; position < end; position += 1) {
      // Of the same time, what is on the right came first.
      const isRight = left === middle || (right < end && (times[right] as number) <= (times[left] as number));
      const from = isRight ? right++ : left++;
      this.#timeMerged[position] = times[from] as number;
      this.#slotMerged[position] = slots[from] as number;
    }
  }

  #grow(): void {
    const time = this.#time;
    const slot = this.#slot;
    const length = 2 * time.length;
    this.#time = new Float64Array(length);
    this.#slot = new Int32Array(length);
    this.#time.set(time);
    this.#slot.set(slot);
    this.#timeMerged = new Float64Array(length);
    this.#slotMerged = new Int32Array(length);
  }
}
