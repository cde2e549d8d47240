/** Where a chain is at a time, and what it has earned until then. */
import type { MarkovChain } from './chain.ts';
import { notNegative, wrong } from './input.ts';
import { wholeOf } from './part.ts';
import { type Elapsed, type ElapseOptions, elapse, LIMIT_TOLERANCE } from './uniformisation.ts';

/** Probability that may be out of sight where nothing is known of what matters. */
const LOST_MAX = 1e-18;
/** A result may miss so much of itself because of it; else it is computed again with less. */
const MISSING_MAX = 1e-11;

/**
 * The probability to be in each state `time_h` after the start in the initial state, with at most 1e-18 in all left
 * out of sight.
 *
 * @throws UserError where the time is negative or not finite, or takes too many steps
 */
export function transient<State>(
  chain: MarkovChain<State>,
  time_h: number,
): { readonly probability: Float64Array } {
  notNegative('the time', time_h);
  return elapse(wholeOf(chain), time_h, LOST_MAX);
}

/**
 * The expected reward per hour at a time, of states that are worth so much an hour.
 *
 * @param rewards_per_h zero or more, of being in a state
 * @throws UserError as `transient`, and where a reward is negative or not finite
 */
export function instantaneousRewards<State>(
  chain: MarkovChain<State>,
  time_h: number,
  rewards_per_h: readonly ((state: State) => number)[],
): number[] {
  const rewards = rewards_per_h.map((reward_per_h) => Float64Array.from(chain.states, reward_per_h));
  return rewarded(chain, time_h, rewards, ({ probability }) => ({ amounts: probability, of: 1 }));
}

/**
 * The expected reward until a time, of states that are worth so much an hour. What counts events, as repairs that
 * end, is their rate in each state; hours in some states are a reward of 1 in these.
 *
 * @param rewards_per_h zero or more, of being in a state
 * @throws UserError as `transient`, and where a reward is negative or not finite
 */
export function accumulatedRewards<State>(
  chain: MarkovChain<State>,
  time_h: number,
  rewards_per_h: readonly ((state: State) => number)[],
): number[] {
  const rewards = rewards_per_h.map((reward_per_h) => Float64Array.from(chain.states, reward_per_h));
  return accumulatedByState(chain, time_h, rewards);
}

/**
 * `accumulatedRewards` of rewards that are listed by the number of the state.
 *
 * @param options.steady the steady state from where the chain begins, if it is known: time is saved
 * @param options.work_max how much work is too much
 */
export function accumulatedByState<State>(
  chain: MarkovChain<State>,
  time_h: number,
  rewards_per_h: readonly Float64Array[],
  {
    steady,
    work_max,
  }: { readonly steady?: Float64Array | undefined; readonly work_max?: number | undefined } = {},
): number[] {
  const weigh = ({ occupancy_h }: Elapsed) => ({ amounts: occupancy_h, of: time_h });
  const limit = steady && {
    probability: steady,
    off_max: LIMIT_TOLERANCE * leastShare(steady, rewards_per_h),
  };
  return rewarded(chain, time_h, rewards_per_h, weigh, { limit, work_max });
}

/** The least that any of the rewards is in the long run, as a share of the most that it is anywhere. */
function leastShare(steady: Float64Array, rewards_per_h: readonly Float64Array[]): number {
  let least = 1;
  for (const values of rewards_per_h) {
    const most = largestReward(values);
    const mean = values.reduce((sum, value, state) => sum + value * steady[state]!, 0);
    // Where there is nothing to be had, nothing can be wrong.
    if (most > 0) least = Math.min(least, mean / most);
  }
  return least;
}

function rewarded<State>(
  chain: MarkovChain<State>,
  time_h: number,
  rewards_per_h: readonly Float64Array[],
  weigh: (elapsed: Elapsed) => { readonly amounts: Float64Array; readonly of: number },
  options: ElapseOptions = {},
): number[] {
  notNegative('the time', time_h);
  const part = wholeOf(chain);
  const most = rewards_per_h.map(largestReward);
  return withinSight((lost_max) => {
    const elapsed = elapse(part, time_h, lost_max, options);
    const { amounts, of } = weigh(elapsed);
    return rewards_per_h.map((values, index) => ({
      value: amounts.reduce((sum, amount, state) => sum + amount * values[state]!, 0),
      missing_max: elapsed.lost * most[index]! * of,
    }));
  });
}

function largestReward(values: Float64Array): number {
  return values.reduce((most, value) => {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw wrong(`a reward must be zero or more and finite, not ${value}`);
    }
    return Math.max(most, value);
  }, 0);
}

/**
 * Computes with little out of sight; where that may be more than a sliver of a result, again with less; where the
 * result is nothing at all, with every state in sight.
 */
export function withinSight(
  compute: (lost_max: number) => readonly { readonly value: number; readonly missing_max: number }[],
): number[] {
  let lost_max = LOST_MAX;
  for (;;) {
    const results = compute(lost_max);
    const worst = Math.min(1, ...results.map(({ value, missing_max }) => missing(value, missing_max)));
    if (!(worst < 1)) return results.map(({ value }) => value);
    // A tenth, since a smaller share is also lost more slowly.
    lost_max *= worst / 10;
  }
}

/** By what factor the lost must shrink: 1 where it does not matter. */
const missing = (value: number, missing_max: number): number =>
  missing_max <= MISSING_MAX * value ? 1 : (MISSING_MAX * value) / missing_max;
