/** What is wrong in the user's files: found all in one go, each shown with its line and a way out. */
import { EXIT, UserError } from './errors.ts';
import type { Position } from './scenario.ts';

export interface Problem {
  readonly position: Position;
  /** What is wrong, without a full stop: "unknown field `raet`". */
  readonly message: string;
  /** What was expected: "a duration with its unit, such as 500ms". */
  readonly expected?: string | undefined;
  /** What to do: "did you mean `rate`?" */
  readonly hint?: string | undefined;
  /** The line at fault as it stands in the file; absent where the file could not be read. */
  readonly excerpt?: string | undefined;
}

/** Everything found wrong with a scenario and the manifests it names; at least one problem. */
export class ScenarioError extends UserError {
  override readonly name = 'ScenarioError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(renderProblems(problems), { exitCode: EXIT.configuration });
    this.problems = problems;
  }
}

/** Collects problems, so that one run reports all of them. */
export class Problems {
  readonly #found: Problem[] = [];
  readonly #lines = new Map<string, readonly string[]>();

  /** Makes the lines of a file known, to be shown with the problems found in it. */
  addSource(file: string, text: string): void {
    this.#lines.set(file, text.split(/\r?\n/));
  }

  add(problem: Omit<Problem, 'excerpt'>): void {
    const { file, line } = problem.position;
    this.#found.push({ ...problem, excerpt: this.#lines.get(file)?.[line - 1] });
  }

  /** Takes over what was found in other files that this one names. */
  addAll(others: Problems): void {
    for (const problem of others.#found) {
      if (problem.excerpt === undefined) this.add(problem);
      else this.#found.push(problem);
    }
  }

  /** Whether anything was found wrong in this file. */
  has(file: string): boolean {
    return this.#found.some((problem) => problem.position.file === file);
  }

  get count(): number {
    return this.#found.length;
  }

  /** In the order in which they were found. */
  get found(): readonly Problem[] {
    return this.#found;
  }

  get none(): boolean {
    return this.#found.length === 0;
  }

  /** @throws ScenarioError where anything was added: in order of file, line and column, each once */
  throwIfAny(): void {
    if (this.none) return;
    const files = [...new Set(this.#found.map((problem) => problem.position.file))];
    const unique = new Map(this.#found.map((problem) => [renderProblem(problem), problem]));
    const ordered = [...unique.values()].sort(
      (a, b) =>
        files.indexOf(a.position.file) - files.indexOf(b.position.file) ||
        a.position.line - b.position.line ||
        a.position.column - b.position.column,
    );
    throw new ScenarioError(ordered);
  }
}

/** A person mends some and looks again: more than this would only scroll the first ones away. */
const SHOWN_MAX = 20;

function renderProblems(problems: readonly Problem[]): string {
  const rendered = problems.slice(0, SHOWN_MAX).map(renderProblem);
  if (problems.length > SHOWN_MAX) rendered.push(`and ${problems.length - SHOWN_MAX} more problems`);
  return rendered.join('\n\n');
}

/**
 * ```
 * shop.yaml:7:3: unknown field `raet`; expected one of service, port, path, rate
 *   raet: 100
 *   ^ did you mean `rate`?
 * ```
 */
export function renderProblem(problem: Problem): string {
  const { file, line, column } = problem.position;
  const expected = problem.expected === undefined ? '' : `; expected ${problem.expected}`;
  const rendered = [printable(`${file}:${line}:${column}: ${problem.message}${expected}`)];
  const hint = problem.hint === undefined ? '' : ` ${printable(problem.hint)}`;
  if (problem.excerpt === undefined) {
    if (hint !== '') rendered.push(` ${hint}`);
  } else {
    const { text, caret } = clip(problem.excerpt, column - 1);
    rendered.push(`  ${text}`, `  ${' '.repeat(caret)}^${hint}`);
  }
  return rendered.join('\n');
}

const EXCERPT_WIDTH = 96;

/** The part of a line around a column, on one terminal line. */
function clip(line: string, column: number): { text: string; caret: number } {
  const begin = column < EXCERPT_WIDTH - 16 ? 0 : column - EXCERPT_WIDTH / 2;
  return { text: printable(line.slice(begin, begin + EXCERPT_WIDTH)).trimEnd(), caret: column - begin };
}

/** Keeps a file's control characters from the terminal; one character for one, so carets stay in place. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** A value of the user's in a message: short, on one line. */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
