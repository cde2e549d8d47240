import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { loadScenario } from '../../src/scenario/load.ts';

/**
 * Tells whether a measured trial is of the scenario as it is today: a hash of what the cluster is given, which is
 * the objects of the manifests, load and faults as they are written, and the testbed. What only the prediction
 * reads (applications, timing, trials) is left out, and so are comments and the order of keys.
 *
 * As written and not as resolved: a field that the format gains does not make a measurement old.
 *
 * @param testbed options that its testbed is brought up with
 * @throws ScenarioError where the scenario is not right
 */
export function fingerprintOf(scenarioFile: string, testbed: readonly string[]): string {
  const { load, faults } = parse(readFileSync(scenarioFile, 'utf8')) as Record<string, unknown>;
  const objects = loadScenario(scenarioFile).objects.map(({ body }) => body);
  const text = canonical({ objects, load, faults, testbed });
  return createHash('sha256').update(text).digest('hex').slice(0, LENGTH);
}

/** Hexadecimal digits: far more than a few dozen versions of a scenario need. */
const LENGTH = 16;

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
