/** Measures what a configuration lacks, in batches, and keeps every trial as soon as its batch has ended. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../../src/scenario/errors.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Load } from '../../src/scenario/scenario.ts';
import { VERSION } from '../../src/version.ts';
import { type Configuration, scenarioFileOf, trialsWanted } from './configurations.ts';
import { fingerprintOf } from './fingerprint.ts';
import { harvest } from './harvest.ts';
import {
  appendTrials,
  batchSeed,
  type MeasuredTrial,
  measuredFile,
  nextBatch,
  readTrials,
  type Sorted,
  sortTrials,
} from './measured-trials.ts';
import type { Testbed } from './testbed.ts';

/** A run that is killed outright loses its batch: no more than so much of windows. */
const BATCH_WINDOWS_MS = 300_000;

/** Where no trial of a batch is of use, the next may be; after so many in a row it is no accident. */
const BARREN_BATCHES_MAX = 2;

/** `foreshock chaos` has measured: all well, nothing valid, an objective missed. */
const MEASURED: readonly number[] = [EXIT.ok, EXIT.inconclusive, EXIT.objectiveMissed];

/** As `npm run build` makes it. */
export const FORESHOCK = fileURLToPath(new URL('../../dist/foreshock.js', import.meta.url));

export interface MeasureOptions {
  /** Valid trials that are asked for of each configuration. */
  readonly trials: number;
  /** Of the measured trials. */
  readonly folder: string;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Options that a configuration's testbed is brought up with. */
export function testbedOptionsOf(configuration: Configuration): readonly string[] {
  const { nodes } = loadScenario(scenarioFileOf(configuration)).cluster;
  return ['--nodes', String(nodes.length), ...(configuration.testbed ?? [])];
}

/** The measured trials of a configuration, those of today's scenario apart from others. */
export function storedTrials(configuration: Configuration, folder: string): Sorted {
  const file = scenarioFileOf(configuration);
  const fingerprint = fingerprintOf(file, testbedOptionsOf(configuration));
  const { faults } = loadScenario(file);
  return sortTrials(readTrials(measuredFile(folder, configuration.name)), fingerprint, faults);
}

/**
 * Measures until there are as many valid trials as wanted, or until `signal`.
 *
 * @throws Error where a run fails, or gives nothing of use again and again; what was measured before is kept
 */
export async function measureMissing(
  configuration: Configuration,
  testbed: Pick<Testbed, 'run' | 'forgetConnections'>,
  { trials: usual, folder, onLine, signal }: MeasureOptions,
): Promise<void> {
  const trials = trialsWanted(configuration, usual);
  const scenarioFile = scenarioFileOf(configuration);
  const file = measuredFile(folder, configuration.name);
  const fingerprint = fingerprintOf(scenarioFile, testbedOptionsOf(configuration));
  const { load, faults } = loadScenario(scenarioFile);
  const largest = comesRound(load) ? 1 : Math.max(1, Math.floor(BATCH_WINDOWS_MS / load.duration_ms));
  for (let barren = 0; !signal.aborted; ) {
    const stored = readTrials(file);
    const missing = trials - sortTrials(stored, fingerprint, faults).valid.length;
    if (missing <= 0) return;
    const batch = { seed: batchSeed(nextBatch(stored)), trials: Math.min(missing, largest) };
    onLine(`${missing} of ${trials} trials missing; measuring ${batch.trials}`);
    const { measured, code, out } = await runBatch(scenarioFile, load, batch, testbed);
    appendTrials(
      file,
      measured.map((trial) => ({
        date: new Date().toISOString(),
        version: VERSION,
        machine: machine(),
        fingerprint,
        ...trial,
      })),
    );
    if (!MEASURED.includes(code) && !signal.aborted) {
      throw new Error(`foreshock chaos ended with exit code ${code}; its results are in ${out}`);
    }
    barren = measured.some(({ observation }) => observation.valid) ? 0 : barren + 1;
    if (barren === BARREN_BATCHES_MAX)
      throw new Error(`no valid trial in ${barren} batches; the results are in ${out}`);
    rmSync(out, { recursive: true, force: true });
  }
}

interface Batch {
  readonly seed: string;
  readonly trials: number;
}

async function runBatch(
  scenarioFile: string,
  load: Load,
  { seed, trials }: Batch,
  testbed: Pick<Testbed, 'run' | 'forgetConnections'>,
): Promise<{ measured: ReturnType<typeof harvest>; code: number; out: string }> {
  const out = mkdtempSync(join(tmpdir(), 'foreshock-validation-'));
  if (comesRound(load)) await testbed.forgetConnections();
  const code = await testbed.run([
    ...[process.execPath, FORESHOCK, 'chaos', scenarioFile, '--cluster', 'kubernetes', '--yes'],
    ...['--trials', String(trials), '--seed', seed, '--out', out],
  ]);
  const measured = existsSync(join(out, 'timelines'))
    ? harvest(out, loadScenario(scenarioFile, { seed }), MEASURED.includes(code))
    : [];
  return { measured, code, out };
}

/**
 * Then each trial begins with empty tables. An address for each would do as well, but a socket that is bound to one has
 * its port drawn at random, and that of any other client walks through them in order (Linux inet_csk_find_open_port,
 * __inet_hash_connect).
 */
const comesRound = ({ source_ports }: Load): boolean => source_ports === 'kernel';

/** What cluster and load share, for people. */
function machine(): MeasuredTrial['machine'] {
  return `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'of a make that is not told'}`;
}
