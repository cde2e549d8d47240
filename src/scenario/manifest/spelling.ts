/**
 * Fields of manifests that Kubernetes does not know: `readinesProbe`. kubectl refuses them (strict field validation, by
 * default since Kubernetes 1.25); taken for what somebody left out they would change a prediction without a word.
 */
import { didYouMean } from '../nearest.ts';
import type { Problems } from '../problem.ts';
import type { Path } from '../yaml.ts';
import fields from './kubernetes-fields.json' with { type: 'json' };
import type { LocatedObject } from './objects.ts';

interface UnknownField {
  readonly path: Path;
  /** "did you mean `readinessProbe`?"; undefined where it is near to none that is not there already. */
  readonly meant: string | undefined;
}

/** By field: the type of what it holds; undefined where that is no mapping of known fields. */
type Fields = ReadonlyMap<string, string | undefined>;

const ROOTS: Readonly<Record<string, string>> = fields.roots;
const TYPES: Readonly<Record<string, string>> = fields.types;
const parsed = new Map<string, Fields>();

function fieldsOf(type: string): Fields {
  const known = parsed.get(type) ?? parse(TYPES[type] ?? '');
  parsed.set(type, known);
  return known;
}

const parse = (text: string): Fields =>
  new Map(
    text.split(' ').map((field) => {
      const [name = '', type] = field.split(':');
      return [name, type];
    }),
  );

/** Tells of fields that are misspelt. @returns whether there are none */
export function checkSpelling(object: LocatedObject, problems: Problems): boolean {
  const misspelt = unknownFields(object).filter(({ meant }) => meant !== undefined);
  for (const { path, meant } of misspelt) {
    problems.add({
      position: object.document.keyPosition([...object.path, ...path]),
      message: `unknown field \`${String(path.at(-1))}\` in ${object.kind} ${object.name}`,
      expected: 'a field of Kubernetes',
      hint: meant,
    });
  }
  return misspelt.length === 0;
}

/** Where fields stand that no version of Kubernetes has that was read; a later one may. */
export const unheardOf = (object: LocatedObject): readonly Path[] =>
  unknownFields(object).flatMap(({ path, meant }) => (meant === undefined ? [path] : []));

function unknownFields({ apiVersion, kind, body }: LocatedObject): readonly UnknownField[] {
  const root = ROOTS[`${apiVersion}/${kind}`];
  return root === undefined ? [] : unknownIn(body, root, []);
}

function unknownIn(value: unknown, type: string, path: Path): readonly UnknownField[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownIn(item, type, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  const known = fieldsOf(type);
  return Object.entries(value).flatMap(([name, item]): readonly UnknownField[] => {
    const at = [...path, name];
    if (!known.has(name)) {
      const free = [...known.keys()].filter((other) => !Object.hasOwn(value, other));
      return [{ path: at, meant: didYouMean(name, free) }];
    }
    const of = known.get(name);
    return of === undefined ? [] : unknownIn(item, of, at);
  });
}
