/** Files with one mistake each, and what is said about it. */
import { expect, test } from 'vitest';
import type { ScenarioError } from '../../src/scenario/problem.ts';
import { DEPLOYMENT, errorOf, type Files, filesWith, SCENARIO, SERVICE } from './files.ts';

/** What is changed, and the first line of the only problem this must bring. */
export interface Mutation {
  readonly name: string;
  readonly files: Files;
  readonly says: string;
  readonly hint?: string;
}

export const changed = (text: string, from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`nothing to change: ${from}`);
  return text.replace(from, to);
};
export const scenario = (from: string, to: string): Files => ({
  'scenario.yaml': changed(SCENARIO, from, to),
});
export const inLoad = (line: string): Files => scenario('  duration: 10s\n', `  duration: 10s\n  ${line}\n`);
export const inFault = (line: string): Files => scenario('      at: 2s\n', `      at: 2s\n      ${line}\n`);
export const section = (text: string): Files => ({ 'scenario.yaml': `${SCENARIO}${text}\n` });
export const deployment = (from: string, to: string): Files => ({
  'deployment.yaml': changed(DEPLOYMENT, from, to),
});
export const inContainer = (line: string): Files =>
  deployment('          image: web:1.0\n', `          image: web:1.0\n          ${line}\n`);
export const service = (from: string, to: string): Files => ({ 'service.yaml': changed(SERVICE, from, to) });

export const WITHOUT_FAULTS: Files = scenario('faults:\n  - pod-kill:\n      at: 2s\n', '');

/** One mistake brings one problem, at its place, which is told apart from a bug. */
export function testMutations(
  mutations: readonly Mutation[],
  errorWith: (changed: Files) => ScenarioError = (changed) => errorOf(filesWith(changed)),
): void {
  test.each(mutations)('$name', ({ files, says, hint }) => {
    const error = errorWith(files);
    const [first = '', ...rest] = error.message.split('\n');
    expect(first.slice(0, says.length)).toBe(says);
    expect(error.problems).toHaveLength(1);
    if (hint !== undefined) expect(rest.join('\n')).toContain(hint);
    expect(error.exitCode).toBe(104);
    for (const { position, excerpt } of error.problems) {
      expect(position.line).toBeGreaterThanOrEqual(1);
      expect(position.column).toBeGreaterThanOrEqual(1);
      if (excerpt !== undefined) expect(position.column).toBeLessThanOrEqual(excerpt.length + 1);
    }
  });
}
