import { EXIT, UserError } from '../scenario/errors.ts';
import { NODE_LEAST } from '../version.ts';

/**
 * npm brings the Node of the project's own scripts; elsewhere it is whatever is there.
 *
 * @param found as `process.versions.node` says it
 * @throws UserError where it is too old: something would be missing halfway through a run
 */
export function checkNode(found: string): void {
  const [major = 0, minor = 0] = found.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = NODE_LEAST.split('.').map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  throw new UserError(`foreshock needs Node ${NODE_LEAST} or newer; this is ${found}`, {
    exitCode: EXIT.configuration,
    hint: 'in its own folder, `npm run foreshock -- ...` brings one',
  });
}
