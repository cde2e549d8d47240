import type { Scenario } from '../scenario/scenario.ts';
import type { FaultEvent, Recorder, TimelineEvent } from './event.ts';
import { meanInterval } from './interval.ts';
import { judgeObjectives } from './objectives.ts';
import type { Observation } from './observation.ts';
import { METRICS, type Measured, type Measurement, type Metric } from './verdict.ts';

/** Keeps the faults of one trial as they happened. */
export class FaultLog implements Recorder {
  readonly faults: { name: string; begin_ms: number; end_ms: number; targets: readonly string[] }[] = [];
  readonly #open: FaultEvent[] = [];

  record(event: TimelineEvent): void {
    if (event.type === 'fault-begin') this.#open.push(event);
    if (event.type !== 'fault-end') return;
    const begin = this.#open.find(
      ({ fault, repetition }) => fault === event.fault && repetition === event.repetition,
    );
    const { name, targets, at_ms } = event;
    this.faults.push({ name, begin_ms: begin?.at_ms ?? at_ms, end_ms: at_ms, targets });
  }
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
      faults.map((fault) => ({ trial, ...fault })),
    ),
    objectives: judgeObjectives(scenario.objectives, undefined, metrics),
    notes,
  };
}
