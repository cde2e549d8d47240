/** Whether a file is a plan of years, and what of it the commands for experiments can be told. */
import { readDocument } from '../scenario/document.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import { isPlan, SCENARIO_DOCUMENT } from '../scenario/load.ts';
import { Problems } from '../scenario/problem.ts';
import type { RbacPurpose } from './rbac-options.ts';

/** Of a file that cannot be read, whoever loads it says why. */
export function isPlanFile(path: string): boolean {
  const document = readDocument(path, SCENARIO_DOCUMENT, new Problems());
  return document !== undefined && isPlan(document);
}

/** @throws UserError where the file is a plan: nobody waits years for a measurement, but its episodes take seconds */
export async function refusePlan(path: string, command: RbacPurpose | 'export'): Promise<void> {
  if (!isPlanFile(path)) return;
  const { loadPlan } = await import('../scenario/plan/load.ts');
  const { episodes } = loadPlan(path);
  const files = [...new Set(episodes.map(({ file }) => file))];
  throw new UserError(
    `${path} is a plan: it says how often what fails in years, which predict answers and ${command} cannot wait for`,
    {
      exitCode: EXIT.configuration,
      hint:
        files.length === 0
          ? 'it names no episode, whose scenario could be verified on a cluster'
          : `its episodes are scenarios that take seconds; ${command} ${files.length === 1 ? 'it' : 'each'}: ${files.join(', ')}`,
    },
  );
}
