/** A smaller chain from a larger one: states that soon follow each other become one. */
import type { Inflow } from './inflow.ts';

/** A free state is taken if it is at least this share as likely to come before as the likeliest. */
const STRONG = 0.25;

/** The number of each state's aggregate, and of aggregates in all. */
interface Groups {
  readonly of: Int32Array;
  readonly count: number;
}

export interface Aggregation {
  /** The number of each state's aggregate. */
  readonly of: Int32Array;
  readonly coarse: Inflow;
  /** The weight of each aggregate. */
  readonly weight: Float64Array;
}

/**
 * Mostly pairs: larger aggregates make fewer levels, but hide more of what happens within them, and the iteration
 * no longer comes to rest on chains of repairs that wait for each other.
 *
 * @param x the weights of the states; the picture is exact where they are the steady state
 */
export function aggregate(chain: Inflow, x: Float64Array): Aggregation {
  return coarsen(chain, x, pair(chain));
}

/**
 * Each state with the free one that most likely goes to it; one whose likely predecessors are all taken joins the
 * likeliest. By probabilities, not by flows: between groups whose weights are still wrong by orders of magnitude the
 * flows are wrong too, and would bind what does not belong together.
 */
function pair({ size, start, from, rate, exit }: Inflow): Groups {
  const of = new Int32Array(size).fill(-1);
  let count = 0;
  for (let to = 0; to < size; to += 1) {
    if (of[to] !== -1) continue;
    let likeliest = -1;
    let most = 0;
    let free = -1;
    let mostFree = 0;
    for (let at = start[to]!; at < start[to + 1]!; at += 1) {
      const source = from[at]!;
      const chance = rate[at]! / exit[source]!;
      if (chance > most) {
        most = chance;
        likeliest = source;
      }
      if (of[source] === -1 && chance > mostFree) {
        mostFree = chance;
        free = source;
      }
    }
    if (free !== -1 && mostFree >= STRONG * most) {
      of[free] = count;
      of[to] = count++;
    } else {
      of[to] = likeliest === -1 ? count++ : of[likeliest]!;
    }
  }
  return { of, count };
}

/** The rate between two aggregates is the flow between their states over the weight of the one it leaves. */
function coarsen({ size, start, from, rate }: Inflow, x: Float64Array, { of, count }: Groups): Aggregation {
  const weight = new Float64Array(count);
  for (let state = 0; state < size; state += 1) weight[of[state]!]! += x[state]!;

  const firstMember = new Int32Array(count + 1);
  for (const own of of) firstMember[own + 1]! += 1;
  for (let own = 0; own < count; own += 1) firstMember[own + 1]! += firstMember[own]!;
  const members = new Int32Array(size);
  const fill = firstMember.slice(0, count);
  for (let state = 0; state < size; state += 1) members[fill[of[state]!]!++] = state;

  const coarseStart = new Int32Array(count + 1);
  const coarseFrom = new Int32Array(from.length);
  const coarseRate = new Float64Array(from.length);
  const exit = new Float64Array(count);
  const place = new Int32Array(count).fill(-1);
  let used = 0;
  for (let own = 0; own < count; own += 1) {
    const first = used;
    for (let member = firstMember[own]!; member < firstMember[own + 1]!; member += 1) {
      const to = members[member]!;
      for (let at = start[to]!; at < start[to + 1]!; at += 1) {
        const source = of[from[at]!]!;
        if (source === own) continue;
        const share = (x[from[at]!]! / weight[source]!) * rate[at]!;
        exit[source]! += share;
        if (place[source]! >= first) {
          coarseRate[place[source]!]! += share;
        } else {
          place[source] = used;
          coarseFrom[used] = source;
          coarseRate[used++] = share;
        }
      }
    }
    coarseStart[own + 1] = used;
  }
  const coarse = {
    size: count,
    start: coarseStart,
    from: coarseFrom.slice(0, used),
    rate: coarseRate.slice(0, used),
    exit,
  };
  return { of, coarse, weight };
}
