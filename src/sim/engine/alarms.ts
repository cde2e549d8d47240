/**
 * A fixed number of alarms, each set to one time or to none, and which of them goes off next: of the same time, the one
 * with the lowest number, so a run is the same on every machine.
 *
 * A 4-ary heap that knows where each alarm stands in it. Setting one again, sooner or later or to nothing, takes
 * O(log n) and leaves nothing stale behind; memory depends on the number of alarms alone. All of it lies in typed
 * arrays, so a copy is a few block moves.
 */
export class Alarms {
  /** By place in the heap. */
  readonly #time: Float64Array;
  readonly #alarm: Int32Array;
  /** By alarm; -1 where it is not set. */
  readonly #place: Int32Array;
  #size = 0;

  constructor(count: number) {
    this.#time = new Float64Array(count);
    this.#alarm = new Int32Array(count);
    this.#place = new Int32Array(count).fill(-1);
  }

  /** How many are set. */
  get size(): number {
    return this.#size;
  }

  /** Infinity where none is set. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#time[0]!;
  }

  /** Stays the next one until it is set again or cleared; -1 where none is set. */
  get next(): number {
    return this.#size === 0 ? -1 : this.#alarm[0]!;
  }

  isSet(alarm: number): boolean {
    return this.#place[alarm]! >= 0;
  }

  /** Infinity where it is not set. */
  timeOf(alarm: number): number {
    const place = this.#place[alarm]!;
    return place < 0 ? Number.POSITIVE_INFINITY : this.#time[place]!;
  }

  /** @throws RangeError where `time` is NaN: it would have no place in the order; at Infinity it never goes off */
  set(alarm: number, time: number): void {
    if (Number.isNaN(time)) throw new RangeError('an alarm needs a time, not NaN');
    if (time === Number.POSITIVE_INFINITY) {
      this.clear(alarm);
      return;
    }
    const place = this.#place[alarm]!;
    if (place < 0) this.#siftUp(this.#size++, time, alarm);
    else if (time < this.#time[place]!) this.#siftUp(place, time, alarm);
    else this.#siftDown(place, time, alarm);
  }

  clear(alarm: number): void {
    const place = this.#place[alarm]!;
    if (place < 0) return;
    this.#place[alarm] = -1;
    const last = --this.#size;
    if (place === last) return;
    const time = this.#time[last]!;
    const moved = this.#alarm[last]!;
    if (place > 0 && this.#isBefore(time, moved, (place - 1) >> 2)) this.#siftUp(place, time, moved);
    else this.#siftDown(place, time, moved);
  }

  /** Makes this the same as one of as many alarms. */
  copyFrom(other: Alarms): void {
    this.#size = other.#size;
    this.#time.set(other.#time.subarray(0, other.#size));
    this.#alarm.set(other.#alarm.subarray(0, other.#size));
    this.#place.set(other.#place);
  }

  #isBefore(time: number, alarm: number, place: number): boolean {
    const other = this.#time[place]!;
    return time < other || (time === other && alarm < this.#alarm[place]!);
  }

  /** Moves a hole from `place` towards the root until the alarm fits, and puts it there. */
  #siftUp(place: number, time: number, alarm: number): void {
    while (place > 0) {
      const above = (place - 1) >> 2;
      if (!this.#isBefore(time, alarm, above)) break;
      this.#put(place, this.#time[above]!, this.#alarm[above]!);
      place = above;
    }
    this.#put(place, time, alarm);
  }

  /** Moves a hole from `place` towards the leaves until the alarm fits, and puts it there. */
  #siftDown(place: number, time: number, alarm: number): void {
    const times = this.#time;
    const alarms = this.#alarm;
    const size = this.#size;
    for (;;) {
      const first = 4 * place + 1;
      if (first >= size) break;
      const end = Math.min(first + 4, size);
      let best = first;
      let bestTime = times[first]!;
      for (let child = first + 1; child < end; child += 1) {
        const childTime = times[child]!;
        if (childTime < bestTime || (childTime === bestTime && alarms[child]! < alarms[best]!)) {
          best = child;
          bestTime = childTime;
        }
      }
      if (time < bestTime || (time === bestTime && alarm < alarms[best]!)) break;
      this.#put(place, bestTime, alarms[best]!);
      place = best;
    }
    this.#put(place, time, alarm);
  }

  #put(place: number, time: number, alarm: number): void {
    this.#time[place] = time;
    this.#alarm[place] = alarm;
    this.#place[alarm] = place;
  }
}
