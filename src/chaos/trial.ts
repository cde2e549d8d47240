/** One trial: load, faults and watching on one clock, from steady state to the end of the window. */
import { EXIT, UserError } from '../scenario/errors.ts';
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
import { NodeReadiness } from './node-readiness.ts';
import { observe } from './observe.ts';
import { AbortRules } from './safety/abort-rules.ts';
import { keepProbing } from './safety/health-probe.ts';
import { ConnectionLost, keepHeartbeat } from './safety/heartbeat.ts';
import type { Journal } from './safety/journal.ts';
import { isNotRestored } from './safety/not-restored.ts';
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
  const { load, seed } = scenario;
  const stop = new AbortController();
  const stopping = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const sent = new AbortController();
  const watching = new AbortController();
  const times_ms = schedule(load, stream(seed, trial.trial, 'arrivals'));
  let start_ms = Number.POSITIVE_INFINITY;
  /** What was so before the start is so at 0. */
  const at_ms = () => Math.max(0, now_ms() - start_ms);

  let breach: string | undefined;
  let isLost = false;
  const breached = (reason: string) => {
    if (breach !== undefined || stopping.aborted) return;
    breach = reason;
    trial.recorder.record({ type: 'note', at_ms: at_ms(), text: `aborted: ${reason}` });
    trial.progress(`aborting: ${reason}`);
    stop.abort(new Error(reason));
  };
  const rules = new AbortRules({ scenario, times_ms, at_ms, breach: breached });
  stopping.addEventListener('abort', () => rules.end(), { once: true });
  const effects = new EffectWatch(scenario);
  const nodes = new NodeReadiness(trial, at_ms, watching.signal);
  const recorder = tee(trial.recorder, effects, nodes, rules);

  recorder.record(headerOf(scenario, { arm: 'chaos', trial: trial.trial, where: trial.where }));
  try {
    await observe({ ...trial, recorder }, at_ms, watching.signal);
    start_ms = now_ms() + LEAD_MS;
    const plan = {
      request: load,
      times_ms,
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
    const lost = (reason: string) => {
      isLost = breach === undefined;
      breached(reason);
    };
    void watchOver(trial, { breached, lost }, AbortSignal.any([watching.signal, stopping, sent.signal]));
    // Where one part fails the others are ended, and then awaited: nothing goes on behind our back.
    for (const part of work) part.catch(() => stop.abort());
    const failed = (await Promise.allSettled(work)).findLast((result) => result.status === 'rejected');
    // What could not be undone outweighs why it was to be.
    if (breach !== undefined && !isNotRestored(failed?.reason)) {
      throw new (isLost ? ConnectionLost : UserError)(`aborted by a rule of safety: ${breach}`, {
        exitCode: EXIT.aborted,
        hint: 'no further fault was caused, and what lasted is undone',
      });
    }
    if (failed !== undefined) throw failed.reason;
    for (const event of [...effects.withoutEffect(), ...nodes.withoutEffect()]) {
      trial.recorder.record(event);
      trial.tell(`${event.name} had no effect: ${event.because}`);
    }
    for (const text of effects.sightings()) {
      trial.recorder.record({ type: 'note', at_ms: at_ms(), text });
    }
  } finally {
    watching.abort();
  }
}

/** Until `signal`: whether the probe answers, and whether the cluster is there where no fault takes it away. */
function watchOver(
  { scenario: { safety, faults }, cluster }: Trial,
  { breached, lost }: Readonly<Record<'breached' | 'lost', (reason: string) => void>>,
  signal: AbortSignal,
): Promise<unknown> {
  const { probe, lost_connection_ms } = safety.abort;
  const isTakenAway = faults.some(
    (fault) => fault.type === 'control-plane-outage' && ['api-server', 'all'].includes(fault.component),
  );
  return Promise.all([
    probe && keepProbing(probe, breached, signal),
    isTakenAway ? undefined : keepHeartbeat(cluster, lost_connection_ms, lost, signal),
  ]);
}
