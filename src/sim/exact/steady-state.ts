/** What a chain does in the long run. */
import { fromOneState, type MarkovChain, markStates } from './chain.ts';
import { closedClasses } from './classes.ts';
import { flowsOut } from './restart.ts';
import { type Demands, stationary } from './stationary.ts';
import { sumOf } from './sum.ts';

export interface SteadyState {
  /** The share of time in each state, in the long run from the initial state; 0 in transient ones. */
  readonly probability: Float64Array;
  /** How many closed classes there are. With more than one the long run depends on chance: see `steadyState`. */
  readonly closedClasses: number;
}

/**
 * The long run from the initial state. A chain with transient states ends up in a closed class; with several, each
 * is weighted with the probability that the chain ends up there, so the result is a mean over runs, which no single
 * run shows.
 *
 * @throws UserError where the iteration does not come to its end
 */
export function steadyState<State>(chain: MarkovChain<State>, demands: Demands = {}): SteadyState {
  const classes = closedClasses(chain);
  const weights = classWeights(chain, classes);
  const probability = new Float64Array(chain.size);
  for (const [index, members] of classes.entries()) {
    const shares = stationary(chain, members, demands);
    for (const [place, state] of members.entries()) probability[state] = weights[index]! * shares[place]!;
  }
  return { probability, closedClasses: classes.length };
}

/**
 * The mean of a reward per hour over the long run.
 *
 * @param reward_per_h of being in a state
 */
export function meanReward<State>(
  chain: MarkovChain<State>,
  { probability }: SteadyState,
  reward_per_h: (state: State) => number,
): number {
  return sumOf(chain.states.map((state, index) => probability[index]! * reward_per_h(state)));
}

/** The share of time in the states that are meant, in the long run. */
export function probabilityOf<State>(
  chain: MarkovChain<State>,
  { probability }: { readonly probability: Float64Array },
  isMeant: (state: State) => boolean,
): number {
  const marks = markStates(chain, isMeant);
  return sumOf(probability.filter((_, index) => marks[index]));
}

/** The probability to end up in each class from the initial state. */
function classWeights<State>(rates: MarkovChain<State>, classes: readonly Int32Array[]): number[] {
  if (classes.length === 1) return [1];
  fromOneState(rates);
  const exits = new Int32Array(rates.size);
  for (const [index, members] of classes.entries()) for (const state of members) exits[state] = index + 1;
  const flows = flowsOut(rates, exits, classes.length);
  const total = flows.reduce((sum, flow) => sum + flow, 0);
  return flows.map((flow) => flow / total);
}
