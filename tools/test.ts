/**
 * Runs all tests: first those that need nothing, then those of clusters, for which it brings testbeds up and, where
 * they were not up before, takes them down again. Most of their time these wait, so two halves of them run side by side,
 * each in a testbed of its own; those that time what happens run last, and alone. A machine that cannot host a testbed
 * runs them outside, where they are skipped with the reason. What failed is said once more at the end.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_TESTBED } from '../test/support/no-testbed.ts';
import { currentInstance } from '../testbed/instance.ts';
import { whyNotHere } from '../testbed/requirements.ts';
import { FAILURES_FILE } from './failures.ts';
import { run, withTestbed } from './in-testbed.ts';

const VITEST = [
  process.execPath,
  fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url)),
  'run',
  '--reporter=default',
  `--reporter=${fileURLToPath(new URL('failures.ts', import.meta.url))}`,
];
const CHAOS_TOOLKIT = fileURLToPath(new URL('../test/e2e/chaos-toolkit.ts', import.meta.url));
/** Beside the one that the environment names. */
const SECOND_TESTBED = `${currentInstance().name}-2`;

const project = (name: string): readonly string[] => [...VITEST, `--project=${name}`];
/** On all cores, of which vitest leaves one out by itself: many of these wait for timers. */
const UNIT_TESTS = [...project('unit'), '--project=real-time', '--maxWorkers=100%'];
const clusterTests = (part: string): readonly string[] => project(`cluster-${part}`);

const worst = (codes: readonly number[]): number => codes.find((code) => code !== 0) ?? 0;

const folder = mkdtempSync(join(tmpdir(), 'foreshock-tests-'));
const failures = join(folder, 'failures.txt');
process.env[FAILURES_FILE] = failures;
process.exitCode = worst([await run(UNIT_TESTS), await run(project('by-the-clock')), await testClusters()]);
if (existsSync(failures))
  process.stderr.write(readFileSync(failures, 'utf8').replace(/^(?=.)/gm, 'failed: '));
rmSync(folder, { recursive: true });

async function testClusters(): Promise<number> {
  const reason = whyNotHere();
  if (reason !== undefined) return run(clusterTests('*'), { env: { [NO_TESTBED]: reason } });
  // From within a testbed's network no package index is in reach.
  await run([process.execPath, CHAOS_TOOLKIT]);
  const otherwise = (part: string) => async (code: number) => {
    const env = { [NO_TESTBED]: `the testbed did not come up (exit code ${code})` };
    await run(clusterTests(part), { env });
    return code;
  };
  return withTestbed({ otherwise: otherwise('*') }, async (exec) => {
    const halves = await Promise.all([
      exec(clusterTests('one')),
      withTestbed({ testbed: SECOND_TESTBED, held: true, otherwise: otherwise('two') }, (beside) =>
        beside(clusterTests('two')),
      ),
    ]);
    return worst([...halves, await exec(clusterTests('timed'))]);
  });
}
