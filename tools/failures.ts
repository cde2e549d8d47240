/**
 * A reporter that appends what failed to the file FORESHOCK_TEST_FAILURES names. The tests' output is long and of two
 * runs, and what failed in the first would stand where nobody scrolls to (tools/test.ts says it once more at the end).
 */
import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export const FAILURES_FILE = 'FORESHOCK_TEST_FAILURES';

type Failure = { readonly message?: string };

export default class Failures implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly Failure[]): void {
    const file = process.env[FAILURES_FILE];
    if (file === undefined) return;
    const lines = [
      ...modules.flatMap(failuresOf),
      ...unhandled.map((error) => `outside of any test: ${firstLine(error)}`),
    ];
    appendFileSync(file, lines.map((line) => `${line}\n`).join(''));
  }
}

/** One line for each: file, names, the first line of why. */
function failuresOf(module: TestModule): string[] {
  const suites = [module, ...module.children.allSuites()];
  return [
    ...suites.flatMap((suite) => suite.errors().map((error) => lineOf(module, [], error))),
    ...[...module.children.allTests('failed')].map((test) =>
      lineOf(module, [test.fullName], test.result().errors?.[0]),
    ),
  ];
}

const lineOf = (module: TestModule, names: readonly string[], error: Failure | undefined): string =>
  [module.relativeModuleId, ...names, firstLine(error)].join(' > ');

const firstLine = (error: Failure | undefined): string => error?.message?.split('\n')[0] ?? 'no reason given';
