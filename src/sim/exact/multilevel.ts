/**
 * The steady state of a large irreducible chain: Gauss-Seidel, helped by multilevel aggregation (Horton and
 * Leutenegger, "A multi-level solution algorithm for steady-state Markov chains", SIGMETRICS 1994).
 *
 * Why not Gauss-Seidel, SOR or the power method alone, as PRISM has them: they stop when one step changes little, and
 * between groups of states that are only loosely connected, the usual case where failures are rare, a step changes
 * little however wrong it is. (Storm warns of its equation system for the same that it is not sound.) So what flows
 * between groups is balanced on a smaller chain of groups, where Gauss-Seidel is slow; and nothing counts as solved
 * before that balance agrees too. Everything is sums of positive terms: a probability of 1e-30 comes out as exact as
 * one of 0.5.
 */
import { aggregate } from './aggregation.ts';
import { gth, normalised } from './gth.ts';
import type { Inflow } from './inflow.ts';

/**
 * The smallest chain of the levels. So many of these are solved that elimination takes most of the time where they are
 * larger: half of it with 100, for a million states.
 */
const COARSEST_MAX = 32;
/** A chain that does not shrink to this share is not worth a level. */
const COARSER = 0.75;
/** Sweeps there and back before and after a smaller chain is solved. */
const SMOOTHING = 2;
/** Sweeps there and back between two looks at how it goes. */
const BLOCK = 10;
/** A block that leaves more than this of the change is slow. */
const SLOW = 0.5;
/** Largest error of any probability, relative to itself, as told by the sweeps and how fast they come to rest. */
const ERROR_MAX = 1e-12;
/** A change of so little is rounding. */
const ROUNDING = 1e-14;
/** So much may the balance of groups still move a probability, relative to itself, at the end. */
const DISAGREEMENT_MAX = 1e-10;
/** The balance of each state, in to out, must hold to this at the end. */
const RESIDUAL_MAX = 1e-11;
/** Blocks of sweeps that take as long as balancing groups once: 17 with 300,000 states, 30 with a million. */
const BALANCE_BLOCKS = 20;
/** Sweeping for so long costs nearly as much as balancing groups once. */
const WAIT_MAX = 16;
const BLOCKS_MAX = 1500;
/** Keeps sums above zero where a probability is too small for a double. */
const TINY = 1e-300;
/** Probabilities below this are out of reach of doubles. */
const COUNTS = 1e-290;

/**
 * The steady state, with a sum of 1; undefined where it does not come to rest.
 *
 * @param least a smaller probability may be anything below it: in a large chain many are far below 1e-100, and they come
 *   to rest last
 * @param work_max steps of transitions after which it gives up
 */
export function multilevel(
  chain: Inflow,
  least = COUNTS,
  work_max = Number.POSITIVE_INFINITY,
): Float64Array | undefined {
  const settle_work = 2 * BLOCK * chain.from.length;
  let work = settle_work;
  let x = firstGuess(chain);
  let pace = settle(chain, x, least);
  /** Blocks of sweeps until groups are balanced again: more after each time that it did not help. */
  let wait = 0;
  let nextWait = 1;
  for (let block = 0; block < BLOCKS_MAX && work <= work_max; block += 1) {
    work += settle_work;
    const isAtRest = pace.error <= ERROR_MAX;
    if (!isAtRest && (!pace.isSlow || wait > 0)) {
      pace = settle(chain, x, least);
      wait -= 1;
      continue;
    }
    // Slow, or perhaps at rest only because groups exchange too little to be seen.
    const balanced = x.slice();
    work += BALANCE_BLOCKS * settle_work;
    balanceGroups(chain, balanced);
    const after = settle(chain, balanced, least);
    if (isAtRest && agree(x, balanced, least) && largestResidual(chain, balanced, least) <= RESIDUAL_MAX) {
      return balanced;
    }
    // Else sweeping for as long as that took would have done more.
    const hasHelped = after.change < pace.shrinks ** BALANCE_BLOCKS * pace.change;
    nextWait = hasHelped ? 1 : Math.min(WAIT_MAX, 2 * nextWait);
    wait = nextWait;
    x = balanced;
    pace = after;
  }
  return undefined;
}

/**
 * What flows from the first state outwards, in the order in which states were found: of the right size far out too,
 * where from equal shares it would take one sweep for each step.
 */
