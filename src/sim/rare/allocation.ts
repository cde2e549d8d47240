/**
 * The levels that cost least, from what a census saw.
 *
 * Of each N entries into a level that are simulated, chance leaves a relative variance of 1/N, and each costs what is
 * simulated between it and the level before: c. The product of all variance and all work is smallest where N goes with
 * 1/sqrt(c), and is then the square of the sum of sqrt(c). So the best levels are a shortest path from no level to
 * outages, with sqrt(c) as the length of a step, and their factors follow from the entries that are wanted. (For levels
 * that are free to choose it is Garvels' 2000 rule that a factor is about the inverse of the share that gets on; here
 * few importances exist, so their costs differ.) It takes entries into a level as alike, which they are not quite: what
 * is lost by that is efficiency.
 */
import type { Visits } from './census.ts';
import type { Levels } from './levels.ts';

export interface Allocation {
  readonly levels: Levels;
  /** How many times less work it is than plain simulation of the same precision. */
  readonly gain: number;
}

/** Importances closer together than this in the number of entries are one: a level between them would gain nothing. */
const DISTINCT = 0.95;

/** A level that more of what is to be reached skips is of no use to it. */
const SHARE_MIN = 0.8;

/** More copies of one entry are no better: they resemble each other too much. */
const FACTOR_MAX = 1000;

/**
 * @param visits ascending; the last is what is to be reached, and was entered
 * @param copy_events what a copy costs
 */
export function allocate(visits: readonly Visits[], copy_events: number): Allocation {
  const target = visits.at(-1)!;
  const places = [...thin(visits.slice(0, -1)), target];
  const path = shortestPath(places, copy_events);
  const thresholds: number[] = [];
  const factors: number[] = [];
  for (const [index, { place, cost }] of path.slice(0, -1).entries()) {
    const next = path[index + 1]!;
    const share = next.place.entries / place.entries;
    const factor = Math.min(FACTOR_MAX, Math.round(Math.sqrt(cost / next.cost) / share));
    if (factor < 2) continue;
    thresholds.push(place.importance);
    factors.push(factor);
  }
  const length = path.reduce((sum, { cost }) => sum + Math.sqrt(cost), 0);
  return { levels: { thresholds, factors }, gain: costOf(undefined, target, copy_events) / length ** 2 };
}

/** Where a level could be of use. */
function thin(visits: readonly Visits[]): Visits[] {
  const kept: Visits[] = [];
  for (const visit of visits) {
    if (visit.entries <= 0 || visit.share < SHARE_MIN) continue;
    const last = kept.at(-1);
    if (last === undefined || visit.entries < DISTINCT * last.entries) kept.push(visit);
  }
  return kept;
}

/** Events, and copies, for one entry into `to`, of what entered `from` or began the root. */
function costOf(from: Visits | undefined, to: Visits, copy_events: number): number {
  const work =
    from === undefined ? to.events_below : to.events_below - from.events_below + copy_events * from.entries;
  return work / to.entries;
}

interface Step {
  readonly place: Visits;
  readonly cost: number;
}

/** From the beginning to the last place, each step with the cost of an entry by it. */
function shortestPath(places: readonly Visits[], copy_events: number): Step[] {
  const best: { length: number; from: number; cost: number }[] = [];
  for (const [index, place] of places.entries()) {
    const direct = costOf(undefined, place, copy_events);
    let way = { length: Math.sqrt(direct), from: -1, cost: direct };
    for (let from = 0; from < index; from += 1) {
      const cost = costOf(places[from], place, copy_events);
      const length = best[from]!.length + Math.sqrt(cost);
      if (length < way.length) way = { length, from, cost };
    }
    best.push(way);
  }
  const path: Step[] = [];
  for (let at = places.length - 1; at >= 0; at = best[at]!.from) {
    path.unshift({ place: places[at]!, cost: best[at]!.cost });
  }
  return path;
}
