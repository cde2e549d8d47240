import type { UnitKind } from '../../scenario/plan.ts';
import { Crews } from './crews.ts';
import { type Dice, OF_UNIT } from './dice.ts';
import type { PlanModel } from './plan-model.ts';
import type { Timetable } from './timetable.ts';
import { firstChild } from './units.ts';
import type { Working } from './working.ts';

/** How units fail of themselves, and how they are repaired: by whom is always there, or by a crew. */
export class Lives {
  readonly #model: PlanModel;
  readonly #dice: Dice;
  readonly #working: Working;
  readonly #timetable: Timetable;
  readonly #crews: Crews;
  /** By unit: what was left of its time to failure when it was taken out. */
  readonly #left_ms: Float64Array;
  /** That have ended. */
  repairs = 0;

  constructor(model: PlanModel, dice: Dice, working: Working, timetable: Timetable) {
    this.#model = model;
    this.#dice = dice;
    this.#working = working;
    this.#timetable = timetable;
    this.#crews = new Crews(model.plan, model.units, {
      begin: (unit, isInspected) => this.#beginRepair(unit, isInspected),
      inspect: (kind) => this.#inspect(kind),
      stopInspection: (kind) => timetable.alarms.clear(model.ringOf.inspection + kind),
      pick: (crew, count) => Math.floor(dice.uniformOf('crews', crew, 'order') * count),
    });
    this.#left_ms = new Float64Array(model.plan.maintenance.length === 0 ? 0 : model.units.count);
  }

  /** A unit is new: draws when it fails. */
  begin(unit: number): void {
    const { time_to_failure } = this.#kindOf(unit);
    const life_ms =
      time_to_failure === undefined
        ? Number.POSITIVE_INFINITY
        : this.#dice.ofUnit_ms(unit, OF_UNIT.failure, time_to_failure);
    if (this.#working.out[unit] === 0) {
      this.#timetable.begin(unit, life_ms);
    } else {
      this.#left_ms[unit] = life_ms;
      this.#timetable.since_ms[unit] = 0;
      this.#timetable.alarms.clear(unit);
    }
  }

  /** Fails now, of itself or by something else. */
  fail(unit: number): void {
    this.#working.failed[unit] = 1;
    this.#timetable.alarms.clear(unit);
    this.#working.stop(unit);
    if (this.#kindOf(unit).crew === undefined) this.#beginRepair(unit, true);
    else this.#crews.add(unit);
  }

  /** Its repair ends. */
  repair(unit: number): void {
    this.repairs += 1;
    this.#renew(unit);
    this.#working.start(unit);
  }

  /** A unit, with all within it, is replaced by a new one; whether that works is another question. */
  replace(unit: number): void {
    this.#renew(unit);
    const { units } = this.#model;
    for (const within of units.children[units.kindOf[unit]!]!) {
      const first = firstChild(units, unit, within);
      for (let child = first; child < first + units.each[within]!; child += 1) this.replace(child);
    }
  }

  /** A unit that has not failed is out from now on, and does not age. */
  pause(unit: number): void {
    const { alarms, since_ms, now_ms } = this.#timetable;
    this.#left_ms[unit] = alarms.timeOf(unit) - now_ms;
    since_ms[unit] = now_ms - since_ms[unit]!;
    alarms.clear(unit);
  }

  /** It is back, and as old as it was. */
  resume(unit: number): void {
    const age_ms = this.#timetable.since_ms[unit]!;
    this.#timetable.begin(unit, this.#left_ms[unit]!);
    this.#timetable.since_ms[unit]! -= age_ms;
  }

  /** A crew has inspected a kind. */
  inspected(kind: number): void {
    this.#crews.inspected(kind);
  }

  copyFrom(other: Lives): void {
    this.#crews.copyFrom(other.#crews);
    this.#left_ms.set(other.#left_ms);
    this.repairs = other.repairs;
  }

  #kindOf(unit: number): UnitKind {
    return this.#model.plan.units[this.#model.units.kindOf[unit]!]!;
  }

  #renew(unit: number): void {
    if (this.#working.failed[unit] === 1) {
      this.#working.failed[unit] = 0;
      if (this.#kindOf(unit).crew !== undefined) this.#crews.remove(unit);
    }
    this.begin(unit);
  }

  #beginRepair(unit: number, isInspected: boolean): void {
    const { crew, time_to_repair } = this.#kindOf(unit);
    const inspection_ms =
      crew === undefined || isInspected
        ? 0
        : this.#dice.ofUnit_ms(unit, OF_UNIT.repair, this.#model.plan.crews[crew]!.inspection);
    const repair_ms = this.#dice.ofUnit_ms(unit, OF_UNIT.repair, time_to_repair);
    this.#timetable.begin(unit, inspection_ms + repair_ms);
  }

  #inspect(kind: number): void {
    const { inspection } = this.#model.plan.crews[this.#model.plan.units[kind]!.crew!]!;
    this.#timetable.begin(this.#model.ringOf.inspection + kind, this.#dice.inspection_ms(kind, inspection));
  }
}