function firstGuess(chain: Inflow): Float64Array {
  const x = new Float64Array(chain.size).fill(TINY);
  x[0] = 1;
  sweep(chain, x, 1, chain.size, 1, COUNTS);
  return normalised(x);
}

interface Pace {
  /** The last sweep's largest change of a probability, relative to itself. */
  readonly change: number;
  /** All the changes that would follow if they went on to shrink as they do. */
  readonly error: number;
  readonly isSlow: boolean;
  /** What such a block of sweeps leaves of the change; at most 1. */
  readonly shrinks: number;
}

function settle(chain: Inflow, x: Float64Array, least: number): Pace {
  const sweeps = (count: number): number => {
    let change = 0;
    for (let sweep = 0; sweep < count; sweep += 1) change = sweepBoth(chain, x, least);
    return change;
  };
  const first = sweeps(1);
  const middle = sweeps(BLOCK / 2 - 1);
  const change = sweeps(BLOCK / 2);
  normalised(x);
  const shrinks = (change / middle) ** (2 / BLOCK);
  let error = change;
  if (change > ROUNDING) error = shrinks < 1 ? change / (1 - shrinks) : Number.POSITIVE_INFINITY;
  return { change, error, isSlow: change > SLOW * first, shrinks: Math.min(1, shrinks ** BLOCK) };
}

/** Gauss-Seidel there and back. @returns the largest change on the way back, relative to the value itself */
function sweepBoth(chain: Inflow, x: Float64Array, least = COUNTS): number {
  sweep(chain, x, 0, chain.size, 1, least);
  return sweep(chain, x, chain.size - 1, -1, -1, least);
}

/** Each state in turn gets what balances it against the others. */
function sweep(
  { start, from, rate, exit }: Inflow,
  x: Float64Array,
  first: number,
  end: number,
  step: number,
  least: number,
): number {
  let most = 0;
  for (let to = first; to !== end; to += step) {
    let sum = 0;
    const stop = start[to + 1]!;
    for (let at = start[to]!; at < stop; at += 1) sum += x[from[at]!]! * rate[at]!;
    const before = x[to]!;
    const value = sum / exit[to]!;
    x[to] = value > TINY ? value : TINY;
    if (value > least) {
      const change = Math.abs(value - before) / value;
      if (change > most) most = change;
    }
  }
  return most;
}

/** Smooths, solves the smaller chain of aggregates, spreads what that says, and smooths. */
function balanceGroups(chain: Inflow, x: Float64Array): void {
  for (let count = 0; count < SMOOTHING; count += 1) sweepBoth(chain, x);
  const { of, coarse, weight } = aggregate(chain, x);
  if (coarse.size === 1 || coarse.size > COARSER * chain.size) return;
  let solved: Float64Array = weight.slice();
  if (coarse.size <= COARSEST_MAX) {
    solved = gth(coarse);
  } else {
    // Twice: aggregates are a crude picture, and the errors of each level would add up over the levels.
    balanceGroups(coarse, solved);
    balanceGroups(coarse, solved);
  }
  for (let state = 0; state < x.length; state += 1) {
    const own = of[state]!;
    x[state] = Math.max(TINY, (x[state]! / weight[own]!) * solved[own]!);
  }
  for (let count = 0; count < SMOOTHING; count += 1) sweepBoth(chain, x);
}

/** Two distributions, each value within what may be left open. */
function agree(one: Float64Array, other: Float64Array, least: number): boolean {
  return one.every((value, state) => {
    const most = Math.max(value, other[state]!);
    return most < least || Math.abs(value - other[state]!) <= DISAGREEMENT_MAX * most;
  });
}

/** How far in and out of a state differ, relative to what flows out of it. */
function largestResidual({ size, start, from, rate, exit }: Inflow, x: Float64Array, least: number): number {
  let most = 0;
  for (let to = 0; to < size; to += 1) {
    let sum = 0;
    for (let at = start[to]!; at < start[to + 1]!; at += 1) sum += x[from[at]!]! * rate[at]!;
    const out = x[to]! * exit[to]!;
    if (Math.max(sum, out) < least * exit[to]!) continue;
    most = Math.max(most, Math.abs(sum - out) / out);
  }
  return most;
}
