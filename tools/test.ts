/**
 * Runs all tests: first those that need nothing, then those of clusters inside the testbed's network, for
 * which it brings the testbed up and, where it was not up before, takes it down again. A machine that cannot
 * host the testbed runs them outside, where they are skipped with the reason.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NO_TESTBED } from '../test/support/no-testbed.ts';
import { currentInstance } from '../testbed/instance.ts';
import { whyNotHere } from '../testbed/requirements.ts';
import { statusOf } from '../testbed/status.ts';

const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const VITEST = [process.execPath, path('node_modules/vitest/vitest.mjs'), 'run'];
const TESTBED = [process.execPath, path('testbed/main.ts')];

const codes = [await run([...VITEST, '--project', 'unit'])];
codes.push(await testClusters([...VITEST, '--project', 'cluster']));
process.exitCode = codes.find((code) => code !== 0) ?? 0;

async function testClusters(command: readonly string[]): Promise<number> {
  const reason = whyNotHere();
  if (reason !== undefined) return run(command, { [NO_TESTBED]: reason });

  const wasUp = (await statusOf(currentInstance())).up;
  try {
    const failed = await run([...TESTBED, 'up']);
    if (failed !== 0) {
      await run(command, { [NO_TESTBED]: `the testbed did not come up (exit code ${failed})` });
      return failed;
    }
    return await run([...TESTBED, 'exec', '--', ...command]);
  } finally {
    if (!wasUp) await run([...TESTBED, 'down']);
  }
}

/** @returns the exit code; 1 where a signal ended it */
function run([program = '', ...args]: readonly string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
