import type { KindIndex, Plan } from '../../scenario/plan.ts';
import { countOf, type Units } from './units.ts';

/** What a crew needs of the state. */
export interface RepairShop {
  /** Repairs a unit from now on; the crew's inspection comes before where it is not done. */
  begin(unit: number, isInspected: boolean): void;
  /** Starts the inspection of a kind, or gives it up. */
  inspect(kind: KindIndex): void;
  stopInspection(kind: KindIndex): void;
  /** A whole number in [0, count), each equally likely. */
  pick(crew: number, count: number): number;
}

const WAITS = 1;
const IN_REPAIR = 2;

/** Failed units that wait for a crew, and crews that are at work. */
export class Crews {
  readonly #plan: Plan;
  readonly #units: Units;
  readonly #shop: RepairShop;
  /** By crew: the kinds it repairs, in the order of the plan. */
  readonly #kinds: readonly (readonly KindIndex[])[];
  /** By crew: how many of it are at work, and how many units wait. */
  readonly #busy: Int32Array;
  readonly #waiting: Int32Array;
  /** By unit: 0, WAITS or IN_REPAIR. */
  readonly #state: Uint8Array;
  /** Lines of those that wait, first come first, by kind and by unit. */
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** By unit: its number in the order of all failures. */
  readonly #arrival: Float64Array;
  #arrivals = 0;
  /** By crew: those that wait, in no order; only where one is taken at random. */
  readonly #pool: readonly (Int32Array | undefined)[];
  /** By unit: its place there. */
  readonly #place: Int32Array;
  /** By kind: whether it is being inspected. */
  readonly #inspected: Uint8Array;

  constructor(plan: Plan, units: Units, shop: RepairShop) {
    this.#plan = plan;
    this.#units = units;
    this.#shop = shop;
    const kindsOf = (crew: number) => plan.units.flatMap((unit, kind) => (unit.crew === crew ? [kind] : []));
    this.#kinds = plan.crews.map((_, crew) => kindsOf(crew));
    this.#busy = new Int32Array(plan.crews.length);
    this.#waiting = new Int32Array(plan.crews.length);
    const listed = plan.crews.length === 0 ? 0 : units.count;
    this.#state = new Uint8Array(listed);
    this.#head = new Int32Array(plan.units.length).fill(-1);
    this.#tail = new Int32Array(plan.units.length).fill(-1);
    this.#next = new Int32Array(listed);
    this.#previous = new Int32Array(listed);
    this.#arrival = new Float64Array(listed);
    this.#pool = plan.crews.map(({ order }, crew) => {
      const members = this.#kinds[crew]!.reduce((sum, kind) => sum + countOf(units, kind), 0);
      return order === 'random' ? new Int32Array(members) : undefined;
    });
    this.#place = new Int32Array(this.#pool.some((pool) => pool !== undefined) ? listed : 0);
    this.#inspected = new Uint8Array(plan.units.length);
  }

  /** A unit has failed. */
  add(unit: number): void {
    const crew = this.#crewOf(unit);
    this.#state[unit] = WAITS;
    this.#arrival[unit] = this.#arrivals++;
    const pool = this.#pool[crew];
    if (pool === undefined) {
      this.#append(unit);
    } else {
      pool[this.#waiting[crew]!] = unit;
      this.#place[unit] = this.#waiting[crew]!;
    }
    this.#waiting[crew]! += 1;
    this.#turn(crew);
  }

  /** The repair of a unit has ended, or there is nothing to repair any more. */
  remove(unit: number): void {
    const crew = this.#crewOf(unit);
    if (this.#state[unit] === IN_REPAIR) {
      this.#state[unit] = 0;
      this.#busy[crew]! -= 1;
    } else {
      this.#withdraw(crew, unit);
    }
    this.#turn(crew);
  }

  /** The inspection of a kind has ended: its first failed unit is repaired. */
  inspected(kind: KindIndex): void {
    const crew = this.#plan.units[kind]!.crew!;
    this.#inspected[kind] = 0;
    this.#begin(crew, this.#head[kind]!, true);
    this.#turn(crew);
  }

  copyFrom(other: Crews): void {
    this.#busy.set(other.#busy);
    this.#waiting.set(other.#waiting);
    this.#state.set(other.#state);
    this.#head.set(other.#head);
    this.#tail.set(other.#tail);
    this.#next.set(other.#next);
    this.#previous.set(other.#previous);
    this.#arrival.set(other.#arrival);
    this.#arrivals = other.#arrivals;
    for (const [crew, pool] of this.#pool.entries()) pool?.set(other.#pool[crew]!);
    this.#place.set(other.#place);
    this.#inspected.set(other.#inspected);
  }

  #crewOf(unit: number): number {
    return this.#plan.units[this.#units.kindOf[unit]!]!.crew!;
  }

  /** Whoever is idle turns to something. */
  #turn(crew: number): void {
    const { size, order } = this.#plan.crews[crew]!;
    if (order === 'first-inspected') {
      this.#turnToKinds(crew, size);
      return;
    }
    while (this.#busy[crew]! < size && this.#waiting[crew]! > 0) {
      this.#begin(crew, this.#choose(crew, order), false);
    }
  }

  /** While somebody is idle, every kind with failed units is inspected, and none otherwise. */
  #turnToKinds(crew: number, size: number): void {
    const isIdle = this.#busy[crew]! < size;
    for (const kind of this.#kinds[crew]!) {
      const wanted = isIdle && this.#head[kind]! >= 0 ? 1 : 0;
      if (this.#inspected[kind] === wanted) continue;
      this.#inspected[kind] = wanted;
      if (wanted === 1) this.#shop.inspect(kind);
      else this.#shop.stopInspection(kind);
    }
  }

  #choose(crew: number, order: 'first-come' | 'random' | 'priority'): number {
    const pool = this.#pool[crew];
    if (pool !== undefined) return pool[this.#shop.pick(crew, this.#waiting[crew]!)]!;
    let chosen = -1;
    for (const kind of this.#kinds[crew]!) {
      const first = this.#head[kind]!;
      if (first < 0 || (chosen >= 0 && this.#arrival[first]! > this.#arrival[chosen]!)) continue;
      chosen = first;
      if (order === 'priority') break;
    }
    return chosen;
  }

  #begin(crew: number, unit: number, isInspected: boolean): void {
    this.#withdraw(crew, unit);
    this.#state[unit] = IN_REPAIR;
    this.#busy[crew]! += 1;
    this.#shop.begin(unit, isInspected);
  }

  #append(unit: number): void {
    const kind = this.#units.kindOf[unit]!;
    const tail = this.#tail[kind]!;
    this.#next[unit] = -1;
    this.#previous[unit] = tail;
    if (tail < 0) this.#head[kind] = unit;
    else this.#next[tail] = unit;
    this.#tail[kind] = unit;
  }

  /** Out of the line. */
  #withdraw(crew: number, unit: number): void {
    this.#state[unit] = 0;
    this.#waiting[crew]! -= 1;
    const pool = this.#pool[crew];
    if (pool !== undefined) {
      const last = pool[this.#waiting[crew]!]!;
      const place = this.#place[unit]!;
      pool[place] = last;
      this.#place[last] = place;
      return;
    }
    const kind = this.#units.kindOf[unit]!;
    const next = this.#next[unit]!;
    const previous = this.#previous[unit]!;
    if (previous < 0) this.#head[kind] = next;
    else this.#next[previous] = next;
    if (next < 0) this.#tail[kind] = previous;
    else this.#previous[next] = previous;
  }
}
