/**
 * RESTART (Villén-Altamirano and Villén-Altamirano 1991): whenever a trajectory rises into a level, further ones go on
 * from there, and end where they fall below it again; the one that rose goes on for ever. In a level each counts what
 * all factors up to there divide one by, so that of every quantity that adds up over time, and of every count of events,
 * the weighted sum has the mean it has without splitting.
 *
 * Depth first: a level keeps one state, and memory does not depend on how many trajectories there are.
 */
import { type GivesUp, LOOK_STEPS } from '../years/effort.ts';
import { type Levels, weightsOf } from './levels.ts';
import { OUTAGES, type SplitModel } from './split-model.ts';

/** What one root showed, with all that was split off it. Roots are independent of each other and equally distributed. */
export interface Root {
  /** The model's, weighted. */
  readonly tallies: Float64Array;
  /** Weighted number of first outages: its mean is the chance of one. */
  readonly outage_chance: number;
  /** Events that were simulated, or steps of the model where it counts more of them. */
  readonly events: number;
}

/** Told what a pilot needs to choose levels. */
export interface Watcher {
  /** A trajectory rose from one importance to another, or went down, which is Infinity. */
  rose(from: number, to: number, weight: number): void;
  /** A trajectory stood at an importance when an event came. */
  stood(importance: number, weight: number): void;
}

export class Restart<Model extends SplitModel<Model>> {
  readonly #model: Model;
  /** By level, less one: the state of a trajectory that rose into it. */
  readonly #saved: readonly Model[];
  readonly #thresholds: Float64Array;
  readonly #factors: readonly number[];
  readonly #weights: Float64Array;
  readonly #watcher: Watcher | undefined;
  /** The model's tallies as they were when they were last accounted for. */
  readonly #accounted: Float64Array;
  #sums: Float64Array;
  #outage_chance = 0;
  #events = 0;
  #events_max = Number.POSITIVE_INFINITY;
  #givesUp: GivesUp | undefined;
  #hasGivenUp = false;
  /** Events at which it is asked next whether to give up. */
  #look = LOOK_STEPS;
  #branches = 0;

  constructor(make: () => Model, levels: Levels, watcher?: Watcher) {
    this.#model = make();
    this.#saved = levels.thresholds.map(make);
    this.#thresholds = Float64Array.from(levels.thresholds);
    this.#factors = levels.factors;
    this.#weights = weightsOf(levels);
    this.#watcher = watcher;
    this.#accounted = new Float64Array(this.#model.tallies.length);
    this.#sums = new Float64Array(this.#model.tallies.length);
  }

  /**
   * @param events_max where a root is broken off; what it returns is then worth nothing
   * @returns undefined where it was given up
   */
  run(root: number, events_max?: number): Root;
  run(root: number, events_max: number, givesUp: GivesUp | undefined): Root | undefined;
  run(root: number, events_max = Number.POSITIVE_INFINITY, givesUp?: GivesUp): Root | undefined {
    this.#sums = new Float64Array(this.#sums.length);
    this.#outage_chance = 0;
    this.#events = 0;
    this.#events_max = events_max;
    this.#givesUp = givesUp;
    this.#hasGivenUp = false;
    this.#look = LOOK_STEPS;
    this.#branches = 0;
    this.#model.begin(root);
    const importance = this.#model.isDown ? Number.NEGATIVE_INFINITY : this.#model.importance;
    const level = this.#thresholds.findLastIndex((threshold) => importance >= threshold) + 1;
    this.#split(1, level);
    this.#follow(0, level);
    if (this.#hasGivenUp) return undefined;
    return { tallies: this.#sums, outage_chance: this.#outage_chance, events: this.#events };
  }

  /**
   * Follows the trajectory that the model is on to the end, or until it falls below the level it was split off in.
   *
   * Down it keeps the importance that it had before. There is nothing to be near to, and copies would have the outage in
   * common, whatever levels lie between where it came from and being down.
   *
   * @param birth the level it was split off in; 0: the root itself
   * @param level where it is
   */
  #follow(birth: number, level: number): void {
    const model = this.#model;
    const weights = this.#weights;
    const thresholds = this.#thresholds;
    const born_at = birth === 0 ? Number.NEGATIVE_INFINITY : thresholds[birth - 1]!;
    // Down from the beginning it was near nothing before.
    let isDown = model.isDown;
    let importance = isDown ? Number.NEGATIVE_INFINITY : model.importance;
    this.#accounted.set(model.tallies);
    for (;;) {
      const goesOn = model.step();
      this.#account(weights[level]!);
      if (!goesOn) return;
      this.#events = model.steps ?? this.#events + 1;
      this.#watcher?.stood(importance, weights[level]!);
      if (this.#isBrokenOff()) return;
      const wasDown = isDown;
      isDown = model.isDown;
      if (isDown) {
        if (!wasDown) this.#watcher?.rose(importance, Number.POSITIVE_INFINITY, weights[level]!);
        continue;
      }
      const before = importance;
      importance = model.importance;
      if (importance < before) {
        if (importance < born_at) return;
        while (level > 0 && importance < thresholds[level - 1]!) level -= 1;
      } else if (importance > before) {
        this.#watcher?.rose(before, importance, weights[level]!);
        const entered = level + 1;
        while (level < thresholds.length && importance >= thresholds[level]!) level += 1;
        if (level >= entered) {
          this.#split(entered, level);
          this.#accounted.set(model.tallies);
        }
      }
    }
  }

  #isBrokenOff(): boolean {
    if (this.#events >= this.#look) {
      this.#look = this.#events + LOOK_STEPS;
      this.#hasGivenUp ||= this.#givesUp?.() === true;
    }
    return this.#hasGivenUp || this.#events >= this.#events_max;
  }

  /** Adds what is new. */
  #account(ofLevel: number): void {
    const { tallies } = this.#model;
    const accounted = this.#accounted;
    if (tallies[0] === accounted[0] && tallies[1] === accounted[1]) return;
    // A martingale: the likelihood of now is as good for what was a while ago.
    const weight = ofLevel * (this.#model.likelihood ?? 1);
    if (accounted[OUTAGES] === 0 && tallies[OUTAGES]! > 0) this.#outage_chance += weight;
    for (let at = 0; at < tallies.length; at += 1) {
      this.#sums[at]! += weight * (tallies[at]! - accounted[at]!);
      accounted[at] = tallies[at]!;
    }
  }

  /** Follows what is split off in the levels from `level` to `top`, both entered just now; then all is as it was before. */
  #split(level: number, top: number): void {
    if (level > top) return;
    const model = this.#model;
    const saved = this.#saved[level - 1]!;
    saved.copyFrom(model);
    for (let trajectory = 1; trajectory < this.#factors[level - 1]!; trajectory += 1) {
      if (this.#isBrokenOff()) return;
      model.copyFrom(saved);
      this.#branches += 1;
      model.goOn(this.#branches);
      this.#split(level + 1, top);
      this.#follow(level, top);
    }
    model.copyFrom(saved);
    this.#split(level + 1, top);
  }
}
