import { Conditions } from './conditions.ts';
import { Effort } from './effort.ts';
import { Placements } from './placements.ts';
import type { PlanModel } from './plan-model.ts';
import { firstChild } from './units.ts';

/** Who is told of what follows from a unit's failure or return. */
export interface Following {
  /** What a replica runs on works no longer, or works again. */
  lost(replica: number): void;
  found(replica: number): void;
  /** Of a kind that something needs in order to be replaced, a unit works no longer, or works again. */
  needed(kind: number, works: boolean): void;
}

/**
 * Which units work: those that have not failed, are not out, and are within ones that work. A unit goes down with what
 * it is within or runs on, and comes back with it.
 */
export class Working {
  readonly #model: PlanModel;
  readonly #following: Following;
  readonly #effort: Effort;
  /** By unit: whether it works, has failed, and for how many maintenances it is out. */
  readonly works: Uint8Array;
  readonly failed: Uint8Array;
  readonly out: Uint16Array;
  /** By unit: what it is within, or runs on at present; -1 where nothing. */
  readonly parent: Int32Array;
  readonly conditions: Conditions;
  readonly placements: Placements;
  /** Set whenever something works that did not, and where replicas can be placed again; whoever has looked clears it. */
  hasRisen = false;
  hasOpened = false;
  /** While only conditions are asked, and all is taken back at once: nobody is told. */
  #isQuestion = false;
  /** Until all works for the first time: that is news to nobody. */
  #isBeginning = true;

  /**
   * All works.
   *
   * @param like another where all works, of the same model, that need not be worked out again
   * @param effort where what follows from each change is counted
   */
  constructor(model: PlanModel, following: Following, like?: Working, effort = new Effort()) {
    const { plan, units } = model;
    this.#model = model;
    this.#following = following;
    this.#effort = effort;
    this.works = new Uint8Array(units.count);
    this.failed = new Uint8Array(units.count);
    this.out = new Uint16Array(units.count);
    this.parent = units.parent.slice();
    this.conditions = new Conditions(model.conditions, units, this.works, this.parent, effort);
    this.placements = new Placements(plan, units, this.parent, effort);
    if (like === undefined) this.#startAll();
    else this.copyFrom(like);
    this.#isBeginning = false;
  }

  /** Has it work if nothing is against it. */
  start(unit: number): void {
    if (this.works[unit] === 0 && this.#isFit(unit) && this.#hasWorkingParent(unit)) this.#set(unit, 1);
  }

  /** It works no longer; by then it has failed, or is out. */
  stop(unit: number): void {
    if (this.works[unit] === 1) this.#set(unit, 0);
  }

  /** What would be without a unit that works. */
  without<T>(unit: number, ask: () => T): T {
    const { hasRisen } = this;
    this.#isQuestion = true;
    this.#set(unit, 0);
    const answer = ask();
    this.#set(unit, 1);
    this.#isQuestion = false;
    this.hasRisen = hasRisen;
    return answer;
  }

  copyFrom(other: Working): void {
    this.works.set(other.works);
    this.failed.set(other.failed);
    this.out.set(other.out);
    this.parent.set(other.parent);
    this.conditions.copyFrom(other.conditions);
    this.placements.copyFrom(other.placements);
    this.hasRisen = other.hasRisen;
    this.hasOpened = other.hasOpened;
  }

  #isFit(unit: number): boolean {
    return this.failed[unit] === 0 && this.out[unit] === 0;
  }

  #hasWorkingParent(unit: number): boolean {
    const parent = this.parent[unit]!;
    if (parent >= 0) return this.works[parent] === 1;
    return this.#model.plan.units[this.#model.units.kindOf[unit]!]!.placed === undefined;
  }

  #set(unit: number, works: 0 | 1): void {
    const { units, neededBy } = this.#model;
    const kind = units.kindOf[unit]!;
    this.works[unit] = works;
    if (works === 1) this.hasRisen = true;
    this.conditions.change(unit);
    for (const within of units.children[kind]!) {
      const first = firstChild(units, unit, within);
      this.#effort.steps += units.each[within]!;
      for (let child = first; child < first + units.each[within]!; child += 1) this.#follow(child, works);
    }
    if (neededBy[kind]!.length > 0 && !this.#isQuestion && !this.#isBeginning) {
      this.#following.needed(kind, works === 1);
    }
    if (this.placements.isHost(kind)) this.#setHost(unit, works);
  }

  #follow(unit: number, works: 0 | 1): void {
    if (works === 1 ? this.#isFit(unit) : this.works[unit] === 1) this.#set(unit, works);
  }

  #setHost(host: number, works: 0 | 1): void {
    if (!this.#isQuestion) {
      this.placements.setOpen(host, works === 1);
      if (works === 1) this.hasOpened = true;
    }
    for (let at = this.placements.firstOn(host); at >= 0; at = this.placements.nextOn(at)) {
      this.#effort.steps += 1;
      if (works === 1 && !this.#isQuestion) this.#following.found(at);
      this.#follow(at, works);
      if (works === 0 && !this.#isQuestion) this.#following.lost(at);
    }
  }

  /** First what stays where it is, so that replicas find all of it. */
  #startAll(): void {
    const { plan, units } = this.#model;
    const each = (isPlaced: boolean, begin: (unit: number) => void) => {
      for (const [kind, { placed }] of plan.units.entries()) {
        if ((placed !== undefined) !== isPlaced) continue;
        for (let unit = units.first[kind]!; unit < units.first[kind + 1]!; unit += 1) begin(unit);
      }
    };
    each(false, (unit) => this.start(unit));
    each(true, (replica) => {
      const host = this.placements.choose(replica);
      if (host < 0) return;
      this.placements.move(replica, host);
      this.start(replica);
    });
    this.hasRisen = false;
    this.hasOpened = false;
  }
}
