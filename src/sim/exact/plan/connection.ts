/**
 * Units that must be connected with each other. A link joins all units of its two kinds, so it is kinds that are
 * connected, wherever some of both work; a unit of a kind without such a link stands alone.
 */

/** Where in a list of cells it is counted. */
export interface Connection {
  /** The cells from here to `end`, exclusive, are its own. */
  readonly at: number;
  readonly end: number;
  /** Kinds that are counted: the cell with their number, and their place in `present`. */
  readonly counted: readonly { readonly at: number; readonly place: number }[];
  /** By kind: the cell that is above zero where some unit works. */
  readonly present: readonly number[];
  /** Places in `present`; one with itself where units of a kind are linked with each other. */
  readonly links: readonly (readonly [number, number])[];
}

/** How many of those counted are connected with each other, at most. */
export function largestConnected({ counted, present, links }: Connection, cells: readonly number[]): number {
  const joined = present.map((_, place) => place);
  const find = (place: number): number => (joined[place] === place ? place : find(joined[place]!));
  const isLinked = present.map(() => false);
  for (const [one, other] of links) {
    if (cells[present[one]!] === 0 || cells[present[other]!] === 0) continue;
    isLinked[one] = true;
    isLinked[other] = true;
    joined[find(one)] = find(other);
  }
  const sums = present.map(() => 0);
  let largest = 0;
  for (const { at, place } of counted) {
    const component = find(place);
    // What stands alone is connected with nothing but itself.
    sums[component]! += isLinked[place] ? cells[at]! : Math.min(1, cells[at]!);
    largest = Math.max(largest, sums[component]!);
  }
  return largest;
}
