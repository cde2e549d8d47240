/**
 * Runs all tests: first those that need nothing, then those of clusters inside the testbed's network, for
 * which it brings the testbed up and, where it was not up before, takes it down again. A machine that cannot
 * host the testbed runs them outside, where they are skipped with the reason.
 */
import { fileURLToPath } from 'node:url';
import { NO_TESTBED } from '../test/support/no-testbed.ts';
import { whyNotHere } from '../testbed/requirements.ts';
import { inTestbed, run } from './in-testbed.ts';

const VITEST = [
  process.execPath,
  fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url)),
  'run',
];
const CHAOS_TOOLKIT = fileURLToPath(new URL('../test/e2e/chaos-toolkit.ts', import.meta.url));
const CLUSTER_TESTS = [...VITEST, '--project', 'cluster'];

const codes = [await run([...VITEST, '--project', 'unit']), await testClusters()];
process.exitCode = codes.find((code) => code !== 0) ?? 0;

async function testClusters(): Promise<number> {
  const reason = whyNotHere();
  if (reason !== undefined) return run(CLUSTER_TESTS, { [NO_TESTBED]: reason });
  // From within the testbed's network no package index is in reach.
  await run([process.execPath, CHAOS_TOOLKIT]);
  return inTestbed(CLUSTER_TESTS, async (code) => {
    await run(CLUSTER_TESTS, { [NO_TESTBED]: `the testbed did not come up (exit code ${code})` });
    return code;
  });
}
