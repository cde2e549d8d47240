import type { Scenario } from '../scenario/scenario.ts';
import type { FaultEvent, Recorder, TimelineEvent } from './event.ts';
import { meanInterval } from './interval.ts';
import { judgeObjectives } from './objectives.ts';
import type { Observation } from './observation.ts';
import { METRICS, type Measured, type Measurement, type Metric } from './verdict.ts';

/** Keeps the faults of one trial as they happened. */
export class FaultLog implements Recorder {
  readonly faults: LoggedFault[] = [];
  readonly #open: FaultEvent[] = [];

  record(event: TimelineEvent): void {
    if (event.type === 'fault-begin') this.#open.push(event);
    if (event.type !== 'fault-end') return;
    const begin = this.#open.find(
      ({ fault, repetition }) => fault === event.fault && repetition === event.repetition,
    );
    const { fault, name, targets, at_ms } = event;
    this.faults.push({ fault, name, begin_ms: begin?.at_ms ?? at_ms, end_ms: at_ms, targets });
  }
}

interface LoggedFault {
  /** Position in the scenario's list of faults. */
  readonly fault: number;
  readonly name: string;
  readonly begin_ms: number;
  readonly end_ms: number;
  readonly targets: readonly string[];
}

/** The measured half, from the scored trials. */
export function summariseMeasurement(
  scenario: Scenario,
  version: string,
  where: string,
  trials: readonly { readonly observation: Observation; readonly faults: FaultLog['faults'] }[],
  notes: readonly string[],
): Measurement {
  const scored = trials.map(({ observation, faults }) => ({ ...observation, values: observation, faults }));
  return measurementOf(scenario, version, where, scored, notes);
}

/** What a trial came to, of ours or measured elsewhere. */
export interface ScoredTrial extends Pick<Observation, 'trial' | 'valid' | 'invalid_because' | 'outages'> {
  /** Those that are known. */
  readonly values: Readonly<Partial<Record<Metric, number | undefined>>>;
  /** How far a value may be off because nobody looked more often; left out where every request is known. */
  readonly give_or_take?: Readonly<Partial<Record<Metric, number>>>;
  readonly faults: FaultLog['faults'];
}

/** Invalid trials are named and take no part in any figure. */
export function measurementOf(
  scenario: Scenario,
  version: string,
  where: string,
  trials: readonly ScoredTrial[],
  notes: readonly string[],
): Measurement {
  const valid = trials.filter((trial) => trial.valid);
  const metrics: Partial<Record<Metric, { readonly measured: Measured }>> = {};
  for (const metric of METRICS) {
    const known = valid.map(({ values }) => values[metric]).filter((value) => value !== undefined);
    // A metric that some trials lack would be a mean over the lucky ones.
    if (known.length === 0 || known.length < valid.length) continue;
    const give_or_take = Math.max(...valid.map((trial) => trial.give_or_take?.[metric] ?? 0));
    metrics[metric] = {
      measured: { ...meanInterval(known), values: known, ...(give_or_take > 0 ? { give_or_take } : {}) },
    };
  }
  return {
    schema: 'foreshock.measurement/v1',
    scenario: scenario.name,
    seed: scenario.seed,
    version,
    where,
    trials: trials.length,
    invalid_trials: trials
      .filter((trial) => !trial.valid)
      .map(({ trial, invalid_because }) => ({ trial, because: invalid_because })),
    window_s: scenario.load.duration_ms / 1000,
    metrics,
    outages: valid.map(({ trial, outages }) => ({ trial, outages })),
    faults: valid.flatMap(({ trial, faults }) =>
      faults.map(({ fault, ...of }) => ({ trial, ...of, ...lastingOf(scenario, fault, of) })),
    ),
    objectives: judgeObjectives(scenario.objectives, undefined, metrics),
    notes,
  };
}

/** Nothing of a fault that does not last, and of one that is undone because the load has ended. */
function lastingOf(
  { faults, load }: Scenario,
  index: number,
  { begin_ms, end_ms }: Pick<LoggedFault, 'begin_ms' | 'end_ms'>,
): Pick<Measurement['faults'][number], 'lasting'> {
  const fault = faults[index];
  const nominal_ms = fault !== undefined && 'duration_ms' in fault ? fault.duration_ms : undefined;
  if (nominal_ms === undefined || begin_ms + nominal_ms > load.duration_ms) return {};
  return { lasting: { nominal_ms, effective_ms: end_ms - begin_ms } };
}
