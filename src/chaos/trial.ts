/** One trial: load, faults and watching on one clock, from steady state to the end of the window. */
import { EXIT, UserError } from '../scenario/errors.ts';
import { stream } from '../scenario/random.ts';
import type { ContainerKill, Fault, PodKill, Scenario, Workload } from '../scenario/scenario.ts';
import { schedule } from '../scenario/schedule.ts';
import { chooseVictims } from '../scenario/selection.ts';
import { selects } from '../scenario/selector.ts';
import type { FaultEvent, Recorder } from '../timeline/event.ts';
import { headerOf } from '../timeline/header.ts';
import { now_ms } from './clock.ts';
import { type Cluster, type Pod, PodReplacedError } from './cluster/cluster.ts';
import { actionFor } from './fault-action.ts';
import type { Sender } from './load/sender.ts';
import type { SourcePlan } from './load/source.ts';
import { candidatesOf, checkBlastRadius } from './safety/blast-radius.ts';
import type { Journal, Settle } from './safety/journal.ts';
import { podsOf } from './safety/ownership.ts';
import { targetOf } from './safety/protection.ts';
import { sleep } from './sleep.ts';

/** From the watch standing to the first request: time to prepare a fault at 0 and to reach the load thread. */
const LEAD_MS = 400;
/** Victims are chosen and journaled this long before they are hit, so that the act itself is on time. */
const PREPARE_MS = 300;

export interface Trial {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly trial: number;
  readonly where: string;
  readonly sender: Sender;
  readonly sources: SourcePlan;
  readonly journal: Journal;
  readonly recorder: Recorder;
  /** Tells a person what is happening. */
  readonly progress: (detail: string) => void;
}

/**
 * Runs it. Resolves when every request has its outcome and every fault its answer, also after `signal`, which
 * stops the load and lets no further fault begin.
 */
export async function runTrial(trial: Trial, signal: AbortSignal | undefined): Promise<void> {
  const { scenario, recorder, sender } = trial;
  const { load, seed } = scenario;
  const stop = new AbortController();
  const stopping = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const watching = new AbortController();
  let start_ms = Number.POSITIVE_INFINITY;
  /** What was so before the start is so at 0. */
  const at_ms = () => Math.max(0, now_ms() - start_ms);

  recorder.record(headerOf(scenario, { arm: 'chaos', trial: trial.trial, where: trial.where }));
  try {
    await watch(trial, at_ms, watching.signal);
    start_ms = now_ms() + LEAD_MS;
    const work = [
      sender.run(
        {
          request: load,
          times_ms: schedule(load, stream(seed, trial.trial, 'arrivals')),
          start_ms,
          sources: trial.sources,
        },
        (event) => recorder.record(event),
        stopping,
      ),
      actInTurn(trial, actsOf(scenario, start_ms), at_ms, stopping),
    ];
    // Where one part fails the others are ended, and then awaited: nothing goes on behind our back.
    for (const part of work) part.catch(() => stop.abort());
    const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    watching.abort();
  }
}

/** Records the workloads behind the Service of the load, and its endpoints. */
async function watch(
  { scenario, cluster, recorder }: Trial,
  at_ms: () => number,
  signal: AbortSignal,
): Promise<void> {
  const { load } = scenario;
  for (const [index, workload] of servingWorkloads(scenario).entries()) {
    const note = (error: Error) => {
      if (signal.aborted) return;
      const text = `the watch of Deployment ${workload.name} broke, its pods are not seen from here on: ${error.message}`;
      recorder.record({ type: 'note', at_ms: at_ms(), text });
    };
    await cluster.watch(
      { namespace: load.namespace, selector: workload.selector, service: load.service },
      {
        pod(change, { name, node, phase, ready, terminating }) {
          if (signal.aborted) return;
          const gone = change === 'deleted';
          const pod = { pod: name, workload: workload.name, node, phase, ready, terminating, gone };
          recorder.record({ type: 'pod', at_ms: at_ms(), ...pod });
        },
        endpoints({ service, ready, terminating }) {
          // Each watch tells of them; once is enough.
          if (signal.aborted || index > 0) return;
          recorder.record({ type: 'endpoints', at_ms: at_ms(), service, ready, terminating });
        },
        lost: note,
      },
      signal,
    );
  }
}

function servingWorkloads({ load, services, workloads }: Scenario): readonly Workload[] {
  const service = services.find(
    ({ name, namespace }) => name === load.service && namespace === load.namespace,
  );
  if (service === undefined) return [];
  return workloads.filter(
    ({ namespace, pod }) => namespace === load.namespace && selects(service.selector, pod.labels),
  );
}

