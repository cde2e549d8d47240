/** From what zod finds wrong with a value to what a person is told, at its place in the file. */
import { z } from 'zod';
import { didYouMean } from './nearest.ts';
import { type Problems, quote } from './problem.ts';
import type { Path, YamlDocument } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/** Fields of other files, by name, and where they belong: "belongs into an episode". */
export type Foreign = Readonly<Record<string, string>>;

/**
 * Checks the value at `path` of a document. What is wrong goes to `problems`.
 *
 * @param foreign told of such fields instead of their being unknown
 * @returns the value as the schema puts it out; undefined where anything is wrong
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  document: YamlDocument,
  path: Path,
  problems: Problems,
  foreign: Foreign = {},
): z.output<Schema> | undefined {
  const result = schema.safeParse(valueAt(document.value, path), { error: expectation });
  if (result.success) return result.data;
  report(schema, result.error.issues, { document, problems, foreign }, path);
  return undefined;
}

interface Context {
  readonly document: YamlDocument;
  readonly problems: Problems;
  readonly foreign: Foreign;
}

function report(schema: z.ZodType, issues: readonly Issue[], context: Context, base: Path): void {
  const { document, problems, foreign } = context;
  const withUnknownKeys = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('\0')),
  );
  const outside = issues
    .flatMap((issue) => fieldsOutside(schema, issue, document, base))
    .filter(({ of }) => issues.some((issue) => isSamePath(issue.path, of)));
  for (const issue of issues) {
    const path = [...base, ...issue.path];
    const value = valueAt(document.value, path);
    const fallenOut = outside.find(({ of }) => isSamePath(of, issue.path));
    if (fallenOut !== undefined) {
      const { keys, name } = fallenOut;
      problems.add({
        position: document.keyPosition([...path.slice(0, -1), keys[0] ?? name]),
        message: `${listOf(keys)} ${keys.length === 1 ? 'stands' : 'stand'} beside \`${name}\`, not in it`,
        hint: `indent ${keys.length === 1 ? 'it' : 'them'} further than \`${name}\``,
      });
    } else if (issue.code === 'unrecognized_keys') {
      const known = keysOf(schema, issue.path);
      const told = outside.flatMap(({ of, keys }) => (isSamePath(of.slice(0, -1), issue.path) ? keys : []));
      for (const key of issue.keys.filter((each) => !told.includes(each))) {
        const position = document.keyPosition([...path, key]);
        if (path.length === 0 && Object.hasOwn(foreign, key)) {
          problems.add({ position, message: `\`${key}\` ${foreign[key]}` });
          continue;
        }
        problems.add({
          position,
          message: `unknown field \`${key}\`${inside(path)}`,
          expected: listed(known),
          hint: didYouMean(key, known),
        });
      }
    } else if (issue.code === 'invalid_key') {
      problems.add({
        position: document.keyPosition(path),
        message: `${quote(path.at(-1))} cannot be a name${inside(path.slice(0, -1))}`,
        expected: issue.issues[0]?.message,
      });
    } else if (issue.code === 'custom' && withUnknownKeys.has(issue.path.join('\0'))) {
      // "exactly one of ..." adds nothing to an unknown field.
    } else if (issue.code === 'invalid_union' && typeof value === 'object' && value !== null) {
      // The branch that takes mappings says more than "none of these".
      const branch = issue.errors.find((errors) => errors.some((nested) => !isWrongKind(nested)));
      if (branch === undefined) addWrongValue(issue, value, document, path, problems);
      else report(descend(schema, issue.path), branch, context, path);
    } else {
      addWrongValue(issue, value, document, path, problems);
    }
  }
}

/** Fields that are not where they belong, but beside it. */
interface Outside {
  /** Of what they belong into, which is empty. */
  readonly of: Path;
  readonly name: string;
  readonly keys: readonly string[];
}

/** Of unknown fields those that an empty neighbour has: they were not indented far enough. */
function fieldsOutside(
  schema: z.ZodType,
  issue: Issue,
  document: YamlDocument,
  base: Path,
): readonly Outside[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const mapping = valueAt(document.value, [...base, ...issue.path]);
  const empty = Object.entries(mapping ?? {}).filter(([, value]) => value === null);
  return empty.flatMap(([name]) => {
    const of = [...issue.path, name] as Path;
    const known = keysOf(schema, of);
    const keys = issue.keys.filter((key) => known.includes(key));
    return keys.length === 0 ? [] : [{ of, name, keys }];
  });
}

