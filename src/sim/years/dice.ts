import type { Distribution } from '../../scenario/distribution.ts';
import type { KindIndex } from '../../scenario/plan.ts';
import { Luck } from './luck.ts';
import { type Part, type PlanModel, PURPOSES } from './plan-model.ts';

/** What is drawn for a unit, each a stream of its own. */
export const OF_UNIT = { failure: 0, repair: 1, replacement: 2, episode: 3 } as const;
const STREAMS_OF_UNIT = 4;

/** A horizon's random numbers, asked for by what they decide. */
export class Dice {
  readonly #model: PlanModel;
  readonly #luck: Luck;

  constructor(model: PlanModel) {
    this.#model = model;
    const streams = STREAMS_OF_UNIT * model.units.count + model.purposes.length;
    this.#luck = new Luck(model.plan.seed, model.purposes, streams);
  }

  /** As Luck has it. */
  begin(trial: number, branch: number): void {
    this.#luck.begin(trial, branch);
  }

  ofUnit_ms(unit: number, purpose: number, distribution: Distribution): number {
    const { kindOf, pathHigh, pathLow, count } = this.#model.units;
    const all = this.#model.purposeOf.units[kindOf[unit]!]! + purpose;
    return this.#luck.draw_ms(all, purpose * count + unit, pathHigh[unit]!, pathLow[unit]!, distribution);
  }

  /** Which trial of its episode a unit's failure is, in [0, 1). */
  episodeOfUnit(unit: number): number {
    const { kindOf, pathHigh, pathLow, count } = this.#model.units;
    const all = this.#model.purposeOf.units[kindOf[unit]!]! + OF_UNIT.episode;
    return this.#luck.uniform(all, OF_UNIT.episode * count + unit, pathHigh[unit]!, pathLow[unit]!);
  }

  /** Until the inspection of a kind ends. */
  inspection_ms(kind: KindIndex, inspection: Distribution): number {
    return this.of_ms('units', kind, 'inspection', inspection);
  }

  of_ms<P extends Part>(part: P, index: number, what: Purpose<P>, distribution: Distribution): number {
    const purpose = this.#purpose(part, index, what);
    return this.#luck.draw_ms(purpose, this.#stream(purpose), 0, 0, distribution);
  }

  /** In [0, 1). */
  uniformOf<P extends Part>(part: P, index: number, what: Purpose<P>): number {
    const purpose = this.#purpose(part, index, what);
    return this.#luck.uniform(purpose, this.#stream(purpose), 0, 0);
  }

  /** In [0, 1), a unit's own number: the `nth` of its kind. */
  uniformFor<P extends Part>(part: P, index: number, what: Purpose<P>, unit: number, nth: number): number {
    const { pathHigh, pathLow } = this.#model.units;
    return this.#luck.uniformAt(this.#purpose(part, index, what), pathHigh[unit]!, pathLow[unit]!, nth);
  }

  copyFrom(other: Dice): void {
    this.#luck.copyFrom(other.#luck);
  }

  #purpose<P extends Part>(part: P, index: number, what: Purpose<P>): number {
    return this.#model.purposeOf[part][index]! + (PURPOSES[part] as readonly string[]).indexOf(what);
  }

  #stream(purpose: number): number {
    return STREAMS_OF_UNIT * this.#model.units.count + purpose;
  }
}

type Purpose<P extends Part> = (typeof PURPOSES)[P][number];
