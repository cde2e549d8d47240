/** When, and whether, a chain reaches a set of states. */
import { fromOneState, type MarkovChain, markStates } from './chain.ts';
import { canReach, reachableFrom } from './classes.ts';
import { notNegative } from './input.ts';
import { partOf } from './part.ts';
import { flowsOut } from './restart.ts';
import { withinSight } from './rewards.ts';
import { type ElapseOptions, elapse } from './uniformisation.ts';

/**
 * The probability that a state of the set is entered within a time of the start in the initial state; 1 where that is
 * one of them.
 *
 * @throws UserError where the time is negative or not finite, or takes too many steps
 */
export function firstPassageWithin<State>(
  chain: MarkovChain<State>,
  isTarget: (state: State) => boolean,
  time_h: number,
): number {
  return firstPassageByState(chain, markStates(chain, isTarget), time_h);
}

/**
 * `firstPassageWithin` for a set that is marked by the number of the state.
 *
 * @param options how much work is too much
 */
export function firstPassageByState<State>(
  chain: MarkovChain<State>,
  targets: Uint8Array,
  time_h: number,
  options: Pick<ElapseOptions, 'work_max'> = {},
): number {
  notNegative('the time', time_h);
  const { isOnTheWay } = passage(chain, targets, new Uint8Array(chain.size));
  const atOnce = chain.start.reduce((sum, chance, state) => (targets[state] ? sum + chance : sum), 0);
  if (!isOnTheWay.includes(1)) return Math.min(1, atOnce);
  const part = partOf(chain, isOnTheWay);
  // Of what leaves the part, only what enters the set counts: the rest is where it is never reached from.
  const entering_per_h = Float64Array.from(part.members, (state) => {
    let sum = 0;
    for (let at = chain.rowStart[state]!; at < chain.rowStart[state + 1]!; at += 1) {
      if (targets[chain.target[at]!]) sum += chain.rate_per_h[at]!;
    }
    return sum;
  });
  const [value] = withinSight((lost_max) => {
    const { occupancy_h, lost } = elapse(part, time_h, lost_max, options);
    const entered = occupancy_h.reduce((sum, hours, state) => sum + hours * entering_per_h[state]!, 0);
    return [{ value: atOnce + entered, missing_max: lost }];
  });
  return Math.min(1, value!);
}

/**
 * The mean hours until a state of the set is first entered; 0 where the initial state is one, Infinity where it may
 * never happen.
 *
 * @throws UserError where the iteration does not come to its end
 */
export function meanFirstPassage_h<State>(
  chain: MarkovChain<State>,
  isTarget: (state: State) => boolean,
): number {
  const targets = markStates(chain, isTarget);
  const { exits, mayMiss } = passage(chain, targets, new Uint8Array(chain.size));
  fromOneState(chain);
  if (targets[0]) return 0;
  return mayMiss ? Number.POSITIVE_INFINITY : 1 / flowsOut(chain, exits, 1)[0]!;
}

/**
 * The probability that a state of the set is ever entered, and none of those to avoid before it.
 *
 * @throws UserError where the iteration does not come to its end
 */
export function reachProbability<State>(
  chain: MarkovChain<State>,
  isTarget: (state: State) => boolean,
  isAvoided: (state: State) => boolean = () => false,
): number {
  const targets = markStates(chain, isTarget);
  const avoided = markStates(chain, isAvoided).map((mark, state) => (targets[state] ? 0 : mark));
  const { isOnTheWay, exits, mayMiss } = passage(chain, targets, avoided);
  fromOneState(chain);
  if (targets[0]) return 1;
  if (!isOnTheWay[0]) return 0;
  if (!mayMiss) return 1;
  const [reached, missed] = flowsOut(chain, exits, 2) as [number, number];
  return reached / (reached + missed);
}

function passage<State>(chain: MarkovChain<State>, targets: Uint8Array, avoided: Uint8Array) {
  const hope = canReach(chain, targets, avoided);
  // Through the targets nobody passes.
  const ends = targets.map((mark, state) => (mark || !hope[state] || avoided[state] ? 1 : 0));
  const reached = reachableFrom(chain, chain.start.keys(), ends);
  let mayMiss = false;
  const exits = Int32Array.from(ends, (end, state) => {
    if (!end) return 0;
    if (targets[state]) return 1;
    mayMiss ||= reached[state] === 1;
    return 2;
  });
  const isOnTheWay = ends.map((end, state) => (end === 0 && reached[state] === 1 ? 1 : 0));
  return { exits, isOnTheWay, mayMiss };
}
