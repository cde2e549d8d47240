/** A plan with other numbers of units or replicas than its file says, to compare it with. */
import { EXIT, UserError } from '../errors.ts';
import { valueAt } from '../issues.ts';
import { nearest } from '../nearest.ts';
import type { YamlDocument } from '../yaml.ts';

/** By name of a kind of units, whose `count` it stands for, or of a workload, whose `replicas`. */
export type Counts = Readonly<Record<string, number>>;

const FIELDS = { units: 'count', replicas: 'replicas' } as const;

/**
 * A plan's file as if it had these counts. What it says as a share, or of all of them, follows.
 *
 * @throws UserError of a name that is neither
 */
export function withCounts(plan: YamlDocument, counts: Counts): YamlDocument {
  return Object.entries(counts).reduce((document, [name, count]) => {
    const sections = (['units', 'replicas'] as const).filter((section) =>
      names(plan, section).includes(name),
    );
    if (sections.length === 0) throw unknown(name, [...names(plan, 'units'), ...names(plan, 'replicas')]);
    return sections.reduce(
      (each, section) => each.with(['infrastructure', section, name, FIELDS[section]], count),
      document,
    );
  }, plan);
}

/** Of entries that are mappings, as far as the file is as it must be. */
function names({ value }: YamlDocument, section: keyof typeof FIELDS): string[] {
  const entries = valueAt(value, ['infrastructure', section]);
  return isMapping(entries) ? Object.keys(entries).filter((name) => isMapping(entries[name])) : [];
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function unknown(name: string, known: readonly string[]): UserError {
  const meant = nearest(name, known);
  return new UserError(`the plan has no units and no workload \`${name}\` to be counted`, {
    exitCode: EXIT.configuration,
    hint: meant === undefined ? `it has ${known.join(', ')}` : `did you mean ${meant}?`,
  });
}
