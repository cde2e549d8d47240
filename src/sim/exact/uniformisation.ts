/**
 * Where a chain is after a time, and how long it was where until then, by uniformisation (Jensen's method): the chain
 * as a clock of equal rate in all states and a step at each tick, weighted with the Poisson numbers of ticks (Stewart,
 * "Introduction to the Numerical Solution of Markov Chains", chapter 8).
 */
import { wrong } from './input.ts';
import type { Part } from './part.ts';
import { type PoissonWeights, poissonWeights } from './poisson.ts';
import { sumOf } from './sum.ts';

export interface Elapsed {
  /** The probability to be in each state when the time is over; what left the chain is missing. */
  readonly probability: Float64Array;
  /** Expected hours in each state until then. */
  readonly occupancy_h: Float64Array;
  /** At most so much probability was not followed, or to the wrong place; a limit that all has come to aside. */
  readonly lost: number;
}

/** More ticks than the fastest state has steps: each state stays at some, and nothing swings for ever. */
const MARGIN = 1.02;
/** First look for an end of the change, and how much later the next. */
const FIRST_LOOK = 64;
const LOOK_GROWTH = 1.05;
/** How small a share is not followed any more is tried out, from look to look: about as much is lost as may be. */
const LITTLE = 1 / 4;
const MUCH = 3 / 4;
/** What all the steps still to come may add to the error, relative to each probability. */
const DRIFT_MAX = 1e-11;
/** How far from its limit a probability may be, relative to that, when it is taken to be there. */
export const LIMIT_TOLERANCE = 1e-10;
/** Multiplications and looks at states after which nobody waits any more: some ten minutes. */
const WORK_MAX = 5e11;

export interface Limit {
  /** The steady state. */
  readonly probability: Float64Array;
  /** So much probability may be further from it than `LIMIT_TOLERANCE` when all is taken to be there. */
  readonly off_max: number;
}

export interface ElapseOptions {
  /** What all tends to, where nothing leaves the part and it is known; see there. */
  readonly limit?: Limit | undefined;
  /** Multiplications and looks at states after which nobody waits any more. */
  readonly work_max?: number | undefined;
}

/**
 * From where the part begins.
 *
 * Two things save most of the work, both within bounds that are known and kept. A state whose probability is too
 * small to matter is not followed. And once all states change by the same factor from look to look, they go on to do
 * so, and the remaining steps are a geometric sum: with v after one look and f v + r after the next, r is the most
 * that each further look can be off by, since no step makes a difference larger; and what swings between two looks
 * has decayed visibly by the second, for an eigenvalue of n states decays by tan(pi / n) of its turn (Dmitriev and
 * Dynkin, 1946). To compare two steps only, as usual for "steady state detection", proves nothing (Katoen and Zapreev,
 * QEST 2006). With the limit known it is simpler: no later step leads further away from it, relative to each state,
 * than where all states have come to.
 *
 * @param time_h zero or more
 * @param lost_max probability that may be left out of sight by each of the two; 0 follows every state
 * @throws UserError where it would take too many steps
 */
