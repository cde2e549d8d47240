/** Which states of a chain can be left for ever, and which cannot. */
import type { Rates } from './chain.ts';

/**
 * The classes of states that, once entered, are never left: strongly connected components without a way out. States
 * of no such class are transient.
 *
 * @returns the states of each, ascending; the classes in the order of their first states
 */
export function closedClasses(rates: Rates): Int32Array[] {
  const { size, rowStart, target } = rates;
  const component = components(rates);
  const isOpen = new Set<number>();
  const members = new Map<number, number[]>();
  for (let from = 0; from < size; from += 1) {
    const own = component[from]!;
    const list = members.get(own);
    if (list === undefined) members.set(own, [from]);
    else list.push(from);
    for (let at = rowStart[from]!; at < rowStart[from + 1]!; at += 1) {
      if (component[target[at]!] !== own) isOpen.add(own);
    }
  }
  return [...members].filter(([own]) => !isOpen.has(own)).map(([, states]) => Int32Array.from(states));
}

/** Tarjan's strongly connected components (1972), on a stack of its own: chains are deeper than the call stack. */
function components({ size, rowStart, target }: Rates): Int32Array {
  const component = new Int32Array(size).fill(-1);
  const order = new Int32Array(size).fill(-1);
  const lowest = new Int32Array(size);
  const nextEdge = rowStart.slice(0, size);
  const path = new Int32Array(size);
  const open = new Int32Array(size);
  let opened = 0;
  let visited = 0;
  let found = 0;

  for (let root = 0; root < size; root += 1) {
    if (order[root] !== -1) continue;
    let depth = 0;
    path[0] = root;
    while (depth >= 0) {
      const state = path[depth]!;
      if (order[state] === -1) {
        order[state] = visited;
        lowest[state] = visited;
        visited += 1;
        open[opened++] = state;
      }
      if (nextEdge[state]! < rowStart[state + 1]!) {
        const to = target[nextEdge[state]!++]!;
        if (order[to] === -1) {
          depth += 1;
          path[depth] = to;
        } else if (component[to] === -1) {
          lowest[state] = Math.min(lowest[state]!, order[to]!);
        }
        continue;
      }
      if (lowest[state] === order[state]) {
        let last: number;
        do {
          last = open[--opened]!;
          component[last] = found;
        } while (last !== state);
        found += 1;
      }
      depth -= 1;
      if (depth >= 0) {
        const parent = path[depth]!;
        lowest[parent] = Math.min(lowest[parent]!, lowest[state]!);
      }
    }
  }
  return component;
}

/** Marks what can be reached from `starts` through states that are not marked in `stops`; the stops reached included. */
export function reachableFrom(rates: Rates, starts: Iterable<number>, stops: Uint8Array): Uint8Array {
  const isReached = new Uint8Array(rates.size);
  const stack = [...starts];
  for (const start of stack) isReached[start] = 1;
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    if (stops[state]) continue;
    for (let at = rates.rowStart[state]!; at < rates.rowStart[state + 1]!; at += 1) {
      const to = rates.target[at]!;
      if (isReached[to]) continue;
      isReached[to] = 1;
      stack.push(to);
    }
  }
  return isReached;
}

/** Marks the states from which a state marked in `targets` can be reached without passing one marked in `stops`. */
export function canReach(rates: Rates, targets: Uint8Array, stops: Uint8Array): Uint8Array {
  const { size, rowStart, target } = rates;
  // The edges backwards, by counting sort.
  const start = new Int32Array(size + 1);
  for (const to of target) start[to + 1]! += 1;
  for (let state = 0; state < size; state += 1) start[state + 1]! += start[state]!;
  const source = new Int32Array(target.length);
  const fill = start.slice(0, size);
  for (let from = 0; from < size; from += 1) {
    for (let at = rowStart[from]!; at < rowStart[from + 1]!; at += 1) source[fill[target[at]!]!++] = from;
  }
  const reaches = targets.slice();
  const stack = [...targets.keys()].filter((state) => targets[state]);
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    for (let at = start[state]!; at < start[state + 1]!; at += 1) {
      const from = source[at]!;
      if (reaches[from] || stops[from]) continue;
      reaches[from] = 1;
      stack.push(from);
    }
  }
  return reaches;
}
