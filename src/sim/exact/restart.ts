/**
 * Ends of a chain, by renewal: whenever it reaches one it starts anew. Of the steady state of that, the flow into
 * each end says how often it is reached, and so how likely and after how long. Nothing is subtracted and no system
 * has to be solved whose solution grows as the end gets rare: 1e-12 comes out as exact as 0.5. It is what regenerative
 * simulation rests on (Ross, "Introduction to Probability Models", chapter 7).
 */
import type { Rates } from './chain.ts';
import { stationary } from './stationary.ts';

/**
 * @param exits 0 of states to go on from, else the number of the end, from 1. From every state that is reached before
 *   an end, an end must be reached.
 * @returns how often each end is reached, per hour before it; state 0 must not be an end
 */
export function flowsOut(rates: Rates, exits: Int32Array, count: number): number[] {
  const { rowStart, target, rate_per_h } = rates;
  const members = inside(rates, exits);
  const shares = stationary(rates, members);
  const flows = new Array<number>(count).fill(0);
  for (const [place, state] of members.entries()) {
    for (let at = rowStart[state]!; at < rowStart[state + 1]!; at += 1) {
      const exit = exits[target[at]!]!;
      if (exit > 0) flows[exit - 1]! += shares[place]! * rate_per_h[at]!;
    }
  }
  return flows;
}

/** What is reached from state 0 before an end; 0 first. */
function inside({ size, rowStart, target }: Rates, exits: Int32Array): Int32Array {
  const isReached = new Uint8Array(size);
  isReached[0] = 1;
  const members = [0];
  for (const state of members) {
    for (let at = rowStart[state]!; at < rowStart[state + 1]!; at += 1) {
      const to = target[at]!;
      if (isReached[to] || exits[to]) continue;
      isReached[to] = 1;
      members.push(to);
    }
  }
  return Int32Array.from(members);
}