interface Act {
  readonly fault: Fault;
  readonly index: number;
  readonly repetition: number;
  /** On the clock of `now_ms`. */
  readonly due_ms: number;
}

/** Every act of every fault, in the order of time. */
function actsOf({ faults }: Scenario, start_ms: number): readonly Act[] {
  return faults
    .flatMap((fault, index) =>
      fault.at_ms.map((at_ms, repetition) => ({ fault, index, repetition, due_ms: start_ms + at_ms })),
    )
    .sort((a, b) => a.due_ms - b.due_ms);
}

/** One after the other, even where that makes one late: each chooses among the pods that the last one left. */
async function actInTurn(
  trial: Trial,
  acts: readonly Act[],
  at_ms: () => number,
  signal: AbortSignal,
): Promise<void> {
  for (const next of acts) await act(trial, next, at_ms, signal);
}

/** Causes one fault once: chooses, checks, journals, and at its time acts. */
async function act(
  trial: Trial,
  { fault, index, repetition, due_ms }: Act,
  at_ms: () => number,
  signal: AbortSignal,
): Promise<void> {
  const { scenario, cluster, recorder, progress } = trial;
  if (fault.type !== 'pod-kill' && fault.type !== 'container-kill') throw new Error(fault.type);
  const action = actionFor(fault);
  if (!(await reached(due_ms - PREPARE_MS, signal))) return;
  const workload = targetOf(scenario, fault);
  const pods = await podsOf(cluster, workload);
  const victims = victimsOf(trial, fault, `victims/${index}/${repetition}`, workload, pods);
  checkBlastRadius(fault, workload, pods, victims);
  const intents = await Promise.all(victims.map((victim) => intend(trial, fault, victim)));

  if (!(await reached(due_ms, signal))) {
    await Promise.all(intents.map((settle) => settle('not-done')));
    return;
  }
  const record = (type: FaultEvent['type'], targets: readonly Pod[]) => {
    const names = targets.map((pod) => pod.name);
    recorder.record({ type, at_ms: at_ms(), fault: index, repetition, name: fault.type, targets: names });
  };
  record('fault-begin', victims);
  progress(`${fault.type}: ${victims.map((victim) => victim.name).join(', ') || 'no ready pod to hit'}`);
  const results = await Promise.allSettled(victims.map((victim) => action.apply(cluster, fault, victim)));
  record(
    'fault-end',
    victims.filter((_, which) => results[which]?.status === 'fulfilled'),
  );

  const errors: unknown[] = [];
  for (const [which, result] of results.entries()) {
    const settle = intents[which]!;
    if (result.status === 'fulfilled') await settle('done');
    else if (result.reason instanceof PodReplacedError) {
      await settle('not-touched');
      const text = `${fault.type}: ${victims[which]!.name} was replaced before it was hit, and not touched`;
      recorder.record({ type: 'note', at_ms: at_ms(), text });
    } else {
      await settle('failed', { error: String(result.reason) });
      errors.push(result.reason);
    }
  }
  if (errors.length > 0) throw errors[0];
  if (victims.length > 0 && results.every((result) => result.status === 'rejected')) {
    throw new UserError(`${fault.type} hit nothing: its victims were replaced by others at the last moment`, {
      exitCode: EXIT.inconclusive,
      hint: 'something else restarts these pods; run it again when they are left alone',
    });
  }
}

function victimsOf(
  { scenario, trial }: Trial,
  fault: PodKill | ContainerKill,
  purpose: string,
  workload: Workload,
  pods: readonly Pod[],
): readonly Pod[] {
  const candidates = candidatesOf(workload, pods);
  const names = candidates.map((pod) => pod.name);
  const chosen = chooseVictims(names, fault.mode, fault.value, stream(scenario.seed, trial, purpose));
  return candidates.filter((pod) => chosen.includes(pod.name));
}

function intend({ journal, trial }: Trial, fault: Fault, victim: Pod): Promise<Settle> {
  const action = actionFor(fault);
  const { namespace, name, uid } = victim;
  const container = fault.type === 'container-kill' ? { container: fault.container } : {};
  return journal.intend({
    act: action.act,
    trial,
    target: { kind: 'Pod', namespace, name, uid, ...container },
    undo: action.undo,
  });
}

/** Waits for a time on the clock, never ending before it; false where the signal came first. */
async function reached(time_ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    signal.throwIfAborted();
    // A timer may be early by what its resolution of 1 ms leaves over.
    while (now_ms() < time_ms) await sleep(Math.max(1, time_ms - now_ms()), signal);
    return true;
  } catch {
    return false;
  }
}
