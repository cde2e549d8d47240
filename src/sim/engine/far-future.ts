import { type EventSink, type EventSlots, NONE } from './event-slots.ts';

/**
 * A stretch of time cut into buckets of equal width, which are reached one after the other. A bucket is a list of the
 * events that fall into it, in no order of time.
 *
 * An event's place is its time counted in buckets. Rounded as it may be, it never falls as time rises, and is equal
 * for equal times: so whatever place an event is given, it can neither overtake nor tear a tie.
 */
export class FarFuture {
  readonly #events: EventSlots;
  #first = new Int32Array(64).fill(NONE);
  #buckets = 0;
  #reached = 1;
  #begin = 0;
  #bucketsPerTime = 0;

  constructor(events: EventSlots) {
    this.#events = events;
  }

  /**
   * Cuts the time from `begin` on; what was cut before must be empty. A width of 0 parts the time `begin` from all
   * others: its place is not a number, which counts as reached and goes into the first bucket.
   */
  cut(begin: number, bucketWidth: number, buckets: number): void {
    if (buckets > this.#first.length) this.#first = new Int32Array(2 * buckets).fill(NONE);
    this.#buckets = buckets;
    this.#reached = 0;
    this.#begin = begin;
    this.#bucketsPerTime = 1 / bucketWidth;
  }

  /** Leaves time uncut: all of it counts as reached. */
  uncut(): void {
    this.#buckets = 0;
    this.#reached = 1;
    this.#begin = 0;
    this.#bucketsPerTime = 0;
  }

  placeOf(time: number): number {
    return (time - this.#begin) * this.#bucketsPerTime;
  }

  /** Written so that a place that is not a number counts as reached; also that of Infinity while time is uncut. */
  isReached(place: number): boolean {
    return !(place >= this.#reached);
  }

  isBeyond(place: number): boolean {
    return place >= this.#buckets;
  }

  add(slot: number, place: number): void {
    const bucket = place | 0;
    this.#events.next[slot] = this.#first[bucket] as number;
    this.#first[bucket] = slot;
  }

  /** Moves what is in the next bucket that holds something, its latest insertion first; false where there is none. */
  moveNextTo(sink: EventSink): boolean {
    const first = this.#first;
    while (this.#reached < this.#buckets) {
      const bucket = this.#reached++;
      let slot = first[bucket] as number;
      if (slot === NONE) continue;
      first[bucket] = NONE;
      const { next } = this.#events;
      for (; slot !== NONE; slot = next[slot] as number) sink.add(slot);
      return true;
    }
    return false;
  }
}
