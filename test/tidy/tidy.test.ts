/** The house rules, held against the tree as git has it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';

const FILES = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
  {
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n');
const SOURCES = FILES.filter((file) => file.startsWith('src/') && file.endsWith('.ts'));

/** Which parts of src a part may import; itself always. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/scenario': [],
  'src/timeline': ['src/scenario'],
  'src/sim/engine': [],
  'src/sim': ['src/scenario', 'src/timeline', 'src/version.ts'],
  'src/chaos': ['src/scenario', 'src/timeline', 'src/version.ts'],
  'src/calibrate': ['src/scenario', 'src/timeline', 'src/version.ts'],
  'src/calibrate/observe': ['src/scenario', 'src/timeline', 'src/chaos', 'src/calibrate', 'src/version.ts'],
  'src/interchange': ['src/scenario', 'src/timeline', 'src/version.ts'],
  'src/report': ['src/scenario', 'src/timeline', 'src/version.ts'],
  'src/cli': [
    'src/scenario',
    'src/timeline',
    'src/sim',
    'src/chaos',
    'src/calibrate',
    'src/interchange',
    'src/report',
    'src/version.ts',
  ],
};

/** Parts whose files must not leave their own folder. */
const isWithin = (file: string, part: string): boolean => file === part || file.startsWith(`${part}/`);

/** The narrowest part that holds a file. */
function partOf(file: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((part) => isWithin(file, part))
    .sort((a, b) => b.length - a.length)[0];
}

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    (match) => match[1] as string,
  );
  return specifiers.map((specifier) => normalize(join(dirname(file), specifier)));
}

/** Longer than this wants a reason; the reason stands here. */
const LINES_MAX = 400;
const LONG_FOR_A_REASON: Readonly<Record<string, string>> = {};

describe('the tree', () => {
  it('imports only along the picture: scenario and timeline below, sim and chaos never each other', () => {
    const wrong: string[] = [];
    for (const file of SOURCES) {
      const part = partOf(file);
      if (part === undefined) continue;
      const allowed = [part, ...(MAY_IMPORT[part] as readonly string[])];
      for (const target of imports(file)) {
        if (!allowed.some((each) => isWithin(target, each))) wrong.push(`${file} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has every source file in a part that has a rule', () => {
    expect(SOURCES.filter((file) => partOf(file) === undefined)).toEqual(['src/version.ts']);
  });

  it('mirrors the faults: the same files in sim and chaos', () => {
    const faults = (arm: string) =>
      SOURCES.filter((file) => file.startsWith(`src/${arm}/faults/`)).map((file) => file.split('/').at(-1));
    expect(faults('sim')).toEqual(faults('chaos'));
    expect(faults('sim').length).toBeGreaterThan(0);
  });

  it('has no file that is too long to be one thing, but those with a reason', () => {
    const code = FILES.filter((file) => /\.(ts|mjs|go|sh)$/.test(file) && !file.startsWith('test/'));
    const long = code.filter((file) => readFileSync(file, 'utf8').split('\n').length > LINES_MAX);
    expect(long.filter((file) => LONG_FOR_A_REASON[file] === undefined)).toEqual([]);
  });

  it('bundles every thread under the name by which it is found beside the bundle', () => {
    const build = readFileSync('tools/build.ts', 'utf8');
    const threads = SOURCES.flatMap((file) => {
      const found = /endsWith\('\.ts'\) \? '(\.\/[\w-]+\.ts)' : '\.\/([\w-]+)\.js'/.exec(
        readFileSync(file, 'utf8'),
      );
      return found === null ? [] : [`'${found[2]}': '${normalize(join(dirname(file), found[1]!))}'`];
    });
    expect(threads.length).toBeGreaterThan(1);
    expect(threads.filter((entry) => !build.includes(entry))).toEqual([]);
  });

  it('leaves no test switched off or alone, and nothing for later', () => {
    const marks = /\b(?:it|test|describe)\.(?:only|todo|skip)\(|\b(?:TO[D]O|FIX[M]E|XX[X])\b/;
    const code = FILES.filter((file) => /\.(ts|go)$/.test(file));
    expect(code.filter((file) => marks.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('names no path of a machine and no registry', () => {
    const text = FILES.filter((file) => /\.(ts|md|ya?ml|json|go|sh|mod)$|^\.ci\//.test(file));
    const marks = /\/work\/|\/home\/|\/Users\/|registry\.npmjs|npmjs\.org|proxy\.golang|pypi\.org/;
    expect(
      text.filter((file) => file !== 'test/tidy/tidy.test.ts' && marks.test(readFileSync(file, 'utf8'))),
    ).toEqual([]);
  });

  it('documents every exit code in the README', () => {
    const readme = readFileSync('README.md', 'utf8');
    for (const code of Object.values(EXIT)) expect(readme).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
  });
});
