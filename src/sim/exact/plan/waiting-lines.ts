/** Lines of failed units that wait for a crew, where it matters who came first: as part of a state. */
import type { Plan } from '../../../scenario/plan.ts';
import type { Classes } from './classes.ts';

/** Units of these classes wait in one line. A class that would have one for itself needs none. */
export interface Line {
  readonly classes: readonly number[];
  /** Where it begins in a state: a place for each unit that may wait, holding its class plus one, 0 behind the last. */
  readonly at: number;
  readonly length: number;
}

export interface Lines {
  readonly all: readonly Line[];
  /** By class. */
  readonly of: readonly (Line | undefined)[];
  /** Where a state ends that has them. */
  readonly end: number;
}

/** @param at where in a state they begin */
export function linesOf(plan: Plan, { all }: Classes, at: number): Lines {
  const lines: Line[] = [];
  const of: (Line | undefined)[] = all.map(() => undefined);
  let end = at;
  for (const [crew, { order }] of plan.crews.entries()) {
    if (order === 'random') continue;
    const members = [...all.keys()].filter((index) => {
      const { kind, life } = all[index]!;
      return plan.units[kind]!.crew === crew && life.waiting >= 0;
    });
    // Whoever comes first of all; else whoever comes first of a kind.
    const groups =
      order === 'first-come' ? [members] : [...Map.groupBy(members, (index) => all[index]!.kind).values()];
    for (const classes of groups) {
      if (classes.length < 2) continue;
      const length = classes.reduce((sum, index) => sum + all[index]!.count, 0);
      const line = { classes, at: end, length };
      lines.push(line);
      for (const index of classes) of[index] = line;
      end += length;
    }
  }
  return { all: lines, of, end };
}

/** How many wait. */
export function lengthOf({ at, length }: Line, state: Int32Array): number {
  let waiting = 0;
  while (waiting < length && state[at + waiting]! > 0) waiting += 1;
  return waiting;
}

/** The class of the first of those who wait; there must be one. */
export const firstOf = ({ at }: Line, state: Int32Array): number => state[at]! - 1;

export function append(line: Line, state: Int32Array, unitClass: number): void {
  state[line.at + lengthOf(line, state)] = unitClass + 1;
}

export function takeFirst({ at, length }: Line, state: Int32Array): void {
  state.copyWithin(at, at + 1, at + length);
  state[at + length - 1] = 0;
}
