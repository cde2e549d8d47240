import type { Dice } from './dice.ts';
import type { Effort } from './effort.ts';
import type { PlanModel } from './plan-model.ts';
import { ancestor, countOf } from './units.ts';

/** What common causes strike. */
export class Shocks {
  readonly #model: PlanModel;
  readonly #dice: Dice;
  /** By unit, the state's own. */
  readonly #works: Uint8Array;
  readonly #parent: Int32Array;
  readonly #effort: Effort;
  /** By common cause: how often it has come. */
  readonly struck: Int32Array;

  constructor(model: PlanModel, dice: Dice, works: Uint8Array, parent: Int32Array, effort: Effort) {
    this.#model = model;
    this.#dice = dice;
    this.#works = works;
    this.#parent = parent;
    this.#effort = effort;
    this.struck = new Int32Array(model.plan.common_causes.length);
  }

  /** The units that fail by a common cause now, in the order of their numbers. */
  strike(index: number): number[] {
    const { units, plan } = this.#model;
    const { hits, within, share } = plan.common_causes[index]!;
    const nth = this.struck[index]!++;
    const where = within === undefined ? -1 : this.#oneOf(index, within);
    const found: number[] = [];
    for (const kind of hits) {
      this.#effort.steps += countOf(units, kind);
      for (let unit = units.first[kind]!; unit < units.first[kind + 1]!; unit += 1) {
        if (this.#works[unit] === 0) continue;
        if (within !== undefined && ancestor(units, this.#parent, unit, within) !== where) continue;
        if (share >= 1 || this.#dice.uniformFor('common_causes', index, 'hits', unit, nth) < share) {
          found.push(unit);
        }
      }
    }
    return found;
  }

  copyFrom(other: Shocks): void {
    this.struck.set(other.struck);
  }

  /** A unit of a kind, each equally likely. */
  #oneOf(index: number, kind: number): number {
    const { units } = this.#model;
    const random = this.#dice.uniformOf('common_causes', index, 'where');
    return units.first[kind]! + Math.floor(random * countOf(units, kind));
  }
}
