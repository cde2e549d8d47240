/** No slot: the end of a list. */
export const NONE = -1;

/** What takes up events, by their slots. */
export interface EventSink {
  add(slot: number): void;
}

/**
 * The events that wait, each in a numbered slot: its time, its place in the order of insertion, and the slot that
 * follows it in a list. Only slot numbers move through the queue; the events stay where they are.
 */
export class EventSlots {
  time: Float64Array;
  order: Float64Array;
  next: Int32Array;
  #free = NONE;
  #used = 0;
  #inserted = 0;

  constructor(capacity: number) {
    this.time = new Float64Array(capacity);
    this.order = new Float64Array(capacity);
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
    this.order[slot] = this.#inserted++;
    return slot;
  }

  giveBack(slot: number): void {
    this.next[slot] = this.#free;
    this.#free = slot;
  }

  /** Whether `a`, of `aTime`, leaves before `b`, of `bTime`. */
  isBefore(aTime: number, a: number, bTime: number, b: number): boolean {
    return aTime < bTime || (aTime === bTime && (this.order[a] as number) < (this.order[b] as number));
  }

  #grow(): void {
    const { time, order, next } = this;
    this.time = new Float64Array(2 * time.length);
    this.order = new Float64Array(2 * time.length);
    this.next = new Int32Array(2 * time.length);
    this.time.set(time);
    this.order.set(order);
    this.next.set(next);
  }
}
