/** A part of a chain by what flows into each state: the form in which the balance of its steady state is solved. */
import type { Rates } from './chain.ts';

/** The flows into state j are at start[j] to start[j + 1]; none comes from j itself. */
export interface Inflow {
  readonly size: number;
  readonly start: Int32Array;
  readonly from: Int32Array;
  readonly rate: Float64Array;
  /** The sum of the rates out of each state. */
  readonly exit: Float64Array;
}

/**
 * The chain on `members` alone, numbered in their order. A way out of them leads to `restart` instead, a member's
 * number among them; a closed class has no way out.
 */
export function inflowOf(rates: Rates, members: Int32Array, restart: number): Inflow {
  const size = members.length;
  const local = new Int32Array(rates.size).fill(restart);
  for (const [index, state] of members.entries()) local[state] = index;

  const start = new Int32Array(size + 1);
  each(rates, members, local, (_, to) => {
    start[to + 1]! += 1;
  });
  for (let state = 0; state < size; state += 1) start[state + 1]! += start[state]!;
  const from = new Int32Array(start[size]!);
  const rate = new Float64Array(start[size]!);
  const exit = new Float64Array(size);
  const fill = start.slice(0, size);
  each(rates, members, local, (source, to, value) => {
    const at = fill[to]!++;
    from[at] = source;
    rate[at] = value;
    exit[source]! += value;
  });
  return { size, start, from, rate, exit };
}

function each(
  { rowStart, target, rate_per_h }: Rates,
  members: Int32Array,
  local: Int32Array,
  visit: (from: number, to: number, rate: number) => void,
): void {
  for (let index = 0; index < members.length; index += 1) {
    const state = members[index]!;
    for (let at = rowStart[state]!; at < rowStart[state + 1]!; at += 1) {
      const to = local[target[at]!]!;
      if (to !== index) visit(index, to, rate_per_h[at]!);
    }
  }
}
