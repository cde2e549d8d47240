import type { KindIndex } from '../../scenario/plan.ts';
import type { Alarms } from '../engine/alarms.ts';
import type { Effort } from './effort.ts';
import type { PlanModel } from './plan-model.ts';

/** Its alarm went off, or was to be set, while something it needs was away. */
const PARKED = 1;
/** Its time is over, and nothing is open that it could go to. */
const STRANDED = 2;

/**
 * Replicas that have lost their unit, and when each is replaced. A kind's clock stands while something it needs does
 * not work; a replica's due time is one of that clock.
 */
export class Replacements {
  readonly #model: PlanModel;
  readonly #alarms: Alarms;
  readonly #effort: Effort;
  /** By kind: how many units that it needs do not work, since when its clock stands, and for how long it stood in all. */
  readonly #missing: Int32Array;
  readonly #stopped_ms: Float64Array;
  readonly #stood_ms: Float64Array;
  /** By unit, on the clock of its kind. */
  readonly #due_ms: Float64Array;
  /** By unit: 0, PARKED or STRANDED. */
  readonly #waits: Uint8Array;
  /** Maybe with some that wait no longer. */
  #parked: number[] = [];
  #stranded: number[] = [];

  constructor(model: PlanModel, alarms: Alarms, effort: Effort) {
    const kinds = model.plan.units.length;
    const moving = model.ringing > model.replacing ? model.units.count : 0;
    this.#model = model;
    this.#alarms = alarms;
    this.#effort = effort;
    this.#missing = new Int32Array(kinds);
    this.#stopped_ms = new Float64Array(kinds);
    this.#stood_ms = new Float64Array(kinds);
    this.#due_ms = new Float64Array(moving);
    this.#waits = new Uint8Array(moving);
  }

  get hasStranded(): boolean {
    return this.#stranded.length > 0;
  }

  /** A replica's unit is gone; it will be replaced after so much time. */
  lose(replica: number, now_ms: number, after_ms: number): void {
    const kind = this.#model.units.kindOf[replica]!;
    const isStopped = this.#missing[kind]! > 0;
    const clock_ms = (isStopped ? this.#stopped_ms[kind]! : now_ms) - this.#stood_ms[kind]!;
    this.#due_ms[replica] = clock_ms + after_ms;
    if (isStopped) this.#park(replica);
    else this.#alarms.set(this.#model.replacing + replica, now_ms + after_ms);
  }

  /** Its unit is back, or it has another. */
  settle(replica: number): void {
    this.#alarms.clear(this.#model.replacing + replica);
    this.#waits[replica] = 0;
  }

  /** Its alarm goes off: whether it is replaced now. */
  isDue(replica: number, now_ms: number): boolean {
    const kind = this.#model.units.kindOf[replica]!;
    if (this.#missing[kind]! > 0) {
      this.#alarms.clear(this.#model.replacing + replica);
      this.#park(replica);
      return false;
    }
    const at_ms = this.#due_ms[replica]! + this.#stood_ms[kind]!;
    // The clock has stood meanwhile.
    if (at_ms > now_ms && this.#stood_ms[kind]! > 0) {
      this.#alarms.set(this.#model.replacing + replica, at_ms);
      return false;
    }
    return true;
  }

  /** Nothing is open. */
  strand(replica: number): void {
    this.#alarms.clear(this.#model.replacing + replica);
    this.#waits[replica] = STRANDED;
    this.#stranded.push(replica);
  }

  /** All that are stranded, first come first; those that cannot be placed must be stranded again. */
  takeStranded(): number[] {
    const stranded = this.#stranded.filter((replica) => {
      const waits = this.#waits[replica] === STRANDED;
      this.#waits[replica] = 0;
      return waits;
    });
    this.#stranded = [];
    return stranded;
  }

  /** A unit that a kind needs stops to work, or works again. */
  needs(kind: KindIndex, works: boolean, now_ms: number): void {
    if (!works) {
      if (this.#missing[kind]!++ === 0) this.#stopped_ms[kind] = now_ms;
      return;
    }
    this.#missing[kind]! -= 1;
    if (this.#missing[kind]! > 0) return;
    this.#stood_ms[kind]! += now_ms - this.#stopped_ms[kind]!;
    const others: number[] = [];
    this.#effort.steps += this.#parked.length;
    for (const replica of this.#parked) {
      if (this.#model.units.kindOf[replica] !== kind) others.push(replica);
      else if (this.#waits[replica] === PARKED) {
        this.#waits[replica] = 0;
        const at_ms = this.#due_ms[replica]! + this.#stood_ms[kind]!;
        this.#alarms.set(this.#model.replacing + replica, Math.max(now_ms, at_ms));
      }
    }
    this.#parked = others;
  }

  copyFrom(other: Replacements): void {
    this.#missing.set(other.#missing);
    this.#stopped_ms.set(other.#stopped_ms);
    this.#stood_ms.set(other.#stood_ms);
    this.#due_ms.set(other.#due_ms);
    this.#waits.set(other.#waits);
    if (this.#parked.length + other.#parked.length > 0) this.#parked = other.#parked.slice();
    if (this.#stranded.length + other.#stranded.length > 0) this.#stranded = other.#stranded.slice();
  }

  #park(replica: number): void {
    this.#waits[replica] = PARKED;
    this.#parked.push(replica);
  }
}
