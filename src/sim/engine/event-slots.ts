/** No slot: the end of a list. */
export const NONE = -1;

/** What takes up events, by their slots. */
export interface EventSink {
  add(slot: number): void;
}

/**
 * The events that wait, each in a numbered slot: its time, and the slot that follows it in a list. Only slot numbers
 * move through the queue; the events stay where they are. In which order they came is told by where the slots stand,
 * which every part of the queue keeps for events of the same time.
 */
export class EventSlots {
  time: Float64Array;
  next: Int32Array;
  #free = NONE;
  #used = 0;
  #inserted = 0;

  constructor(capacity: number) {
    this.time = new Float64Array(capacity);
    this.next = new Int32Array(capacity);
  }

  /** How many events ever came. */
  get inserted(): number {
    return this.#inserted;
  }

  /** A slot for the event that comes now: the one last given back, which is still in the processor's cache. */
  take(time: number): number {
    let slot = this.#free;
    if (slot === NONE) {
      slot = this.#used++;
      if (slot === this.time.length) this.#grow();
    } else {
      this.#free = this.next[slot] as number;
    }
    this.time[slot] = time;
    this.#inserted += 1;
    return slot;
  }

  giveBack(slot: number): void {
    this.next[slot] = this.#free;
    this.#free = slot;
  }

  #grow(): void {
    const { time, next } = this;
    this.time = new Float64Array(2 * time.length);
    this.next = new Int32Array(2 * time.length);
    this.time.set(time);
    this.next.set(next);
  }
}
