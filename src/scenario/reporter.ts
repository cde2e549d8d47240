/** Where what is found wrong with the meaning of a file is said. */
import type { Problem, Problems } from './problem.ts';
import type { Position } from './scenario.ts';
import type { Path, YamlDocument } from './yaml.ts';

type Said = Omit<Problem, 'position' | 'excerpt'>;

/** Reports against a document, or against a part of it that paths begin in. */
export class Reporter {
  readonly #document: YamlDocument;
  readonly #problems: Problems;
  readonly #base: Path;

  constructor(document: YamlDocument, problems: Problems, base: Path = []) {
    this.#document = document;
    this.#problems = problems;
    this.#base = base;
  }

  /** At the value. */
  at(path: Path, problem: Said): undefined {
    this.#problems.add({ position: this.position(path), ...problem });
  }

  /** At the key, where the field itself should not be there. */
  atKey(path: Path, problem: Said): undefined {
    this.#problems.add({ position: this.keyPosition(path), ...problem });
  }

  elsewhere(problem: Problem): undefined {
    this.#problems.add(problem);
  }

  position(path: Path): Position {
    return this.#document.position([...this.#base, ...path]);
  }

  keyPosition(path: Path): Position {
    return this.#document.keyPosition([...this.#base, ...path]);
  }
}

/** What could have been named instead. */
export const expectedNames = (kind: string, known: readonly string[]): string =>
  known.length === 0
    ? `a ${kind} in the manifests; they have none`
    : `a ${kind} of the manifests: ${known.join(', ')}`;
