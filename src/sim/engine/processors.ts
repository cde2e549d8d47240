import type { Clock } from './simulation.ts';

/** Something under way on a machine. */
interface Work {
  readonly clock: Clock;
  /** Cores that it keeps busy while nothing is in its way. */
  readonly demand: number;
  /** What is left of it, in milliseconds of undisturbed work, as of the latest change. */
  left_ms: number;
  /** Of its appointments only the latest holds. */
  appointment: number;
  /** Whether it was ever kept waiting. */
  wasSlowed: boolean;
  readonly begun_ms: number;
  readonly alone_ms: number;
  readonly done: (lost_ms: number) => void;
}

/**
 * The processors of one machine, which all that is under way on it share alike: while it wants more of them than there
 * are, everything goes on more slowly by the same factor, as under Linux' fair scheduler where nobody has a weight of
 * its own. What waits for something else meanwhile (a disk, an answer) is slowed with it.
 *
 * One piece of work after the other, or several on more cores than they want, take as long as alone.
 */
export class Processors {
  readonly #cores: number;
  readonly #under_way = new Set<Work>();
  #speed = 1;
  #changed_ms = 0;

  /** @param cores more than 0; may be a fraction, where something else always takes the rest */
  constructor(cores: number) {
    this.#cores = cores;
  }

  /**
   * @param clock of whoever works: where that ends, so does the work
   * @param alone_ms how long it takes where nothing is in its way
   * @param demand cores that it keeps busy meanwhile
   * @param done told how much longer it took than alone
   */
  run(clock: Clock, alone_ms: number, demand: number, done: (lost_ms: number) => void): void {
    if (alone_ms <= 0 || demand <= 0) {
      clock.after(alone_ms, () => done(0));
      return;
    }
    this.#advance(clock.now);
    const work: Work = {
      clock,
      demand,
      left_ms: alone_ms,
      appointment: 0,
      wasSlowed: false,
      begun_ms: clock.now,
      alone_ms,
      done,
    };
    this.#under_way.add(work);
    this.#share();
    if (work.appointment === 0) this.#appoint(work);
  }

  /** Whoever worked by this clock does no more. */
  abandon(clock: Clock): void {
    this.#advance(clock.now);
    for (const work of this.#under_way) if (work.clock === clock) this.#under_way.delete(work);
    this.#share();
  }

  #advance(now_ms: number): void {
    const passed_ms = now_ms - this.#changed_ms;
    for (const work of this.#under_way) work.left_ms = Math.max(0, work.left_ms - passed_ms * this.#speed);
    this.#changed_ms = now_ms;
  }

  /** Appointments are kept as long as the speed stays: what is never slowed ends at the very moment as alone. */
  #share(): void {
    let demand = 0;
    for (const work of this.#under_way) demand += work.demand;
    const speed = demand > this.#cores ? this.#cores / demand : 1;
    if (speed === this.#speed) return;
    this.#speed = speed;
    for (const work of this.#under_way) this.#appoint(work);
  }

  #appoint(work: Work): void {
    work.appointment += 1;
    const { appointment } = work;
    if (this.#speed < 1) work.wasSlowed = true;
    work.clock.after(work.left_ms / this.#speed, () => {
      if (work.appointment !== appointment) return;
      const { now } = work.clock;
      this.#advance(now);
      this.#under_way.delete(work);
      this.#share();
      work.done(work.wasSlowed ? Math.max(0, now - work.begun_ms - work.alone_ms) : 0);
    });
  }
}
