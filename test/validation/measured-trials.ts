/**
 * What was measured, kept in the repository: measured/NAME.jsonl, one trial a line. The document can be made again
 * from it, newer models can be held against it, and a run that was ended goes on where it was.
 */
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFixed } from '../../src/scenario/act-times.ts';
import type { Fault, FaultType } from '../../src/scenario/scenario.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';
import type { Observation } from '../../src/timeline/observation.ts';

const SCHEMA = 'foreshock.measured-trial/v1';

export interface MeasuredTrial {
  readonly schema: typeof SCHEMA;
  /** When it was taken in, ISO 8601. */
  readonly date: string;
  /** Of foreshock. */
  readonly version: string;
  /** The cluster: "kubernetes v1.35.4, 2 nodes". */
  readonly where: string;
  /** What cluster and load ran on: "2 cores, ...". */
  readonly machine: string;
  /** Of the scenario (fingerprint.ts). */
  readonly fingerprint: string;
  /** Seed and trial give the victims and the waits again. */
  readonly seed: string;
  readonly trial: number;
  /** Trials that are not valid are kept too: they are counted, and used for nothing. */
  readonly observation: Observation;
  /** The timeline without its requests: faults, pods, endpoints, notes. */
  readonly events: readonly TimelineEvent[];
}

export const FOLDER = 'test/validation/measured';

export const measuredFile = (folder: string, name: string): string => join(folder, `${name}.jsonl`);

/**
 * All trials of a file, in the order in which they were measured; none where there is no file.
 *
 * @throws Error with file and line where a line is not a measured trial
 */
export function readTrials(file: string): MeasuredTrial[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => parseTrial(line, `${file}:${number}`));
}

function parseTrial(line: string, position: string): MeasuredTrial {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`${position}: not a line of JSON: the file was cut short; remove the line`);
  }
  const isTrial = typeof value === 'object' && value !== null && 'schema' in value && value.schema === SCHEMA;
  if (!isTrial) throw new Error(`${position}: not a ${SCHEMA}`);
  return value as MeasuredTrial;
}

export function appendTrials(file: string, trials: readonly Omit<MeasuredTrial, 'schema'>[]): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, trials.map((trial) => `${lineOf({ schema: SCHEMA, ...trial })}\n`).join(''));
}

export function dropTrials(file: string): void {
  rmSync(file, { force: true });
}

/** Clocks are read to the nanosecond; nothing that is measured here is known better than to the microsecond. */
const DECIMALS = 6;

function lineOf(trial: MeasuredTrial): string {
  return JSON.stringify(trial, (_key, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(DECIMALS)) : value,
  );
}

/** The trials that count for a scenario of this fingerprint, and those that do not, by reason. */
export interface Sorted {
  readonly valid: readonly MeasuredTrial[];
  /** The sender or the fault lagged: they say nothing of the cluster. */
  readonly invalid: readonly MeasuredTrial[];
  /** The scenario was another then. */
  readonly stale: readonly MeasuredTrial[];
}

/** @param faults of the scenario that the fingerprint is of */
export function sortTrials(
  trials: readonly MeasuredTrial[],
  fingerprint: string,
  faults: readonly Fault[],
): Sorted {
  const current = trials.filter((trial) => trial.fingerprint === fingerprint);
  const isValid = (trial: MeasuredTrial) => trial.observation.valid && !isLate(trial, faults);
  return {
    valid: current.filter(isValid),
    invalid: current.filter((trial) => !isValid(trial)),
    stale: trials.filter((trial) => trial.fingerprint !== fingerprint),
  };
}

/** Faults that are one request to the API. Those that a command causes take their time to start. */
const AT_ONCE: readonly FaultType[] = ['pod-kill', 'pod-eviction', 'rollout-restart', 'bad-image', 'scale'];

/** Usually they come within 10 ms of their time; so late, the runner was kept from running, and the cluster with it. */
const FAULT_LATE_MAX_MS = 100;

function isLate({ events }: MeasuredTrial, faults: readonly Fault[]): boolean {
  return events.some((event) => {
    if (event.type !== 'fault-begin') return false;
    const fault = faults[event.fault];
    if (fault === undefined || !isFixed(fault.at_ms) || !AT_ONCE.includes(fault.type)) return false;
    const intended_ms = fault.at_ms[event.repetition];
    if (intended_ms === undefined) return false;
    return event.at_ms - intended_ms > FAULT_LATE_MAX_MS;
  });
}

/** The seed of a batch: one for each, so that what is measured later does not repeat victims and waits. */
export const batchSeed = (batch: number): string => `validation-${batch}`;

/** The first batch, from 1, that none of the trials is of. */
export function nextBatch(trials: readonly MeasuredTrial[]): number {
  const used = new Set(trials.map(({ seed }) => seed));
  let batch = 1;
  while (used.has(batchSeed(batch))) batch += 1;
  return batch;
}
