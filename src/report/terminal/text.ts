/** What every summary on a terminal is set with: colours, columns and lines that break at words. */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Tone } from '../tone.ts';

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** @param options.color whether ANSI colours may be used (the caller knows the stream and NO_COLOR) */
export interface TerminalOptions {
  readonly color: boolean;
}

export const painter =
  ({ color }: TerminalOptions): Paint =>
  (style, text) =>
    color ? styleText(style, text, { validateStream: false }) : text;

export const COLUMNS = 80;

export const TONE_COLOR = {
  good: 'green',
  bad: 'red',
  unsure: 'yellow',
  plain: 'blue',
} as const satisfies Record<Tone, Style>;

/** Those that say anything, with a blank line between them. */
export function sectionsText(sections: readonly (readonly string[])[]): string {
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
  /** Set close to the column before it. */
  readonly near?: boolean;
  /** Set to the right. */
  readonly number?: boolean;
}

/** The heading and a line a row. */
export function aligned<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = columns.map(({ heading, cell }) => [heading, ...rows.map(cell)]);
  const widths = cells.map((column) => Math.max(...column.map((text) => text.length)));
  return [undefined, ...rows].map((_, line) =>
    columns
      .map(({ near, number }, column) => {
        const gap = column === 0 ? '' : near ? ' ' : '  ';
        const text = cells[column]?.[line] ?? '';
        const width = widths[column] ?? 0;
        return gap + (number ? text.padStart(width) : text.padEnd(width));
      })
      .join('')
      .trimEnd(),
  );
}

/** Names and messages come from manifests and clusters: none of them may steer the terminal. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f]+/g, ' ');
}

/** @param first what the first line begins with; `rest` what the others do */
export function wrap(text: string, first: string, rest = first): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const blank = line === first || line === rest;
    if (!blank && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = rest + word;
    } else {
      line += blank ? word : ` ${word}`;
    }
  }
  if (line.trim() !== '') lines.push(line);
  return lines;
}
