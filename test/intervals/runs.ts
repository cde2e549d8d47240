/** Small simulators, written for this alone: what they simulate has an exact answer. */
import type { MarkovChain } from '../../src/sim/exact/chain.ts';

export type Random = () => number;

export const exponential = (random: Random): number => -Math.log(1 - random());

/** What a run of the chain earns from its initial state to the horizon. */
export function chainRun<State>(
  chain: MarkovChain<State>,
  horizon_h: number,
  reward_per_h: (state: State) => number,
): (random: Random) => number {
  const rewards = chain.states.map(reward_per_h);
  return (random) => {
    let earned = 0;
    let state = 0;
    for (let now_h = 0; ; ) {
      const exit_per_h = chain.exit_per_h[state]!;
      const stay_h = exponential(random) / exit_per_h;
      if (now_h + stay_h >= horizon_h) return earned + rewards[state]! * (horizon_h - now_h);
      earned += rewards[state]! * stay_h;
      now_h += stay_h;
      state = next(chain, state, random() * exit_per_h);
    }
  };
}

function next({ rowStart, rate_per_h, target }: MarkovChain<unknown>, state: number, drawn: number): number {
  const last = rowStart[state + 1]! - 1;
  let at = rowStart[state]!;
  for (let below = rate_per_h[at]!; drawn >= below && at < last; below += rate_per_h[at]!) at += 1;
  return target[at]!;
}

/** How long customers wait for one of the servers, first come first served, from empty on (Kiefer and Wolfowitz). */
export function waits_s(
  queue: {
    readonly servers: number;
    readonly arrival_per_s: number;
    readonly service_s: (random: Random) => number;
  },
  customers: number,
  random: Random,
): Float64Array {
  const waits = new Float64Array(customers);
  const free_at_s = new Float64Array(queue.servers);
  let now_s = 0;
  for (let customer = 0; customer < customers; customer += 1) {
    now_s += exponential(random) / queue.arrival_per_s;
    let server = 0;
    for (let other = 1; other < queue.servers; other += 1) {
      if (free_at_s[other]! < free_at_s[server]!) server = other;
    }
    const begin_s = Math.max(now_s, free_at_s[server]!);
    waits[customer] = begin_s - now_s;
    free_at_s[server] = begin_s + queue.service_s(random);
  }
  return waits;
}