export function elapse(
  part: Part,
  time_h: number,
  lost_max: number,
  { limit, work_max = WORK_MAX }: ElapseOptions = {},
): Elapsed {
  const { exit_per_h } = part;
  const tick_per_h = MARGIN * exit_per_h.reduce((most, rate) => Math.max(most, rate), 0);
  if (tick_per_h * time_h === 0) {
    const probability = part.start.slice();
    return { probability, occupancy_h: probability.map((share) => share * time_h), lost: 0 };
  }
  const ticks = poissonWeights(tick_per_h * time_h);
  const { left, right, weight, tail } = ticks;
  const lostNow_max = lost_max / (right + 1);
  const walk = new Walk(part, tick_per_h, lostNow_max);
  let lastLook = { at: 0, shares: walk.shares.slice() };
  let nextLook = Math.min(FIRST_LOOK, right);

  for (let tick = 0; tick <= right; tick += 1) {
    const chance = tick < left ? 0 : weight[tick - left]!;
    const ticksLeft = tick < left ? 1 : tail[tick - left]!;
    const lostNow = walk.tick(chance, ticksLeft / tick_per_h);
    if (tick + 1 < nextLook || tick === right) continue;

    walk.conserve();
    const since = tick + 1 - lastLook.at;
    const toCome = right - tick;
    // What is off at this look is off at all that follow, and adds up.
    const looks = toCome / since;
    if (
      limit !== undefined &&
      excessOver(limit.probability, 1, walk.shares, LIMIT_TOLERANCE) <= limit.off_max
    ) {
      const sums = remainder(ticks, tick + 1, 0);
      walk.add(limit.probability, sums.chance, sums.ticks / tick_per_h);
      return walk.result(0);
    }
    const { factor, excess } = drift(lastLook.shares, walk.shares, DRIFT_MAX / looks);
    if (factor === 0) break;
    if (excess * looks <= lost_max) {
      const sums = remainder(ticks, tick + 1, Math.log(factor) / since);
      walk.add(walk.shares, sums.chance, sums.ticks / tick_per_h);
      return walk.result(lostNow * toCome + excess * looks);
    }
    if (walk.work > work_max) {
      throw wrong(
        `the chain needs ${right} steps of ${part.target.length} transitions to get through ${time_h} h`,
        'ask for a shorter time or for the steady state, or simulate',
      );
    }
    if (lostNow < LITTLE * lostNow_max) walk.least *= 2;
    else if (lostNow > MUCH * lostNow_max) walk.least /= 2;
    lastLook = { at: tick + 1, shares: walk.shares.slice() };
    nextLook = Math.ceil((tick + 1) * LOOK_GROWTH);
  }
  return walk.result(0);
}

/** The probabilities as they go from tick to tick, and what they add up to. */
class Walk {
  readonly #part: Part;
  /** What is smaller is not followed, up to so much in all at each tick. */
  least: number;
  readonly #lostNow_max: number;
  /** Probabilities of a tick: along each transition, to stay, to leave for good. */
  readonly #step: Float64Array;
  readonly #stay: Float64Array;
  readonly #leave: Float64Array;
  readonly #probability: Float64Array;
  readonly #occupancy_h: Float64Array;
  shares: Float64Array;
  /** All zero between two ticks. */
  #next: Float64Array;
  /** By state: one past the highest state that a step from it, or from a lower one, leads to. */
  readonly #reach: Int32Array;
  /** Shares are 0 from this state on. */
  #end: number;
  readonly #begun: number;
  #gone = 0;
  #lost = 0;
  /** Multiplications and looks at states so far. */
  work = 0;

  constructor(part: Part, tick_per_h: number, lostNow_max: number) {
    this.#part = part;
    this.least = lostNow_max / part.size;
    this.#lostNow_max = lostNow_max;
    this.#step = part.rate_per_h.map((rate) => rate / tick_per_h);
    this.#stay = part.exit_per_h.map((rate) => 1 - rate / tick_per_h);
    this.#leave = part.leave_per_h.map((rate) => rate / tick_per_h);
    this.#probability = new Float64Array(part.size);
    this.#occupancy_h = new Float64Array(part.size);
    this.shares = part.start.slice();
    this.#begun = sumOf(part.start);
    this.#next = new Float64Array(part.size);
    this.#reach = reachOf(part);
    this.#end = part.size;
  }

