/** What every section of a plan is resolved with. */
import type { Reporter } from '../../reporter.ts';
import type { PlanParts } from '../parts.ts';
import type { Structure } from '../structure.ts';
import type { Episodes } from './episodes.ts';
import type { Names } from './names.ts';

export interface Context {
  readonly parts: PlanParts;
  readonly names: Names;
  readonly structure: Structure;
  readonly episodes: Episodes;
  readonly report: Reporter;
}

/** Entries that are as they must be, each resolved; what cannot be is undefined, and told. */
export function resolveEntries<File, Resolved>(
  entries: ReadonlyMap<string, File | undefined>,
  resolve: (name: string, file: File) => Resolved | undefined,
): readonly Resolved[] {
  return [...entries].flatMap(([name, file]) => {
    const resolved = file && resolve(name, file);
    return resolved === undefined ? [] : [resolved];
  });
}
