/**
 * A plan whose times all have phases as a Markov chain. A state is how many units of each class are in which state of
 * their lives, the phases of common causes, and who waits for a crew, where that matters.
 *
 * What happens at once happens in this order: units fail one after the other, and after each an idle crew turns to
 * what waits.
 */
import type { KindIndex, Plan } from '../../../scenario/plan.ts';
import { Beginnings, type Transition } from '../chain.ts';
import { wrong } from '../input.ts';
import { canonicaliser } from './canonical.ts';
import type { Classes } from './classes.ts';
import { type Codec, codecOf, type StateKey } from './codec.ts';
import { blowsOf } from './common-cause.ts';
import type { Beginning } from './life.ts';
import { type PhaseType, phaseType } from './phase-type.ts';
import { append, firstOf, type Lines, linesOf, takeFirst } from './waiting-lines.ts';

export class PlanModel {
  readonly classes: Classes;
  readonly lines: Lines;
  readonly #plan: Plan;
  readonly #causes: readonly { readonly index: number; readonly at: number; readonly every: PhaseType }[];
  readonly #crews: readonly (CrewClasses | undefined)[];
  readonly #codec: Codec;
  readonly #toCanonical: (state: Int32Array) => void;
  readonly #state: Int32Array;
  #transitions: Transition<StateKey>[] = [];

