/**
 * Series, parallel and k-of-n structures of independent units, nested as deep as one likes.
 *
 * Every probability comes as the pair up and down, each a sum of positive terms: a downtime of 1e-15 has as many
 * right digits as an availability. Failure frequencies by Birnbaum's importance: a structure fails as often as one of
 * its parts fails while it is critical (Barlow and Proschan, "Statistical Theory of Reliability and Life Testing").
 * They hold for times to failure and to repair of any distribution, of which only the means matter; but where the times of
 * several units are multiples of one value (constant, empirical): these would stay in step.
 */
import { notNegative, positive, whole, wrong } from './input.ts';

/** A unit that fails and is repaired on its own, and what is made of such. */
export type Structure =
  | {
      readonly kind: 'unit';
      /** Mean hours from the end of a repair to the next failure. */
      readonly meanTimeToFailure_h: number;
      /** Mean hours of a repair; 0 where it takes no time. */
      readonly meanTimeToRepair_h: number;
    }
  /** Up while all of its parts are. */
  | { readonly kind: 'series'; readonly parts: readonly Structure[] }
  /** Up while any of its parts is. */
  | { readonly kind: 'parallel'; readonly parts: readonly Structure[] }
  /** Up while at least `k` of its parts are. */
  | { readonly kind: 'k-of-n'; readonly k: number; readonly parts: readonly Structure[] };

export interface StructureResult {
  /** Share of time up, in the long run. */
  readonly availability: number;
  /** Share of time down; right in all digits where availability rounds to 1. */
  readonly unavailability: number;
  readonly failures_per_h: number;
  /** Mean hours from one failure to the next (MTBF); Infinity where it never fails. */
  readonly meanTimeBetweenFailures_h: number;
  /** Mean hours up in a row (MUT). */
  readonly meanUpTime_h: number;
  /** Mean hours of an outage (MDT); 0 where it never fails. */
  readonly meanDownTime_h: number;
}

/** @throws UserError where a mean is impossible, a structure has no parts, or k is not from 1 to their number */
export function analyseStructure(structure: Structure): StructureResult {
  const { up, down, failures_per_h } = solve(structure);
  if (!(Math.abs(up + down - 1) < 1e-6) || !(failures_per_h < Number.POSITIVE_INFINITY)) {
    throw wrong('the times to failure and to repair are too far apart for double precision');
  }
  const perFailure = (share: number): number => (share === 0 ? 0 : share / failures_per_h);
  return {
    availability: up,
    unavailability: down,
    failures_per_h,
    meanTimeBetweenFailures_h: 1 / failures_per_h,
    meanUpTime_h: perFailure(up),
    meanDownTime_h: perFailure(down),
  };
}

/** Parts of one structure, squared, times how many of them differ: some seconds. */
const WORK_MAX = 4e9;
const COPIES_MAX = 10_000;

/** `count` equal parts. */
export function copies(count: number, part: Structure): Structure[] {
  return new Array<Structure>(whole('the number of copies', count, 1, COPIES_MAX)).fill(part);
}

interface State {
  readonly up: number;
  readonly down: number;
  readonly failures_per_h: number;
}

function solve(structure: Structure): State {
  if (structure.kind === 'unit') {
    const upTime_h = positive('the mean time to failure', structure.meanTimeToFailure_h);
    const downTime_h = notNegative('the mean time to repair', structure.meanTimeToRepair_h);
    const cycle_h = upTime_h + downTime_h;
    return { up: upTime_h / cycle_h, down: downTime_h / cycle_h, failures_per_h: 1 / cycle_h };
  }
  const count = structure.parts.length;
  if (count === 0) throw wrong(`a ${structure.kind} structure needs parts`);
  // Equal parts, told by being the same object, are solved once.
  const solved = new Map<Structure, State>();
  const parts = structure.parts.map((part) => {
    const state = solved.get(part) ?? solve(part);
    solved.set(part, state);
    return state;
  });
  if (count * count * solved.size > WORK_MAX) {
    throw wrong(
      `a structure of ${count} parts, of which ${solved.size} differ, takes too long`,
      'use one object for equal parts, or nest the structure',
    );
  }
  switch (structure.kind) {
    case 'series':
      return atLeast(count, parts);
    case 'parallel':
      return atLeast(1, parts);
    case 'k-of-n':
      return atLeast(whole('k', structure.k, 1, count), parts);
  }
}

function atLeast(k: number, parts: readonly State[]): State {
  const upCount = countUp(parts);
  const critical = new Map<State, number>();
  let failures_per_h = 0;
  for (const [index, part] of parts.entries()) {
    let chance = critical.get(part);
    if (chance === undefined) {
      chance = countUp(parts.toSpliced(index, 1))[k - 1]!;
      critical.set(part, chance);
    }
    failures_per_h += part.failures_per_h * chance;
  }
  return {
    up: sum(upCount.subarray(k).toReversed()),
    down: sum(upCount.subarray(0, k)),
    failures_per_h,
  };
}

/** The probabilities that exactly 0, 1, ... parts are up, one part after the other. */
function countUp(parts: readonly State[]): Float64Array {
  const chances = new Float64Array(parts.length + 1);
  chances[0] = 1;
  for (const [index, { up, down }] of parts.entries()) {
    for (let count = index + 1; count > 0; count -= 1) {
      chances[count] = chances[count]! * down + chances[count - 1]! * up;
    }
    chances[0]! *= down;
  }
  return chances;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
