import { bucketWidth } from './bucket-width.ts';
import { EventSlots } from './event-slots.ts';
import { FarFuture } from './far-future.ts';
import { Latecomers } from './latecomers.ts';
import { SortedRun } from './sorted-run.ts';
import { VeryFarFuture } from './very-far-future.ts';

/** With fewer events than this, time is not cut into buckets. */
const CUT_MIN = 16;

/**
 * A priority queue of events ordered by (time, insertion): events of the same time leave in the order in
 * which they came, so a run is the same on every machine.
 *
 * A lazy queue (Rönngren, Riboe, Ayani 1991): sorting is put off until shortly before an event leaves. The far future is
 * cut into buckets, into which events are thrown unsorted; the very far future is one pile of all that lies behind them.
 * Only the next bucket is sorted, and what comes later than its turn is kept beside it. Whatever goes wrong with the
 * choice of the buckets, what they fail to tell apart is sorted by merging or kept in a heap, so that an operation is
 * O(log n) at the worst, and O(1) where they fit. docs/engine.md has the measurements.
 */
export class EventQueue<Payload> {
  readonly #events: EventSlots;
  readonly #payload: (Payload | undefined)[] = [];
  /** What leaves next: the bucket reached last, and what came too late for its bucket. */
  readonly #run: SortedRun;
  readonly #late: Latecomers;
  readonly #far: FarFuture;
  readonly #veryFar: VeryFarFuture;
  #size = 0;
  #nextTime = Number.POSITIVE_INFINITY;
  /** How things were when time was last cut. */
  #sizeAtCut = CUT_MIN;
  #takenAtCut = 0;
  #timeAtCut = 0;
  #takenFromHeap = 0;

  constructor(capacity = 64) {
    this.#events = new EventSlots(capacity);
    this.#run = new SortedRun(this.#events);
    this.#late = new Latecomers(this.#events);
    this.#far = new FarFuture(this.#events);
    this.#veryFar = new VeryFarFuture(this.#events);
  }

  get size(): number {
    return this.#size;
  }

  /** How many events were taken out so far. */
  get taken(): number {
    return this.#events.inserted - this.#size;
  }

  /** Time of the next event; Infinity when empty. */
  get nextTime(): number {
    return this.#nextTime;
  }

  /** @throws RangeError where `time` is NaN: it would have no place in the order */
  push(time: number, payload: Payload): void {
    if (Number.isNaN(time)) throw new RangeError('an event needs a time, not NaN');
    const slot = this.#events.take(time);
    this.#payload[slot] = payload;
    this.#size += 1;
    if (time < this.#nextTime) this.#nextTime = time;
    const place = this.#far.placeOf(time);
    if (this.#far.isReached(place)) this.#addLate(slot);
    else if (this.#far.isBeyond(place)) this.#veryFar.add(slot);
    else this.#far.add(slot, place);
  }

  /** Takes out the earliest event; undefined when empty. */
  pop(): Payload | undefined {
    if (this.#size === 0) return undefined;
    const run = this.#run;
    const late = this.#late;
    // Of the same time, what is in the run came before what came late.
    const slot = run.nextTime === this.#nextTime && !run.isEmpty ? run.take() : late.take();
    const payload = this.#payload[slot];
    this.#payload[slot] = undefined;
    this.#events.giveBack(slot);
    this.#size -= 1;
    if (late.isHeap) this.#countHeap();
    else if (run.isEmpty && late.isEmpty) this.#refill();
    this.#nextTime = Math.min(run.nextTime, late.nextTime);
    return payload;
  }

  #addLate(slot: number): void {
    this.#late.add(slot);
    if (this.#late.isHeap && this.#size > 2 * this.#sizeAtCut) this.#cutAnew();
  }

  /** Buckets so badly chosen that a heap does their work are chosen anew; rarely, for the case that it is no help. */
  #countHeap(): void {
    this.#takenFromHeap += 1;
    if (this.#takenFromHeap > 4 * this.#sizeAtCut) this.#cutAnew();
  }

  #refill(): void {
    if (this.#size > 2 * this.#sizeAtCut) {
      this.#cutAnew();
    } else {
      this.#run.clear();
      if (this.#far.moveNextTo(this.#run)) this.#run.sort();
      else this.#cut();
    }
  }

  #cutAnew(): void {
    this.#run.moveTo(this.#veryFar);
    this.#late.moveTo(this.#veryFar);
    this.#veryFar.takeFrom(this.#far);
    this.#cut();
  }

  /** Cuts the very far future into buckets; all others are empty. */
  #cut(): void {
    const { earliest, size } = this.#veryFar;
    const gap = this.#gapSinceCut(size);
    this.#run.clear();
    if (size < CUT_MIN) {
      this.#far.uncut();
      this.#veryFar.moveTo(this.#run);
    } else {
      this.#far.cut(earliest, bucketWidth(earliest, this.#veryFar.sample(), size, gap), size);
      this.#veryFar.moveInto(this.#far);
      this.#far.moveNextTo(this.#run);
    }
    this.#run.sort();
    this.#sizeAtCut = Math.max(size, CUT_MIN);
    this.#takenAtCut = this.taken;
    this.#timeAtCut = this.#nextTime;
    this.#takenFromHeap = 0;
  }

  /**
   * Mean time between the events that were taken since time was last cut; Infinity where there were too few to tell,
   * so that a wrong pace, and a cut that reaches too little, is not followed by another.
   */
  #gapSinceCut(size: number): number {
    const taken = this.taken - this.#takenAtCut;
    const gap = (this.#nextTime - this.#timeAtCut) / taken;
    return gap > 0 && taken > size / 4 ? gap : Number.POSITIVE_INFINITY;
  }
}