  /** Adds what the states are worth now, and goes on. @returns the probability that is followed no further */
  tick(chance: number, hours: number): number {
    const { rowStart, target } = this.#part;
    const end = this.#end;
    const [now, next] = [this.shares, this.#next];
    const [least, lostNow_max] = [this.least, this.#lostNow_max];
    const [step, stay, leave] = [this.#step, this.#stay, this.#leave];
    const [probability, occupancy_h] = [this.#probability, this.#occupancy_h];
    let gone = 0;
    let lost = 0;
    let steps = 0;
    let last = -1;
    for (let from = 0; from < end; from += 1) {
      const share = now[from]!;
      now[from] = 0;
      if (share <= least && lost + share <= lostNow_max) {
        lost += share;
        continue;
      }
      last = from;
      occupancy_h[from]! += share * hours;
      if (chance > 0) probability[from]! += share * chance;
      gone += share * leave[from]!;
      next[from]! += share * stay[from]!;
      const stop = rowStart[from + 1]!;
      steps += stop - rowStart[from]! + 1;
      for (let at = rowStart[from]!; at < stop; at += 1) next[target[at]!]! += share * step[at]!;
    }
    this.shares = next;
    this.#next = now;
    this.#gone += gone;
    this.#lost += lost;
    this.work += steps + end;
    // States are numbered as they were found, so the improbable ones come last, and are not even looked at.
    this.#end = last === -1 ? 0 : this.#reach[last]!;
    return lost;
  }

  /** Rounding adds up over many ticks; all probability together stays what it was. */
  conserve(): void {
    const expected = this.#begun - this.#gone - this.#lost;
    // With little left, or where nothing began, the difference has no digits to correct by.
    if (expected <= this.#begun / 2) return;
    const scale = expected / sumOf(this.shares);
    const shares = this.shares;
    for (let state = 0; state < shares.length; state += 1) shares[state]! *= scale;
  }

  /** What all later ticks are worth, as a multiple of these probabilities. */
  add(shares: Float64Array, chance: number, hours: number): void {
    for (let state = 0; state < shares.length; state += 1) {
      this.#probability[state]! += shares[state]! * chance;
      this.#occupancy_h[state]! += shares[state]! * hours;
    }
  }

  result(lostLater: number): Elapsed {
    return {
      probability: this.#probability,
      occupancy_h: this.#occupancy_h,
      lost: this.#lost + lostLater,
    };
  }
}

function reachOf({ size, rowStart, target }: Part): Int32Array {
  const reach = new Int32Array(size);
  let highest = 0;
  for (let from = 0; from < size; from += 1) {
    highest = Math.max(highest, from);
    for (let at = rowStart[from]!; at < rowStart[from + 1]!; at += 1)
      highest = Math.max(highest, target[at]!);
    reach[from] = highest + 1;
  }
  return reach;
}

/** The weights of all ticks from `first` on, of a share that changes by the same factor with each. */
function remainder({ left, right, weight, tail }: PoissonWeights, first: number, logPerTick: number) {
  const certain = Math.max(0, left - first);
  let chance = 0;
  let ticks = geometricSum(logPerTick, certain);
  for (let tick = first + certain; tick <= right; tick += 1) {
    const share = Math.exp(logPerTick * (tick - first));
    chance += share * weight[tick - left]!;
    ticks += share * tail[tick - left]!;
  }
  return { chance, ticks };
}

/**
 * The factor by which all probability together has changed, 0 where none is left, and how much probability is further
 * from that than by `tolerance` of itself.
 */
function drift(
  before: Float64Array,
  after: Float64Array,
  tolerance: number,
): { readonly factor: number; readonly excess: number } {
  const left = sumOf(after);
  if (left === 0) return { factor: 0, excess: 0 };
  const factor = left / sumOf(before);
  return { factor, excess: excessOver(before, factor, after, tolerance) };
}

/** How much probability is further from `expected`, times a factor, than by `tolerance` of that. */
function excessOver(expected: Float64Array, factor: number, actual: Float64Array, tolerance: number): number {
  let excess = 0;
  for (let state = 0; state < actual.length; state += 1) {
    const value = factor * expected[state]!;
    const off = Math.abs(actual[state]! - value) - tolerance * value;
    if (off > 0) excess += off;
  }
  return excess;
}

/** 1 + exp(log) + exp(log)^2 + ..., so many terms. */
const geometricSum = (log: number, terms: number): number =>
  log === 0 ? terms : Math.expm1(terms * log) / Math.expm1(log);
