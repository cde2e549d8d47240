/** Where what is found wrong with a scenario's meaning is said. */
import type { Problem, Problems } from '../problem.ts';
import type { Position } from '../scenario.ts';
import type { Path, YamlDocument } from '../yaml.ts';

/** Reports against the scenario file. */
export class Reporter {
  readonly #document: YamlDocument;
  readonly #problems: Problems;

  constructor(document: YamlDocument, problems: Problems) {
    this.#document = document;
    this.#problems = problems;
  }

  at(path: Path, problem: Omit<Problem, 'position' | 'excerpt'>): undefined {
    this.#problems.add({ position: this.#document.position(path), ...problem });
  }

  atKey(path: Path, problem: Omit<Problem, 'position' | 'excerpt'>): undefined {
    this.#problems.add({ position: this.#document.keyPosition(path), ...problem });
  }

  elsewhere(problem: Problem): undefined {
    this.#problems.add(problem);
  }

  position(path: Path): Position {
    return this.#document.position(path);
  }
}

/** What could have been named instead. */
export const expectedNames = (kind: string, known: readonly string[]): string =>
  known.length === 0
    ? `a ${kind} in the manifests; they have none`
    : `a ${kind} of the manifests: ${known.join(', ')}`;
