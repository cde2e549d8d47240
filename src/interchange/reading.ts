/** How files of other tools are read: every field is read, left out in so many words, or refused, at its place. */
import type { z } from 'zod';
import { check, valueAt } from '../scenario/issues.ts';
import { didYouMean } from '../scenario/nearest.ts';
import type { Problem, Problems } from '../scenario/problem.ts';
import type { Position } from '../scenario/scenario.ts';
import type { Path, YamlDocument } from '../scenario/yaml.ts';

/**
 * What becomes of a field of another tool:
 *
 * - `read`
 * - `leaves_out`: it changes nothing of what happens or is measured, for this reason, and the user is told so
 * - `refuses`: the scenario would not be what the file says, for this reason
 */
export type Fate = 'read' | { readonly leaves_out: string } | { readonly refuses: string };
export type Fates = Readonly<Record<string, Fate>>;

/** Something of a file that the scenario does not have. */
export interface LeftOut {
  readonly position: Position;
  /** "`historyLimit`: keeps finished objects in Chaos Mesh" */
  readonly message: string;
}

/** One document, and what was found in it. */
export class Reading {
  readonly document: YamlDocument;
  readonly #problems: Problems;
  readonly #leftOut: LeftOut[];

  constructor(document: YamlDocument, problems: Problems, leftOut: LeftOut[]) {
    this.document = document;
    this.#problems = problems;
    this.#leftOut = leftOut;
  }

  value(path: Path): unknown {
    return valueAt(this.document.value, path);
  }

  position(path: Path): Position {
    return this.document.position(path);
  }

  /** The value at `path` as the schema puts it out; undefined where it does not fit, which is then told. */
  get<Schema extends z.ZodType>(schema: Schema, path: Path): z.output<Schema> | undefined {
    return check(schema, this.document, path, this.#problems);
  }

  refuse(path: Path, problem: Omit<Problem, 'position' | 'excerpt'>): undefined {
    this.#problems.add({ position: this.document.position(path), ...problem });
  }

  leaveOut(path: Path, why: string): void {
    const message = `\`${String(path.findLast((part) => typeof part === 'string') ?? '')}\`: ${why}`;
    this.#leftOut.push({ position: this.document.keyPosition(path), message });
  }

  /** Decides over every field of the mapping at `path`, if there is one. */
  fields(path: Path, fates: Fates): void {
    const mapping = this.value(path);
    if (!isMapping(mapping)) return;
    const known = Object.keys(fates);
    for (const [key, value] of Object.entries(mapping)) {
      const fate = Object.hasOwn(fates, key) ? fates[key] : undefined;
      if (fate === 'read') continue;
      const position = this.document.keyPosition([...path, key]);
      if (fate === undefined) {
        this.#problems.add({
          position,
          message: `unknown field \`${key}\``,
          expected: `one of ${known.join(', ')}`,
          hint: didYouMean(key, known),
        });
      } else if ('leaves_out' in fate) {
        this.leaveOut([...path, key], fate.leaves_out);
      } else if (!isNothing(value)) {
        this.#problems.add({ position, message: `\`${key}\` cannot be imported: ${fate.refuses}` });
      }
    }
  }
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What says no more than an absent field would. */
function isNothing(value: unknown): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
