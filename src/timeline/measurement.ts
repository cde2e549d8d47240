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

/** The measured half, from the scored trials. Invalid trials are named and take no part in any figure. */
export function summariseMeasurement(
  scenario: Scenario,
  version: string,
  where: string,
  trials: readonly { readonly observation: Observation; readonly faults: FaultLog['faults'] }[],
  notes: readonly string[],
): Measurement {
  const valid = trials.filter(({ observation }) => observation.valid);
  const metrics: Partial<Record<Metric, { readonly measured: Measured }>> = {};
  for (const metric of METRICS) {
    const values = valid.map(({ observation }) => observation[metric]).filter((value) => value !== undefined);
    // A metric that some trials lack would be a mean over the lucky ones.
    if (values.length === 0 || values.length < valid.length) continue;
    metrics[metric] = { measured: { ...meanInterval(values), values } };
  }
  return {
    schema: 'foreshock.measurement/v1',
    scenario: scenario.name,
    seed: scenario.seed,
    version,
    where,
    trials: trials.length,
    invalid_trials: trials
      .filter(({ observation }) => !observation.valid)
      .map(({ observation }) => ({ trial: observation.trial, because: observation.invalid_because })),
    window_s: scenario.load.duration_ms / 1000,
    metrics,
    outages: valid.map(({ observation: { trial, outages } }) => ({ trial, outages })),
    faults: valid.flatMap(({ observation: { trial }, faults }) =>
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
