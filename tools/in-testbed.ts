/** Runs commands where the testbed's addresses are reachable, bringing it up when it is not. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { currentInstance } from '../testbed/instance.ts';
import { statusOf } from '../testbed/status.ts';

const TESTBED = [process.execPath, fileURLToPath(new URL('../testbed/main.ts', import.meta.url))];

/**
 * Runs a command in the testbed's network. A testbed that was not up before is taken down afterwards.
 *
 * @param otherwise what to do when the testbed does not come up, told its exit code
 * @returns the command's exit code, or what `otherwise` gives
 */
export async function inTestbed(
  command: readonly string[],
  otherwise: (code: number) => Promise<number> = async (code) => code,
): Promise<number> {
  const wasUp = (await statusOf(currentInstance())).up;
  try {
    const failed = await run([...TESTBED, 'up']);
    if (failed !== 0) return await otherwise(failed);
    return await run([...TESTBED, 'exec', '--', ...command]);
  } finally {
    if (!wasUp) await run([...TESTBED, 'down']);
  }
}

/** @returns the exit code; 1 where a signal ended it */
export function run(
  [program = '', ...args]: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
