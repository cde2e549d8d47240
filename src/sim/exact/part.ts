/** A chain cut down to some of its states; what leads out of them leads out for good. */
import type { MarkovChain, Rates } from './chain.ts';

export interface Part extends Rates {
  /** The rate out of each state that leads out of the part; contained in `exit_per_h`. */
  readonly leave_per_h: Float64Array;
  /** The number in the whole chain of each state of the part, ascending. */
  readonly members: Int32Array;
  /** The chance to begin in each state. */
  readonly start: Float64Array;
}

/** All of it. */
export function wholeOf<State>(chain: MarkovChain<State>): Part {
  const { size, rowStart, target, rate_per_h, exit_per_h } = chain;
  const members = new Int32Array(size).map((_, state) => state);
  const start = Float64Array.from(members, (state) => chain.start[state] ?? 0);
  return {
    size,
    rowStart,
    target,
    rate_per_h,
    exit_per_h,
    members,
    start,
    leave_per_h: new Float64Array(size),
  };
}

/** Those states that are marked. */
export function partOf(rates: Rates & { readonly start: Float64Array }, isInside: Uint8Array): Part {
  const members = new Int32Array(isInside.reduce((count, mark) => count + mark, 0));
  let found = 0;
  for (const [state, mark] of isInside.entries()) if (mark) members[found++] = state;
  const local = new Int32Array(rates.size).fill(-1);
  for (const [place, state] of members.entries()) local[state] = place;
  const size = members.length;
  const rowStart = new Int32Array(size + 1);
  const target = new Int32Array(rates.target.length);
  const rate_per_h = new Float64Array(rates.target.length);
  const leave_per_h = new Float64Array(size);
  let used = 0;
  for (const [place, state] of members.entries()) {
    for (let at = rates.rowStart[state]!; at < rates.rowStart[state + 1]!; at += 1) {
      const to = local[rates.target[at]!]!;
      if (to === -1) {
        leave_per_h[place]! += rates.rate_per_h[at]!;
      } else {
        target[used] = to;
        rate_per_h[used++] = rates.rate_per_h[at]!;
      }
    }
    rowStart[place + 1] = used;
  }
  return {
    size,
    members,
    start: Float64Array.from(members, (state) => rates.start[state] ?? 0),
    rowStart,
    target: target.slice(0, used),
    rate_per_h: rate_per_h.slice(0, used),
    exit_per_h: Float64Array.from(members, (state) => rates.exit_per_h[state]!),
    leave_per_h,
  };
}
