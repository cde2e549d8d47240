import type { OtherFile } from './other-file.ts';
import type { Problems } from './problem.ts';
import type { Position } from './scenario.ts';
import { readSource } from './source.ts';
import { parseYaml, type YamlDocument } from './yaml.ts';

interface Wanted {
  readonly what: string;
  readonly page: string;
  other?(value: unknown): OtherFile | undefined;
}

/**
 * The one document of a file of ours, which may be YAML or JSON.
 *
 * @param what it should hold: 'scenario'; `page` is where that is described, and `other` tells of what is none
 * @param from where it is named, if in another file; problems of reading are reported there
 * @returns undefined where there is none; `problems` then says why
 */
export function readDocument(
  path: string,
  { what, page, other }: Wanted,
  problems: Problems,
  from?: Position,
): YamlDocument | undefined {
  const source = readSource(path, problems, from);
  if (source === undefined) return undefined;
  const [document, second] = parseYaml(source, 'scenario', problems);
  const something = document && other?.(document.value);
  if (something !== undefined) {
    problems.add({ position: { file: path, line: 1, column: 1 }, ...something });
    return undefined;
  }
  if (second !== undefined) {
    problems.add({
      position: second.position([]),
      message: 'a second document in the file',
      expected: `one ${what} a file`,
    });
  }
  if (document === undefined && problems.none) {
    problems.add({
      position: { file: path, line: 1, column: 1 },
      message: 'the file is empty',
      expected: `a ${what} (${page})`,
    });
  }
  return document;
}
