/**
 * Runs all tests: first those that need nothing, then those of clusters (vitest.config.ts has them in three parts) inside
 * the testbed's network, for which it brings the testbed up and, where it was not up before, takes it down again. A
 * machine that cannot host the testbed runs them outside, where they are skipped with the reason. What failed is said
 * once more at the end.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_TESTBED } from '../test/support/no-testbed.ts';
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
const MESH = fileURLToPath(new URL('../test/e2e/mesh/install.ts', import.meta.url));

const project = (name: string): readonly string[] => [...VITEST, `--project=${name}`];
const ALL_OF_CLUSTERS = project('cluster-*');

const worst = (codes: readonly number[]): number => codes.find((code) => code !== 0) ?? 0;

const folder = mkdtempSync(join(tmpdir(), 'foreshock-tests-'));
const failures = join(folder, 'failures.txt');
process.env[FAILURES_FILE] = failures;
process.exitCode = worst([...(await testUnits()), await run(project('by-the-clock')), await testClusters()]);
if (existsSync(failures))
  process.stderr.write(readFileSync(failures, 'utf8').replace(/^(?=.)/gm, 'failed: '));
rmSync(folder, { recursive: true });

/** Those in real time mostly wait; those that compute take what they leave. */
function testUnits(): Promise<readonly number[]> {
  return Promise.all([run(project('unit'), { isModest: true }), run(project('real-time'), { isHeld: true })]);
}

async function testClusters(): Promise<number> {
  const without = (reason: string) => run(ALL_OF_CLUSTERS, { env: { [NO_TESTBED]: reason } });
  const reason = whyNotHere();
  if (reason !== undefined) return without(reason);
  // From within the testbed's network no package index is in reach.
  for (const program of [CHAOS_TOOLKIT, MESH]) await run([process.execPath, program]);
  return withTestbed(
    async (exec) => {
      const besides = await Promise.all([
        exec(project('cluster-together')),
        exec(project('cluster-elsewhere'), { isHeld: true }),
      ]);
      return worst([...besides, await exec(project('cluster-alone'))]);
    },
    async (code) => {
      await without(`the testbed did not come up (exit code ${code})`);
      return code;
    },
  );
}
