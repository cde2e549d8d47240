import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface JournalLine {
  readonly id: string;
  readonly act?: string;
  readonly fault?: string;
  readonly outcome?: string;
  readonly target?: { readonly name: string };
}

/** What a run has written into its folder so far. */
export function journalOf(out: string): readonly JournalLine[] {
  const file = join(out, 'journal.jsonl');
  // What follows the last line break is still being written.
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  return lines.map((line) => JSON.parse(line) as JournalLine);
}

/** Whether such an act is in it as done. */
export function isDone(out: string, which: (line: JournalLine) => boolean): boolean {
  const lines = journalOf(out);
  const ids = new Set(lines.filter(which).map(({ id }) => id));
  return lines.some(({ id, outcome }) => ids.has(id) && outcome === 'done');
}
