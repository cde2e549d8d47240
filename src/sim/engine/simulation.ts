import { EventQueue } from './event-queue.ts';

/** What happens at a moment of virtual time. */
export type Action = () => void;

/** A clock that can be told to do something later. */
export interface Clock {
  readonly now: number;
  /** How many events have happened, of whatever shares the clock. */
  readonly events: number;
  at(time: number, action: Action): void;
  after(delay: number, action: Action): void;
  /** Runs every event up to and including `end`, and leaves the clock there. */
  runUntil(end: number): void;
}

/**
 * A clock that jumps from event to event, and the queue of what is still to come. It knows nothing of what
 * it simulates. Times are in whatever unit the caller uses throughout (foreshock: milliseconds).
 */
export class Simulation implements Clock {
  readonly #queue = new EventQueue<Action>();
  #now = 0;

  get now(): number {
    return this.#now;
  }

  get events(): number {
    return this.#queue.taken;
  }

  /** @throws RangeError where `time` lies in the past, or is NaN */
  at(time: number, action: Action): void {
    if (time < this.#now) throw new RangeError(`an event at ${time} lies before now, ${this.#now}`);
    this.#queue.push(time, action);
  }

  after(delay: number, action: Action): void {
    this.at(this.#now + delay, action);
  }

  runUntil(end: number): void {
    const queue = this.#queue;
    while (queue.nextTime <= end) {
      this.#now = queue.nextTime;
      (queue.pop() as Action)();
    }
    this.#now = Math.max(this.#now, end);
  }
}

/**
 * The same clock for something that can come to an end before the simulation does: whatever it had still to do by
 * then never happens.
 */
export class Lifespan implements Clock {
  readonly #clock: Clock;
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock.now;
  }

  get events(): number {
    return this.#clock.events;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
  }

  at(time: number, action: Action): void {
    this.#clock.at(time, () => {
      if (!this.#isOver) action();
    });
  }

  after(delay: number, action: Action): void {
    this.at(this.now + delay, action);
  }

  runUntil(end: number): void {
    this.#clock.runUntil(end);
  }
}
