import type { EventSink, EventSlots } from './event-slots.ts';
import type { FarFuture } from './far-future.ts';

/** How many times are looked at to see how they are spread. */
const SAMPLES = 16;
/** The golden ratio's fraction: its multiples spread evenly, and in step with no pattern of times. */
const STRIDE = (Math.sqrt(5) - 1) / 2;

/** The events beyond what is cut into buckets, those of the same time in the order in which they came. */
export class VeryFarFuture {
  readonly #events: EventSlots;
  #slot = new Int32Array(64);
  #size = 0;
  #earliest = Number.POSITIVE_INFINITY;
  readonly #sample = new Float64Array(SAMPLES);

  constructor(events: EventSlots) {
    this.#events = events;
  }

  get size(): number {
    return this.#size;
  }

  /** Time of the earliest event; Infinity when empty. */
  get earliest(): number {
    return this.#earliest;
  }

  add(slot: number): void {
    if (this.#size === this.#slot.length) this.#grow();
    this.#slot[this.#size++] = slot;
    const time = this.#events.time[slot] as number;
    if (time < this.#earliest) this.#earliest = time;
  }

  /** Some of the times, evenly chosen, in their order. There must be an event. */
  sample(): Float64Array {
    for (let i = 0; i < SAMPLES; i += 1) {
      const position = Math.floor(((i * STRIDE) % 1) * this.#size);
      this.#sample[i] = this.#events.time[this.#slot[position] as number] as number;
    }
    return this.#sample.sort();
  }

  /** Takes over what is in the buckets of `far`: lists whose latest insertion comes first, and which are turned round. */
  takeFrom(far: FarFuture): void {
    const begin = this.#size;
    while (far.moveNextTo(this));
    this.#slot.subarray(begin, this.#size).reverse();
  }

  /** Moves what falls into the buckets of `far`, and keeps the rest. */
  moveInto(far: FarFuture): void {
    const size = this.#size;
    this.#clear();
    for (let position = 0; position < size; position += 1) {
      const slot = this.#slot[position] as number;
      const place = far.placeOf(this.#events.time[slot] as number);
      if (far.isBeyond(place)) this.add(slot);
      else far.add(slot, place);
    }
  }

  moveTo(sink: EventSink): void {
    // The latest insertion first, as from a bucket.
    for (let position = this.#size - 1; position >= 0; position -= 1)
      sink.add(this.#slot[position] as number);
    this.#clear();
  }

  #clear(): void {
    this.#size = 0;
    this.#earliest = Number.POSITIVE_INFINITY;
  }

  #grow(): void {
    const slot = this.#slot;
    this.#slot = new Int32Array(2 * slot.length);
    this.#slot.set(slot);
  }
}