  /**
   * @param causes the common causes that matter: their places in the plan
   * @throws UserError where the counts are too large
   */
  constructor(plan: Plan, classes: Classes, causes: readonly number[]) {
    this.#plan = plan;
    this.classes = classes;
    this.#causes = causes.map((index, place) => ({
      index,
      at: classes.width + place,
      every: phaseType(plan.common_causes[index]!.every)!,
    }));
    this.lines = linesOf(plan, classes, classes.width + causes.length);
    this.#crews = plan.crews.map((_, crew) => crewClasses(plan, classes, crew));
    const codec = codecOf(this.#limits());
    if (codec === undefined) throw wrong('a class of units is too large to be counted', 'simulate');
    this.#codec = codec;
    this.#toCanonical = canonicaliser(classes, this.lines);
    this.#state = new Int32Array(this.lines.end);
  }

  readonly key = (state: StateKey): StateKey => state;

  /** All new. */
  get initial(): Beginnings<StateKey> {
    let states: { state: Int32Array; chance: number }[] = [
      { state: new Int32Array(this.lines.end), chance: 1 },
    ];
    const each = (beginnings: readonly Beginning[], at: number): void => {
      states = states.flatMap(({ state, chance }) =>
        beginnings.map((begin) => ({
          state: bumped(state, at + begin.state, 1),
          chance: chance * begin.chance,
        })),
      );
    };
    for (const { at, count, life } of this.classes.all) {
      for (let unit = 0; unit < count; unit += 1) {
        if (life.beginUp.length > 1) {
          each(life.beginUp, at);
          states = merged(states, this.#codec);
        } else {
          for (const { state } of states) state[at + life.beginUp[0]!.state]! += 1;
        }
      }
    }
    for (const { at, every } of this.#causes) {
      states = states.flatMap(({ state, chance }) =>
        every.start.flatMap((share, phase) =>
          share > 0 ? [{ state: bumped(state, at, phase), chance: chance * share }] : [],
        ),
      );
    }
    for (const { state } of states) this.#toCanonical(state);
    const beginnings = merged(states, this.#codec);
    return new Beginnings(
      beginnings.map(({ state, chance }) => ({ state: this.#codec.encode(state), chance })),
    );
  }

  /** The state of a key; the next call writes over it. */
  read(key: StateKey): Int32Array {
    const state = this.#state;
    this.#codec.decode(key, state);
    // What is not anywhere else is in the first state of its life.
    for (const { at, count, life } of this.classes.all) {
      let elsewhere = 0;
      for (let place = at + 1; place < at + life.size; place += 1) elsewhere += state[place]!;
      state[at] = count - elsewhere;
    }
    return state;
  }

  /** Whether the only unit of a class works. */
  works(state: Int32Array, unitClass: number): boolean {
    const { at, life, parent } = this.classes.all[unitClass]!;
    let up = 0;
    for (let place = at; place < at + life.up; place += 1) up += state[place]!;
    return up > 0 && (parent < 0 || this.works(state, parent));
  }

  readonly transitions = (key: StateKey): readonly Transition<StateKey>[] => {
    const state = this.read(key).slice();
    this.#transitions = [];
    for (let unitClass = 0; unitClass < this.classes.all.length; unitClass += 1) this.#live(state, unitClass);
    for (const crew of this.#crews) if (crew !== undefined) this.#inspect(state, crew);
    for (const cause of this.#causes) this.#strike(state, cause);
    return this.#transitions;
  };

  #live(state: Int32Array, unitClass: number): void {
    const { at, life } = this.classes.all[unitClass]!;
    for (let own = 0; own < life.size; own += 1) {
      const count = state[at + own]!;
      if (count === 0) continue;
      for (const { to, rate_per_h } of life.moves[own]!) {
        this.#emit(moved(state, at + own, at + to), count * rate_per_h);
      }
      const failure_per_h = life.failure_per_h[own]!;
      if (failure_per_h > 0) {
        this.#fail(bumped(state, at + own, -1), unitClass, 1, count * failure_per_h, (next, rate) =>
          this.#emit(next, rate),
        );
      }
      const repaired_per_h = life.repaired_per_h[own]!;
      if (repaired_per_h > 0) {
        for (const begin of life.beginUp) {
          const next = moved(state, at + own, at + begin.state);
          this.#turn(next, this.#crewOf(unitClass), count * repaired_per_h * begin.chance, (after, rate) =>
            this.#emit(after, rate),
          );
        }
      }
    }
  }

  /** So many units of a class have failed, by now out of the state they were in. */
  #fail(state: Int32Array, unitClass: number, count: number, rate: number, then: Then): void {
    if (count === 0) {
      then(state, rate);
      return;
    }
    const { at, life } = this.classes.all[unitClass]!;
    if (life.waiting < 0) {
      for (const { chance, ...begin } of life.beginRepair) {
        // One after the other; equal outcomes are added up in the end.
        this.#fail(bumped(state, at + begin.state, 1), unitClass, count - 1, rate * chance, then);
      }
      return;
    }
    const next = bumped(state, at + life.waiting, 1);
    const line = this.lines.of[unitClass];
    if (line !== undefined) append(line, next, unitClass);
    this.#turn(next, this.#crewOf(unitClass), rate, (after, ofThat) =>
      this.#fail(after, unitClass, count - 1, ofThat, then),
    );
  }

  /** Whoever of a crew is idle turns to what waits. */
  #turn(state: Int32Array, crew: CrewClasses | undefined, rate: number, then: Then): void {
    const isAtRest =
      crew === undefined || crew.order === 'first-inspected' || this.#busy(state, crew) >= crew.size;
    const choices = isAtRest ? [] : this.#choices(state, crew);
    if (choices.length === 0) {
      then(state, rate);
      return;
    }
    for (const { unitClass, chance } of choices) {
      this.#serve(state, unitClass, rate * chance, (next, ofThat) => this.#turn(next, crew, ofThat, then));
    }
  }

  /** What an idle crew turns to. */
  #choices(state: Int32Array, { order, classes }: CrewClasses): { unitClass: number; chance: number }[] {
    const waiting = classes.filter((unitClass) => this.#waiting(state, unitClass) > 0);
    if (waiting.length === 0) return [];
    if (order === 'random') {
      const all = waiting.reduce((sum, unitClass) => sum + this.#waiting(state, unitClass), 0);
      return waiting.map((unitClass) => ({ unitClass, chance: this.#waiting(state, unitClass) / all }));
    }
    return [{ unitClass: this.#first(state, waiting[0]!), chance: 1 }];
  }

  /** The first of those who wait in the line of a class, if there is one. */
  #first(state: Int32Array, unitClass: number): number {
    const line = this.lines.of[unitClass];
    return line === undefined ? unitClass : firstOf(line, state);
  }

  /** A unit no longer waits. */
  #serve(state: Int32Array, unitClass: number, rate: number, then: Then): void {
    const { at, life } = this.classes.all[unitClass]!;
    for (const begin of life.beginRepair) {
      const next = moved(state, at + life.waiting, at + begin.state);
      const line = this.lines.of[unitClass];
      if (line !== undefined) takeFirst(line, next);
      then(next, rate * begin.chance);
    }
  }

  /** Every kind with failed units is inspected while somebody is idle. */
  #inspect(state: Int32Array, crew: CrewClasses): void {
    if (crew.order !== 'first-inspected' || this.#busy(state, crew) >= crew.size) return;
    for (const ofKind of crew.byKind) {
      const waiting = ofKind.find((unitClass) => this.#waiting(state, unitClass) > 0);
      if (waiting === undefined) continue;
      this.#serve(state, this.#first(state, waiting), crew.inspection_per_h, (next, rate) =>
        this.#emit(next, rate),
      );
    }
  }

  #strike(state: Int32Array, { index, at, every }: { index: number; at: number; every: PhaseType }): void {
    const phase = state[at]!;
    for (const { to, rate_per_h } of every.moves[phase]!) {
      this.#emit(bumped(state, at, to - phase), rate_per_h);
    }
    const end_per_h = every.end_per_h[phase]!;
    if (end_per_h === 0) return;
    const works = (unitClass: number): boolean => this.works(state, unitClass);
    const cause = this.#plan.common_causes[index]!;
    for (const { chance, casualties } of blowsOf(cause, this.classes, state, works)) {
      const struck = state.slice();
      for (const { unitClass, state: own, count } of casualties) {
        struck[this.classes.all[unitClass]!.at + own]! -= count;
      }
      const failRest = (next: Int32Array, place: number, rate: number): void => {
        const who = casualties[place];
        if (who !== undefined) {
          this.#fail(next, who.unitClass, who.count, rate, (after, ofThat) =>
            failRest(after, place + 1, ofThat),
          );
          return;
        }
        for (const [first, share] of every.start.entries()) {
          if (share > 0) this.#emit(bumped(next, at, first - phase), rate * share);
        }
      };
      failRest(struck, 0, end_per_h * chance);
    }
  }

  #emit(state: Int32Array, rate_per_h: number): void {
    if (this.#transitions.length >= TRANSITIONS_MAX) {
      throw wrong('a common cause has too many outcomes to follow each', 'simulate');
    }
    this.#toCanonical(state);
    this.#transitions.push({ rate_per_h, to: this.#codec.encode(state) });
  }

  #crewOf(unitClass: number): CrewClasses | undefined {
    const { kind, life } = this.classes.all[unitClass]!;
    return life.waiting < 0 ? undefined : this.#crews[this.#plan.units[kind]!.crew!];
  }

  #waiting(state: Int32Array, unitClass: number): number {
    const { at, life } = this.classes.all[unitClass]!;
    return state[at + life.waiting]!;
  }

  /** How many of a crew are with a unit. */
  #busy(state: Int32Array, { classes }: CrewClasses): number {
    let busy = 0;
    for (const unitClass of classes) {
      const { at, life } = this.classes.all[unitClass]!;
      for (let place = at + life.served; place < at + life.size; place += 1) busy += state[place]!;
    }
    return busy;
  }

  #limits(): number[] {
    const limits = new Array<number>(this.lines.end).fill(1);
    for (const [unitClass, { at, count, life }] of this.classes.all.entries()) {
      const served_max = Math.min(count, this.#crewOf(unitClass)?.size ?? count);
      for (let own = 1; own < life.size; own += 1) {
        limits[at + own] = (own >= life.served ? served_max : count) + 1;
      }
    }
    for (const { at, every } of this.#causes) limits[at] = every.start.length;
    for (const { at, length } of this.lines.all) limits.fill(this.classes.all.length + 1, at, at + length);
    return limits;
  }
}

