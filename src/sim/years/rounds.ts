import type { PlanModel } from './plan-model.ts';
import { countOf } from './units.ts';

/** What maintenance needs of the state. */
export interface Yard {
  /** Whether some service that depends on a unit would be down without it. */
  wouldEnd(unit: number): boolean;
  /** Takes a unit out, into a slot, until the maintenance of it has ended. */
  takeOut(unit: number, maintenance: number, slot: number): void;
  putBack(unit: number): void;
}

/**
 * Rounds of maintenance: units of a kind are taken out in the order of their numbers, whether they work or not. A round
 * that is due while the one before is under way begins when that has ended.
 */
export class Rounds {
  readonly #model: PlanModel;
  readonly #yard: Yard;
  /** By maintenance: how many units of the round were taken, are out, and whether the next round is due. */
  readonly #taken: Int32Array;
  readonly #out: Int32Array;
  readonly #isDue: Uint8Array;
  /** Whether the next unit would end some service's `up`. */
  readonly #waits: Uint8Array;
  /** By slot; -1 where it is free. Those of one maintenance stand side by side. */
  readonly #unit: Int32Array;
  /** By maintenance: no slot of it before this one is free. */
  readonly #free: Int32Array;

  constructor(model: PlanModel, yard: Yard) {
    const { plan, units } = model;
    this.#model = model;
    this.#yard = yard;
    this.#taken = Int32Array.from(plan.maintenance, ({ of }) => countOf(units, of));
    this.#out = new Int32Array(plan.maintenance.length);
    this.#isDue = new Uint8Array(plan.maintenance.length);
    this.#waits = new Uint8Array(plan.maintenance.length);
    this.#unit = new Int32Array(model.slots.length).fill(-1);
    this.#free = Int32Array.from(plan.maintenance, (_, index) => Math.max(0, model.slots.indexOf(index)));
  }

  /** The next round is due. */
  begin(maintenance: number): void {
    if (this.#out[maintenance]! > 0 || this.#taken[maintenance]! < this.#count(maintenance)) {
      this.#isDue[maintenance] = 1;
      return;
    }
    this.#taken[maintenance] = 0;
    this.#goOn(maintenance);
  }

  /** Maintenance of the unit in this slot has ended. */
  back(slot: number): void {
    const maintenance = this.#model.slots[slot]!;
    const unit = this.#unit[slot]!;
    this.#unit[slot] = -1;
    this.#free[maintenance] = Math.min(this.#free[maintenance]!, slot);
    this.#out[maintenance]! -= 1;
    this.#yard.putBack(unit);
    this.#goOn(maintenance);
  }

  /** Something works again that did not. */
  retry(): void {
    for (let maintenance = 0; maintenance < this.#waits.length; maintenance += 1) {
      if (this.#waits[maintenance] === 1) this.#goOn(maintenance);
    }
  }

  copyFrom(other: Rounds): void {
    this.#taken.set(other.#taken);
    this.#out.set(other.#out);
    this.#isDue.set(other.#isDue);
    this.#waits.set(other.#waits);
    this.#unit.set(other.#unit);
    this.#free.set(other.#free);
  }

  #goOn(maintenance: number): void {
    const { of, careful } = this.#model.plan.maintenance[maintenance]!;
    this.#waits[maintenance] = 0;
    for (;;) {
      const taken = this.#taken[maintenance]!;
      if (taken === this.#count(maintenance)) break;
      const slot = this.#freeSlot(maintenance);
      if (slot < 0) return;
      const unit = this.#model.units.first[of]! + taken;
      if (careful && this.#yard.wouldEnd(unit)) {
        this.#waits[maintenance] = 1;
        return;
      }
      this.#taken[maintenance] = taken + 1;
      this.#out[maintenance]! += 1;
      this.#unit[slot] = unit;
      this.#yard.takeOut(unit, maintenance, slot);
    }
    if (this.#out[maintenance] === 0 && this.#isDue[maintenance] === 1) {
      this.#isDue[maintenance] = 0;
      this.begin(maintenance);
    }
  }

  #freeSlot(maintenance: number): number {
    const { slots } = this.#model;
    let slot = this.#free[maintenance]!;
    while (slots[slot] === maintenance && this.#unit[slot]! >= 0) slot += 1;
    this.#free[maintenance] = slot;
    return slots[slot] === maintenance ? slot : -1;
  }

  #count(maintenance: number): number {
    return countOf(this.#model.units, this.#model.plan.maintenance[maintenance]!.of);
  }
}
