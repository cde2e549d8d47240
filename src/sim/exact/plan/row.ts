/**
 * Stretches of a line of units, each as one number: how many units at its beginning, and at its end, do not work, and
 * whether that is all of them. Two stretches that stand side by side make one, and nothing else of them matters to
 * whether so many side by side do not work. 0 is a stretch without units.
 */

/** Somewhere so many side by side do not work. */
export const BROKEN = -2;

/** One unit, which works. */
export const WORKING_IN_LINE = 1;

const codeOf = (before: number, after: number, isAll: boolean, row: number): number =>
  1 + (before * row + after) * 2 + (isAll ? 1 : 0);

/** So many units that do not work. @param row so many side by side must not be */
export const failedInLine = (count: number, row: number): number =>
  count >= row ? BROKEN : codeOf(count, count, true, row);

/** One stretch, not broken, and then another, not empty. */
export function joinInLine(one: number, other: number, row: number): number {
  if (one === 0 || other < 0) return other;
  const [a, b] = [readCode(one, row), readCode(other, row)];
  if (a.after + b.before >= row) return BROKEN;
  return codeOf(
    a.isAll ? a.before + b.before : a.before,
    b.isAll ? a.after + b.after : b.after,
    a.isAll && b.isAll,
    row,
  );
}

function readCode(code: number, row: number) {
  const pair = (code - 1) >> 1;
  return { before: Math.floor(pair / row), after: pair % row, isAll: ((code - 1) & 1) === 1 };
}