/** Out of one state; more take longer than anybody waits. */
const TRANSITIONS_MAX = 100_000;

type Then = (state: Int32Array, rate: number) => void;

/** What a crew repairs: classes in the order of the plan, and those of each kind. */
interface CrewClasses {
  readonly order: Plan['crews'][number]['order'];
  readonly size: number;
  readonly classes: readonly number[];
  readonly byKind: readonly (readonly number[])[];
  readonly inspection_per_h: number;
}

function crewClasses(plan: Plan, { all }: Classes, crew: number): CrewClasses | undefined {
  const { order, size, inspection } = plan.crews[crew]!;
  const kindOf = (unitClass: number): KindIndex => all[unitClass]!.kind;
  const classes = [...all.keys()]
    .filter((unitClass) => all[unitClass]!.life.waiting >= 0 && plan.units[kindOf(unitClass)]!.crew === crew)
    .sort((a, b) => kindOf(a) - kindOf(b) || a - b);
  if (classes.length === 0) return undefined;
  return {
    order,
    size,
    classes,
    byKind: [...Map.groupBy(classes, kindOf).values()],
    inspection_per_h: phaseType(inspection)!.end_per_h[0] ?? 0,
  };
}

/** Equal states once, with all their chance. */
function merged(states: readonly { readonly state: Int32Array; readonly chance: number }[], codec: Codec) {
  const byKey = new Map<StateKey, { state: Int32Array; chance: number }>();
  for (const { state, chance } of states) {
    const key = codec.encode(state);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { state, chance });
    else known.chance += chance;
  }
  return [...byKey.values()];
}

function bumped(state: Int32Array, place: number, by: number): Int32Array {
  const next = state.slice();
  next[place]! += by;
  return next;
}

function moved(state: Int32Array, from: number, to: number): Int32Array {
  const next = state.slice();
  next[from]! -= 1;
  next[to]! += 1;
  return next;
}
