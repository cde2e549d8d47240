/** A plan's kinds of unit, expanded: every unit has a number, and what is known of it lies in arrays. */
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { KindIndex, Plan } from '../../scenario/plan.ts';
import { Threefry } from '../engine/threefry.ts';

/** What some gigabytes hold; a few times the largest Kubernetes clusters there are. */
const UNITS_MAX = 5_000_000;

/**
 * Units of a kind are numbered in a row, in the order of those they are within: children of one unit stand side by side.
 * What moves (`Placement`) has no fixed parent, and stands in the order of its workloads.
 */
export interface Units {
  readonly count: number;
  /** By unit. */
  readonly kindOf: Uint16Array;
  /** By kind: the number of its first unit; one more entry ends the last. */
  readonly first: Int32Array;
  /** By kind: how many are in each unit that it is within; all of them where it is within none, or moves. */
  readonly each: Int32Array;
  /** By kind: what is within it and stays there. */
  readonly children: readonly (readonly KindIndex[])[];
  /** By unit: which it is within; -1 where none, or where it moves. */
  readonly parent: Int32Array;
  /** By unit: its path in two words, the same in every plan where it has the same path; see Luck. */
  readonly pathHigh: Uint32Array;
  readonly pathLow: Uint32Array;
}

/** @throws UserError where there are too many to hold */
export function expandUnits(plan: Plan): Units {
  const kinds = plan.units.length;
  const first = new Int32Array(kinds + 1);
  const each = new Int32Array(kinds);
  const children: KindIndex[][] = plan.units.map(() => []);
  let count = 0;
  for (const [kind, { count: own, within, placed }] of plan.units.entries()) {
    const parents = placed !== undefined || within === undefined ? 1 : first[within + 1]! - first[within]!;
    each[kind] = own * (placed?.copies ?? 1);
    count += each[kind]! * parents;
    if (!(count <= UNITS_MAX)) throw tooMany(plan);
    first[kind + 1] = count;
    if (placed === undefined && within !== undefined) children[within]!.push(kind);
  }
  const units: Units = {
    count,
    kindOf: new Uint16Array(count),
    first,
    each,
    children,
    parent: new Int32Array(count).fill(-1),
    pathHigh: new Uint32Array(count),
    pathLow: new Uint32Array(count),
  };
  for (let kind = 0; kind < kinds; kind += 1) fill(units, plan, kind);
  return units;
}

/** The first child of this kind that a unit has; there are `each[kind]` of them. */
export function firstChild(units: Units, unit: number, kind: KindIndex): number {
  return units.first[kind]! + (unit - units.first[units.kindOf[unit]!]!) * units.each[kind]!;
}

/** How many units there are of a kind. */
export const countOf = (units: Units, kind: KindIndex): number => units.first[kind + 1]! - units.first[kind]!;

/**
 * The unit of a kind that a unit is, or is within at present.
 *
 * @param parent as it is at present, of what moves, too
 * @returns -1 where it is within none
 */
export function ancestor(units: Units, parent: Int32Array, unit: number, kind: KindIndex): number {
  let at = unit;
  while (at >= 0 && units.kindOf[at] !== kind) at = parent[at]!;
  return at;
}

function fill(units: Units, plan: Plan, kind: KindIndex): void {
  const { count: own, within, placed } = plan.units[kind]!;
  const threefry = new Threefry();
  const group = placed === undefined ? units.each[kind]! : own;
  const begin = units.first[kind]!;
  for (let unit = begin; unit < units.first[kind + 1]!; unit += 1) {
    const index = (unit - begin) % group;
    const nth = (unit - begin - index) / group;
    units.kindOf[unit] = kind;
    if (placed !== undefined) {
      threefry.block(0, 0, nth, 1);
      threefry.block(threefry.high, threefry.low, index, 0);
    } else if (within === undefined) {
      threefry.block(0, 0, index, 0);
    } else {
      const parent = units.first[within]! + nth;
      units.parent[unit] = parent;
      threefry.block(units.pathHigh[parent]!, units.pathLow[parent]!, index, 0);
    }
    units.pathHigh[unit] = threefry.high;
    units.pathLow[unit] = threefry.low;
  }
}

const tooMany = (plan: Plan) =>
  new UserError(`${plan.file}: the plan has more than ${UNITS_MAX.toLocaleString('en')} units`, {
    exitCode: EXIT.configuration,
    hint: 'leave out what no service needs, or let one unit stand for several',
  });
