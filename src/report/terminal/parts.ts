/** Parts that the summaries of experiments and of plans have in common. */
import { count } from '../number.ts';
import type { ObjectiveRow } from '../objective.ts';
import type { PartRow } from '../parts-of-whole.ts';
import { COLUMNS, type Paint, plain, wrap } from './text.ts';

const BAR_COLUMNS = { least: 8, most: 24 } as const;

/** Ranked parts of a whole, each with its bar. @param more of a part, after its bar */
export function partLines(
  rows: readonly PartRow[],
  paint: Paint,
  more: (row: PartRow, index: number) => string = () => '',
): string[] {
  const name = Math.max(...rows.map((row) => plain(row.name).length));
  const shown = Math.max(...rows.map((row) => row.shown.length));
  const most = rows[0]?.amount ?? 1;
  const afters = rows.map(more);
  const beside = name + shown + Math.max(...afters.map((after) => after.length)) + '        100 %  '.length;
  const longest = Math.min(BAR_COLUMNS.most, Math.max(BAR_COLUMNS.least, COLUMNS - beside));
  return rows.map((row, index) => {
    const columns = Math.max(1, Math.round((row.amount / most) * longest));
    const after = afters[index] ?? '';
    const bar = '█'.repeat(columns);
    const figures = `  ${plain(row.name).padEnd(name)}  ${row.shown.padStart(shown)}  ${row.share.padStart(4)}`;
    return after === ''
      ? `${figures}  ${paint('blue', bar)}`
      : `${figures}  ${paint('blue', bar)}${' '.repeat(longest - columns)}  ${after}`;
  });
}

export function objectiveLines(objectives: readonly ObjectiveRow[], paint: Paint): string[] {
  if (objectives.length === 0) return [];
  return [
    paint('bold', 'Objectives'),
    ...objectives.flatMap(({ met, what, shown, each, doubt = '' }) => {
      const sign = met ? paint('green', '✓ met   ') : paint('red', '✗ missed');
      const lines = [shown, each, doubt].filter((line) => line !== '');
      return [`  ${sign}  ${plain(what)}`, ...lines.map((line) => `            ${line}`)];
    }),
  ];
}

export function noteLines(notes: readonly string[], paint: Paint): string[] {
  if (notes.length === 0) return [];
  return [paint('bold', 'Notes'), ...notes.flatMap((note) => wrap(plain(note), '  - ', '    '))];
}

/** What was written, and how to have it again. */
export function endLines(
  { files, command }: { readonly files: readonly string[]; readonly command: string | undefined },
  paint: Paint,
): string[] {
  return [
    ...(files.length === 0
      ? []
      : [paint('bold', count(files.length, 'file')), ...files.map((file) => `  ${file}`)]),
    ...(command === undefined ? [] : [paint('bold', 'Again'), `  ${command}`]),
  ];
}
