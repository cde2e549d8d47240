/**
 * A priority queue of events ordered by (time, insertion): events of the same time leave in the order in
 * which they came, so a run is the same on every machine.
 *
 * A 4-ary heap whose keys lie in typed arrays; the payloads stay where they are and only their slot numbers
 * move. Each operation is O(log n).
 */
export class EventQueue<Payload> {
  #time: Float64Array;
  #order: Float64Array;
  #slot: Int32Array;
  readonly #payload: (Payload | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  #size = 0;
  #inserted = 0;

  constructor(capacity = 64) {
    this.#time = new Float64Array(capacity);
    this.#order = new Float64Array(capacity);
    this.#slot = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** How many events were taken out so far. */
  get taken(): number {
    return this.#inserted - this.#size;
  }

  /** Time of the next event; Infinity when empty. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#time[0] as number);
  }

  /** @throws RangeError where `time` is NaN: it would have no place in the order */
  push(time: number, payload: Payload): void {
    if (Number.isNaN(time)) throw new RangeError('an event needs a time, not NaN');
    if (this.#size === this.#time.length) this.#grow();
    const slot = this.#freeSlots.pop() ?? this.#payload.length;
    this.#payload[slot] = payload;
    this.#siftUp(this.#size++, time, this.#inserted++, slot);
  }

  /** Takes out the earliest event; undefined when empty. */
  pop(): Payload | undefined {
    if (this.#size === 0) return undefined;
    const slot = this.#slot[0] as number;
    const payload = this.#payload[slot];
    this.#payload[slot] = undefined;
    this.#freeSlots.push(slot);
    const last = --this.#size;
    if (last > 0) {
      this.#siftDown(this.#time[last] as number, this.#order[last] as number, this.#slot[last] as number);
    }
    return payload;
  }

  /** Moves a hole from `position` towards the root until the key fits, and puts it there. */
  #siftUp(position: number, time: number, order: number, slot: number): void {
    const times = this.#time;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      const parentTime = times[parent] as number;
      // What was inserted later never passes what has the same time.
      if (parentTime <= time) break;
      this.#move(parent, position);
      position = parent;
    }
    this.#put(position, time, order, slot);
  }

  /** Moves a hole from the root towards the leaves until the key fits, and puts it there. */
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
    const capacity = this.#time.length * 2;
    const time = new Float64Array(capacity);
    const order = new Float64Array(capacity);
    const slot = new Int32Array(capacity);
    time.set(this.#time);
    order.set(this.#order);
    slot.set(this.#slot);
    this.#time = time;
    this.#order = order;
    this.#slot = slot;
  }
}
