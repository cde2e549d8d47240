/** Damage that files come with: any value in the place of another, and slips of the keyboard. */
import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { mustImportOrExplain } from './round-trip.ts';

const ANYTHING = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    '__proto__',
    'constructor',
    '',
    '-1s',
    ['$', '{x}'].join(''),
    'app=',
    '!',
    '@every 0s',
    '0',
    1e308,
    -1,
    2 ** 53,
    Number.NaN,
  ),
);

/** @param files by name */
export function fuzzImports(files: Readonly<Record<string, string>>, runs: number): void {
  const file = fc.constantFrom(...Object.entries(files));
  const steps = fc.array(fc.nat(), { minLength: 1, maxLength: 9 });
  const replaced = fc.property(file, fc.nat(), steps, ANYTHING, ([name, text], which, way, value) => {
    const documents = parseAllDocuments(text).map((document) => document.toJS());
    let at: unknown = documents[which % documents.length];
    for (const [depth, step] of way.entries()) {
      if (typeof at !== 'object' || at === null) break;
      const keys = Object.keys(at);
      const key = keys[step % keys.length];
      if (key === undefined) break;
      const record = at as Record<string, unknown>;
      if (depth === way.length - 1 || typeof record[key] !== 'object') record[key] = value;
      at = record[key];
    }
    mustImportOrExplain(name, documents.map((each) => stringify(each)).join('---\n'));
  });
  const edit = fc.tuple(
    fc.nat(),
    fc.nat(12),
    fc.constantFrom('', ':', '- ', '\t', '\n', '{', '"', '&a ', '*a', '0', '\u0000', 'é'),
  );
  const edited = fc.property(file, fc.array(edit, { minLength: 1, maxLength: 4 }), ([name, text], edits) => {
    let damaged = text;
    for (const [where, dropped, inserted] of edits) {
      const at = where % (damaged.length + 1);
      damaged = damaged.slice(0, at) + inserted + damaged.slice(at + dropped);
    }
    mustImportOrExplain(name, damaged.toWellFormed());
  });
  fc.assert(replaced, { numRuns: runs });
  fc.assert(edited, { numRuns: runs });
}
