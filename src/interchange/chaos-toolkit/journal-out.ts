/**
 * What a run of ours did and found, as a journal of Chaos Toolkit (chaostoolkit-documentation
 * sources/reference/api/journal.md; chaostoolkit-lib 1.45.0 chaoslib/run.py).
 */
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Measurement } from '../../timeline/verdict.ts';
import { VERSION } from '../../version.ts';
import type { Exported } from '../writing.ts';
import { experimentOf, methodOf, type TimedActivity } from './experiment-out.ts';

export interface JournalRequest {
  readonly measurement: Measurement;
  /** From 0. */
  readonly trial: number;
  /** journal.jsonl of the run, which has the dates. */
  readonly dates: string;
}

/** @returns undefined where a fault has no counterpart; `exported.problems` then says which */
export function journalOf(exported: Exported, request: JournalRequest): object | undefined {
  const experiment = experimentOf(exported);
  const timed = methodOf(exported);
  if (experiment === undefined || timed === undefined) return undefined;
  const { measurement, trial } = request;
  checkTrial(measurement, trial);
  const begin_ms = beginOf(request);
  const window_ms = measurement.window_s * 1000;
  const at = (ms: number) => new Date(begin_ms + ms).toISOString().replace('Z', '+00:00');
  const between = (from_ms: number, to_ms: number) => ({
    start: at(from_ms),
    end: at(to_ms),
    duration: Math.max(0, to_ms - from_ms) / 1000,
  });
  const hypothesis = experiment['steady-state-hypothesis'] as { readonly probes: readonly Probe[] };
  // No trial begins without its steady state, and none is over before that is back.
  const found = (ms: number) => ({
    steady_state_met: true,
    probes: hypothesis.probes.map((activity) => ({
      activity,
      ...between(ms, ms),
      status: 'succeeded',
      output: activity.tolerance,
      tolerance_met: true,
    })),
  });
  const { objectives } = measurement;
  return {
    'foreshock-version': VERSION,
    experiment,
    status: 'completed',
    deviated: false,
    ...between(0, window_ms),
    steady_states: { before: found(0), after: found(window_ms), during: [] },
    run: runOf(timed, measurement, trial).map(({ activity, from_ms, to_ms, output }) => ({
      activity,
      ...between(from_ms, to_ms),
      status: 'succeeded',
      output,
    })),
    rollbacks: [],
    foreshock: { trial, metrics: ofTrial(measurement, trial), objectives },
  };
}

interface Probe {
  readonly tolerance: unknown;
}

interface Done {
  readonly activity: TimedActivity['activity'];
  readonly from_ms: number;
  readonly to_ms: number;
  readonly output: readonly string[];
}

/** The faults as they happened, each with the action of the experiment that it is: the next of its type. */
function runOf(timed: readonly TimedActivity[], { faults }: Measurement, trial: number): readonly Done[] {
  const begins = timed.filter(({ is }) => is === 'begin').toSorted((a, b) => a.at_ms - b.at_ms);
  const taken = new Set<TimedActivity>();
  const happened = faults
    .filter((fault) => fault.trial === trial)
    .toSorted((a, b) => a.begin_ms - b.begin_ms);
  const done = happened.flatMap(({ name, begin_ms, end_ms, targets }): Done[] => {
    const begin = begins.find((each) => each.type === name && !taken.has(each));
    if (begin === undefined) return [];
    taken.add(begin);
    const end = timed.find(
      ({ is, fault, repetition }) => is === 'end' && fault === begin.fault && repetition === begin.repetition,
    );
    // What lasts is begun by one action and ended by another.
    const to_ms = end === undefined ? end_ms : begin_ms;
    return [
      { activity: begin.activity, from_ms: begin_ms, to_ms, output: targets },
      ...(end === undefined
        ? []
        : [{ activity: end.activity, from_ms: end_ms, to_ms: end_ms, output: targets }]),
    ];
  });
  return done.toSorted((a, b) => a.from_ms - b.from_ms);
}

function ofTrial({ metrics, outages }: Measurement, trial: number): Readonly<Record<string, number>> {
  const index = outages.findIndex((each) => each.trial === trial);
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([metric, { measured }]) => {
      const value = measured.values[index];
      return value === undefined ? [] : [[metric, value]];
    }),
  );
}

function checkTrial({ outages }: Measurement, trial: number): void {
  if (outages.some((each) => each.trial === trial)) return;
  const valid = outages.map((each) => each.trial + 1).join(', ');
  throw new UserError(`there is no valid trial ${trial + 1}`, {
    exitCode: EXIT.configuration,
    hint: valid === '' ? 'none of the trials is valid' : `--trial is one of ${valid}`,
  });
}

/** When the trial began, since 1970: from the last of its acts, of which both the date and the time are known. */
function beginOf({ measurement, trial, dates }: JournalRequest): number {
  const lines = dates.split('\n').flatMap((text) => parsedLine(text) ?? []);
  const last = measurement.faults.findLast((fault) => fault.trial === trial);
  const acts = lines.filter((line) => line.trial === trial && isOfFault(line.act));
  const act_ms = Date.parse(acts.at(-1)?.at ?? '');
  const begins = measurement.faults.filter((fault) => fault.trial === trial).map(({ begin_ms }) => begin_ms);
  if (last !== undefined && Number.isFinite(act_ms)) return act_ms - Math.max(...begins);
  const run_ms = Date.parse(lines.at(-1)?.at ?? '');
  if (Number.isFinite(run_ms)) return run_ms;
  throw new UserError('nobody knows when the trial was: there is no journal.jsonl beside the results', {
    exitCode: EXIT.configuration,
    hint: 'a journal has dates; run the scenario again',
  });
}

interface DatedLine {
  readonly at?: string;
  readonly trial?: number;
  readonly act?: string;
}

/** Not of the time before and after (src/chaos/safety/journal.ts Intent). */
const isOfFault = (act: string | undefined): boolean =>
  act !== undefined && !['create', 'remove', 'replace-pod', 'undo'].includes(act);

function parsedLine(text: string): DatedLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
