/** YAML with positions: every value can be traced back to its line and column. */
import {
  type Alias,
  type Document,
  type DocumentOptions,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type ParseOptions,
  parseAllDocuments,
  type SchemaOptions,
  visit,
  type YAMLError,
} from 'yaml';
import type { Problems } from './problem.ts';
import type { Position } from './scenario.ts';
import type { Source } from './source.ts';

/** The way from a document's root to a value: keys of mappings and indices of lists. */
export type Path = readonly PropertyKey[];

/** One parsed document: plain data, and where each part of it stands. */
export class YamlDocument {
  readonly file: string;
  /** Plain data: objects, arrays, strings, numbers, booleans, null. */
  readonly value: unknown;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  /** @throws ReferenceError where aliases multiply beyond measure */
  constructor(
    file: string,
    document: Document.Parsed,
    lines: LineCounter,
    value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX }),
  ) {
    this.file = file;
    this.value = value;
    this.#document = document;
    this.#lines = lines;
  }

  /** The same document as if another value stood at `path`, in mappings that are there; places stay. */
  with(path: readonly string[], value: unknown): YamlDocument {
    return new YamlDocument(this.file, this.#document, this.#lines, replaced(this.value, path, value));
  }

  /** Where the value at `path` stands, or the nearest part above it that is there. */
  position(path: Path): Position {
    return this.#locate(path, 'value');
  }

  /** Where the last key of `path` stands, or the nearest part above it that is there. */
  keyPosition(path: Path): Position {
    return this.#locate(path, 'key');
  }

  /** A number, a truth value or a text as it was written, without quotes: `1.30`, `yes`; undefined of anything else. */
  written(path: Path): string | undefined {
    const steps = this.#follow(path);
    const node = steps.length > path.length ? steps.at(-1)?.node : undefined;
    const value = isAlias(node) ? node.resolve(this.#document) : node;
    return isScalar(value) ? value.source : undefined;
  }

  #locate(path: Path, part: 'key' | 'value'): Position {
    let offset = 0;
    for (const [depth, { key, node }] of this.#follow(path).entries()) {
      const wantsKey = part === 'key' && depth > 0 && depth === path.length;
      const found: Node | null | undefined = wantsKey || isAbsent(node) ? (key ?? node) : node;
      if (found?.range == null) break;
      offset = found.range[0];
    }
    return this.#at(offset);
  }

  /** The root and what stands at each step of `path`, as far as there is something. */
  #follow(path: Path): readonly Step[] {
    let node: Node | null | undefined = this.#document.contents;
    const steps: Step[] = [{ key: undefined, node }];
    for (const segment of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      let key: Node | undefined;
      if (isMap<Node, Node | null>(node)) {
        const pair: Pair<Node, Node | null> | undefined = node.items.find(
          (item) => isScalar(item.key) && String(item.key.value) === segment,
        );
        key = pair?.key;
        node = pair?.value;
      } else if (isSeq<Node>(node)) {
        node = node.items[Number(segment)];
      } else {
        break;
      }
      steps.push({ key, node });
    }
    return steps;
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function replaced(whole: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const mapping = whole as Readonly<Record<string, unknown>>;
  return { ...mapping, [key]: replaced(mapping[key], rest, value) };
}

interface Step {
  /** Of a mapping. */
  readonly key: Node | undefined;
  readonly node: Node | null | undefined;
}

/** `key:` with nothing behind it has a value of no length: its key is the better place to point at. */
function isAbsent(node: Node | null | undefined): boolean {
  return node == null || (isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1]);
}

const ALIASES_MAX = 100;
const TOO_DEEP = 'the file is nested too deeply to be read';
type Options = ParseOptions & DocumentOptions & SchemaOptions;

/** Tags of YAML 1.1 that kubectl's parser (go-yaml v2) does not read: 12:30 and 2026-11-21 stay strings. */
const NOT_IN_GO_YAML = new Set(['tag:yaml.org,2002:timestamp']);

const DIALECTS = {
  /** YAML 1.2 */
  scenario: { version: '1.2' },
  /** YAML 1.1 as kubectl reads it: 0644 is octal, `on` is true, `<<` merges. */
  kubernetes: {
    version: '1.1',
    customTags: (tags) =>
      tags.filter(
        (tag) =>
          typeof tag === 'string' ||
          (!NOT_IN_GO_YAML.has(tag.tag) && !('format' in tag && tag.format === 'TIME')),
      ),
  },
} as const satisfies Record<string, Options>;

/** The documents of a source that hold something; those with errors are left out and reported. */
export function parseYaml(
  source: Source,
  dialect: keyof typeof DIALECTS,
  problems: Problems,
): readonly YamlDocument[] {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const documents: YamlDocument[] = [];
    const parsed = parseAllDocuments(source.text, {
      ...DIALECTS[dialect],
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
    });
    for (const document of Array.isArray(parsed) ? parsed : []) {
      const faults = [...document.errors, ...document.warnings];
      for (const { pos } of faults.filter(isDuplicateKey)) {
        const key = keyAt(source.text, pos[0]);
        problems.add({ position: positionAt(pos[0]), message: `the field \`${key}\` is given twice` });
      }
      // One slip derails the parser for the rest of the document: only the first tells something.
      const slip = faults.find((fault) => !isDuplicateKey(fault));
      if (slip !== undefined) {
        problems.add({
          position: positionAt(slip.pos[0]),
          message: /call stack/.test(slip.message) ? TOO_DEEP : `broken YAML: ${slip.message}`,
          hint: slip.code === 'TAB_AS_INDENT' ? 'indent with spaces' : undefined,
        });
      }
      if (faults.length > 0 || document.contents === null) continue;
      const alias = firstBadAlias(document);
      if (alias === undefined) {
        documents.push(new YamlDocument(source.file, document, lines));
      } else {
        problems.add({
          position: positionAt(alias.range?.[0] ?? 0),
          message: `the alias *${alias.source} has no anchor before it, or stands within it`,
        });
      }
    }
    return documents.filter((document) => document.value !== null);
  } catch (error) {
    // Nesting of thousands of levels ends the parser's stack, and a bomb of aliases its patience.
    if (!(error instanceof RangeError || error instanceof ReferenceError)) throw error;
    problems.add({
      position: { file: source.file, line: 1, column: 1 },
      message:
        error instanceof RangeError ? TOO_DEEP : 'the file cannot be read: its aliases multiply too much',
    });
    return [];
  }
}

const isDuplicateKey = ({ code }: YAMLError): boolean => code === 'DUPLICATE_KEY';

/** An alias of nothing, or of a collection that holds it: plain data can be made of neither. */
function firstBadAlias(document: Document.Parsed): Alias | undefined {
  const anchors = new Set<string>();
  let bad: Alias | undefined;
  visit(document, {
    Node(_, node, ancestors) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return undefined;
      }
      const within = ancestors.some((ancestor) => 'anchor' in ancestor && ancestor.anchor === node.source);
      if (anchors.has(node.source) && !within) return undefined;
      bad = node;
      return visit.BREAK;
    },
  });
  return bad;
}

function keyAt(text: string, offset: number): string {
  return /^["']?([^\s:"']*)/.exec(text.slice(offset, offset + 80))?.[1] ?? '';
}
