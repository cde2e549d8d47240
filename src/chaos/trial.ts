/** One trial: load, faults and watching on one clock, from steady state to the end of the window. */
import { stream } from '../scenario/random.ts';
import { schedule } from '../scenario/schedule.ts';
import { type Recorder, tee } from '../timeline/event.ts';
import { headerOf } from '../timeline/header.ts';
import { causeFaults } from './acts.ts';
import type { Choice } from './choose.ts';
import { now_ms } from './clock.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { CommandPace } from './command-pace.ts';
import { EffectWatch } from './effect-watch.ts';
import type { Sender } from './load/sender.ts';
import type { SourcePlan } from './load/source.ts';
import { observe } from './observe.ts';
import type { Journal } from './safety/journal.ts';
import type { Records } from './safety/records.ts';

/** From the watch standing to the first request: time to prepare a fault at 0 and to reach the load thread. */
const LEAD_MS = 400;

export interface Trial extends Choice {
  readonly cluster: Cluster;
  readonly where: string;
  readonly sender: Sender;
  readonly sources: SourcePlan;
  readonly journal: Journal;
  readonly records: Records | undefined;
  readonly recorder: Recorder;
  /** Tells a person what is happening. */
  readonly progress: (detail: string) => void;
  /** Tells the report. */
  readonly tell: (note: string) => void;
  /** A fault begins. */
  readonly begun: () => void;
  /** How long undoing a fault is tried for. */
  readonly undo_patience_ms: number | undefined;
  readonly pace: CommandPace;
}

/**
 * Runs it. Resolves when every request has its outcome, every fault its answer, and what lasts is undone, also after
 * `signal`, which stops the load and lets no further fault begin.
 */
export async function runTrial(trial: Trial, signal: AbortSignal | undefined): Promise<void> {
  const { scenario, sender } = trial;
  const effects = new EffectWatch(scenario);
  const recorder = tee(trial.recorder, effects);
  const { load, seed } = scenario;
  const stop = new AbortController();
  const stopping = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const sent = new AbortController();
  const watching = new AbortController();
  let start_ms = Number.POSITIVE_INFINITY;
  /** What was so before the start is so at 0. */
  const at_ms = () => Math.max(0, now_ms() - start_ms);

  recorder.record(headerOf(scenario, { arm: 'chaos', trial: trial.trial, where: trial.where }));
  try {
    await observe({ ...trial, recorder }, at_ms, watching.signal);
    start_ms = now_ms() + LEAD_MS;
    const plan = {
      request: load,
      times_ms: schedule(load, stream(seed, trial.trial, 'arrivals')),
      start_ms,
      sources: trial.sources,
    };
    const faults = {
      ...trial,
      recorder,
      start_ms,
      stop: stopping,
      over: AbortSignal.any([stopping, sent.signal]),
      failed: () => stop.abort(),
    };
    const work = [
      sender.run(plan, (event) => recorder.record(event), stopping).finally(() => sent.abort()),
      causeFaults(faults),
    ];
    // Where one part fails the others are ended, and then awaited: nothing goes on behind our back.
    for (const part of work) part.catch(() => stop.abort());
    const failed = (await Promise.allSettled(work)).findLast((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const event of effects.withoutEffect()) {
      trial.recorder.record(event);
      trial.tell(`${event.name} had no effect: ${event.because}`);
    }
  } finally {
    watching.abort();
  }
}
