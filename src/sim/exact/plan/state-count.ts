/** How many states a plan's chain will have, before any is looked at. */
import type { Plan } from '../../../scenario/plan.ts';
import type { Classes, UnitClass } from './classes.ts';
import type { Lines } from './waiting-lines.ts';

/** How many ways there are to be in so many states: [with a crew][waiting]. */
type Ways = number[][];

/** More steps than this, in all, would take longer than to say that there are too many: some seconds. */
const WORK_MAX = 1e9;
/** And more combinations of one class would take too much memory. */
const WAYS_MAX = 1e7;

/**
 * About as many as can be reached: those that no crew's size, nor that it is never idle while something waits, rules
 * out; exchanges of equal parts are taken to make as few of them as they can. Infinity where that takes too long.
 */
export function expectedStates(
  plan: Plan,
  classes: Classes,
  lines: Lines,
  causePhases: readonly number[],
): number {
  const effort = new Effort();
  let states = causePhases.reduce((product, phases) => product * phases, 1);
  const byCrew = Map.groupBy(classes.all.keys(), (index) => {
    const { kind, life } = classes.all[index]!;
    return life.waiting < 0 ? undefined : plan.units[kind]!.crew;
  });
  for (const [crew, members] of byCrew) {
    if (crew === undefined) {
      for (const index of members) states *= spread(classes.all[index]!.count, classes.all[index]!.life.size);
    } else {
      states *= statesOfCrew(plan, crew, members, classes, lines, effort);
    }
  }
  for (const { blocks } of classes.interchanges) for (let n = 2; n <= blocks.length; n += 1) states /= n;
  return states;
}

function statesOfCrew(
  plan: Plan,
  crew: number,
  members: readonly number[],
  classes: Classes,
  lines: Lines,
  effort: Effort,
): number {
  const { size, order } = plan.crews[crew]!;
  let ways: Ways = [[1]];
  for (const line of new Set(members.map((index) => lines.of[index]))) {
    const together = members.filter((index) => lines.of[index] === line);
    let ofLine: Ways = [[1]];
    for (const index of together) {
      const more = waysOf(classes.all[index]!, size, effort);
      const joined = more && join(ofLine, more, size, line !== undefined, effort);
      if (joined === undefined) return Number.POSITIVE_INFINITY;
      // Each is a state already, with all that is not joined yet up.
      if (joined[size]?.includes(Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
      ofLine = joined;
    }
    const all = join(ways, ofLine, size, false, effort);
    if (all === undefined) return Number.POSITIVE_INFINITY;
    ways = all;
  }
  let states = 0;
  for (const [served, byWaiting] of ways.entries()) {
    for (const [waiting, count] of byWaiting.entries()) {
      if (order === 'first-inspected' || served === size || waiting === 0) states += count;
    }
  }
  return states;
}

/** What counting has taken so far. */
class Effort {
  #steps = 0;

  /** Whether so many more are not too many. */
  allows(steps: number): boolean {
    this.#steps += steps;
    return this.#steps <= WORK_MAX;
  }
}

/** One class by itself; undefined where that takes too long to find out, or too much memory. */
function waysOf({ count, life }: UnitClass, size: number, effort: Effort): Ways | undefined {
  const ways = (Math.min(count, size) + 1) * (count + 1);
  if (ways > WAYS_MAX || !effort.allows(ways * Math.min(count, life.size))) return undefined;
  return Array.from({ length: Math.min(count, size) + 1 }, (_, served) =>
    Array.from(
      { length: count - served + 1 },
      (_each, waiting) => spread(count - served - waiting, life.up) * spread(served, life.size - life.served),
    ),
  );
}

/**
 * Undefined where that takes too long to find out.
 *
 * @param isLine whether it matters in which order those of both wait
 */
function join(a: Ways, b: Ways, size: number, isLine: boolean, effort: Effort): Ways | undefined {
  if (!effort.allows(a.length * a[0]!.length * b.length * b[0]!.length)) return undefined;
  const ways: Ways = Array.from({ length: Math.min(size, a.length + b.length - 2) + 1 }, () =>
    new Array<number>(a[0]!.length + b[0]!.length - 1).fill(0),
  );
  for (const [servedA, byWaitingA] of a.entries()) {
    for (const [servedB, byWaitingB] of b.entries()) {
      if (servedA + servedB >= ways.length) break;
      const row = ways[servedA + servedB]!;
      for (const [waitingA, countA] of byWaitingA.entries()) {
        if (countA === 0) continue;
        let orders = 1;
        for (let waitingB = 0; waitingB < byWaitingB.length; waitingB += 1) {
          // Each order from the one before: to work out a binomial coefficient takes thousands of steps.
          if (isLine && waitingB > 0) orders = (orders * (waitingA + waitingB)) / waitingB;
          const countB = byWaitingB[waitingB]!;
          if (countB > 0) row[waitingA + waitingB]! += countA * countB * orders;
        }
      }
    }
  }
  return ways;
}

/** How many ways so many equal units can be in so many states. */
function spread(units: number, states: number): number {
  if (states === 0) return units === 0 ? 1 : 0;
  return interleavings(units, states - 1);
}

/** How many orders there are of a things of one kind and b of another. */
function interleavings(a: number, b: number): number {
  let orders = 1;
  for (let n = 1; n <= Math.min(a, b); n += 1) orders *= (Math.max(a, b) + n) / n;
  return orders;
}