const isSamePath = (a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean =>
  a.length === b.length && a.every((segment, index) => segment === b[index]);

const listOf = (names: readonly string[]): string =>
  new Intl.ListFormat('en-GB').format(names.map((name) => `\`${name}\``));

function addWrongValue(
  issue: Issue,
  value: unknown,
  document: YamlDocument,
  path: Path,
  problems: Problems,
): void {
  const missing = value === undefined;
  const name = nameOf(path);
  const options = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const isEmpty =
    value === null || (issue.code === 'too_small' && Array.isArray(value) && value.length === 0);
  const expected = beyondLimit(issue) ?? issue.message;
  problems.add({
    position: missing ? document.keyPosition(path) : document.position(path),
    message: missing
      ? `${name} is missing`
      : isEmpty
        ? `${name} is empty`
        : issue.code === 'custom' && typeof value === 'object'
          ? `${name} does not fit`
          : `${name} cannot be ${quote(value)}`,
    expected,
    hint:
      typeof value === 'string'
        ? (didYouMean(value, options) ?? quotesHint(value, expected))
        : unitHint(value, document.written(path), expected),
  });
}

/** What a value that is of the right form is told: `1000y` is a duration, but one too long. */
function beyondLimit(issue: Issue): string | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return issue.errors.flat().find(({ code, path }) => code === 'custom' && path.length === 0)?.message;
}

/** `at_least: "2"` */
function quotesHint(value: string, expected: string): string | undefined {
  if (!/^\d+(?:\.\d+)?$/.test(value) || !/\bnumber\b/.test(expected)) return undefined;
  return `numbers stand without quotes: ${value}`;
}

/**
 * `timeout: 5` and `kubernetes: 1.30`: what looks right to a person and is not.
 *
 * @param written as it stands in the file, if it is found there: of 1.30 the value is 1.3
 */
function unitHint(value: unknown, written: string | undefined, expected: string): string | undefined {
  if (typeof value === 'boolean' && expected === 'a text') return `put it in quotes: "${written ?? value}"`;
  if (typeof value !== 'number') return undefined;
  if (expected.includes('duration') && Number.isFinite(value)) {
    const [some, other] = /\d[dy]\b/.test(expected) ? ['d', 'h'] : ['s', 'ms'];
    return `numbers need a unit: ${value}${some} or ${value}${other}`;
  }
  if (expected.includes('percentage') && value > 1 && value <= 100) return `did you mean ${value}%?`;
  if (expected === 'a text' || expected.includes('quotes')) return `put it in quotes: "${written ?? value}"`;
  return undefined;
}

/** What was expected, where the schema itself does not say. */
function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? `a ${issue.expected}`;
    case 'invalid_value':
      return listed(issue.values.map(String));
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `a number ${issue.inclusive === false ? 'above' : 'of at least'} ${issue.minimum}`
        : `at least ${issue.minimum} ${issue.origin === 'array' ? 'item' : 'character'}`;
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `a number of at most ${issue.maximum}`
        : `at most ${issue.maximum} ${issue.origin === 'array' ? 'items' : 'characters'}`;
    default:
      return undefined;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

const isWrongKind = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0;

/** `load.rate`, `faults[0].pod-kill.at`; the document itself has no name. */
function nameOf(path: Path): string {
  let name = '';
  for (const segment of path) {
    if (typeof segment === 'number') name += `[${segment}]`;
    else name += name === '' ? String(segment) : `.${String(segment)}`;
  }
  return name === '' ? 'the file' : `\`${name}\``;
}

const inside = (path: Path): string => (path.length === 0 ? '' : ` in ${nameOf(path)}`);

function listed(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? 'nothing';
  return `one of ${names.join(', ')}`;
}

/** The part of plain data at `path`; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const segment of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[segment];
  }
  return current;
}

/** The fields a mapping at `path` may have. */
function keysOf(schema: z.ZodType, path: Path): readonly string[] {
  const at = descend(schema, path);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** The schema of the value at `path`, without its wrappers; of a union, the branch that is a mapping or a list. */
function descend(schema: z.ZodType, path: Path): z.ZodType {
  let current = unwrap(schema);
  for (const segment of path) {
    if (current instanceof z.ZodObject) current = unwrap(current.shape[String(segment)]);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType as z.ZodType);
    else if (current instanceof z.ZodArray) current = unwrap(current.element as z.ZodType);
  }
  return current;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType);
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.map((option) => unwrap(option as z.ZodType));
    return options.find((option) => option instanceof z.ZodObject || option instanceof z.ZodArray) ?? schema;
  }
  return schema;
}
