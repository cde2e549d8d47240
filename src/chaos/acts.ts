/** The faults of one trial: each act in its turn, and what lasts undone in its time. */
import { actTimes } from '../scenario/act-times.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Fault } from '../scenario/scenario.ts';
import type { FaultEvent, Recorder } from '../timeline/event.ts';
import { type Choice, chooseTargets } from './choose.ts';
import { now_ms } from './clock.ts';
import { ChangedError, type Cluster, PodReplacedError } from './cluster/cluster.ts';
import { Unavailable } from './cluster/unavailable.ts';
import type { CommandPace } from './command-pace.ts';
import { actionFor, type Caused } from './fault-action.ts';
import { Away, type Struck } from './safety/away.ts';
import type { Journal, Settle, Target } from './safety/journal.ts';
import { isNotRestored } from './safety/not-restored.ts';
import { faultRecord, type Records } from './safety/records.ts';
import { sleep } from './sleep.ts';
import { IN_FLIGHT_MS, undoFault } from './undo.ts';

/** Targets are chosen and journaled this long before they are hit, so that the act itself is on time. */
const PREPARE_MS = 300;

export interface ActsOptions extends Choice {
  readonly cluster: Cluster;
  readonly away: Away;
  readonly journal: Journal;
  /** Where what lasts is recorded; undefined where the cluster knows of no runs. */
  readonly records: Records | undefined;
  readonly recorder: Recorder;
  /** When the trial began, on the clock of `now_ms`. */
  readonly start_ms: number;
  /** Aborted where no further fault may begin, and those that last are undone at once. */
  readonly stop: AbortSignal;
  /** Aborted when the load has ended, too: what lasts is undone. */
  readonly over: AbortSignal;
  /** A fault begins. */
  readonly begun: () => void;
  /** An act came to a bad end: the trial is to stop. */
  readonly failed: () => void;
  /** Tells a person what is happening. */
  readonly progress: (detail: string) => void;
  /** Tells the report. */
  readonly tell: (note: string) => void;
  readonly undo_patience_ms: number | undefined;
  readonly pace: CommandPace;
}

interface Act {
  readonly fault: Fault;
  readonly index: number;
  readonly repetition: number;
  /** On the clock of `now_ms`. */
  readonly due_ms: number;
}

/** A target, and where the journal waits for what has become of it. */
interface Aim {
  readonly target: Target;
  readonly settle: Settle;
}

/** Targets of faults that last, by `keyOf`. */
type Standing = Map<string, Target>;

/** An act that has begun. */
interface Begun extends Act {
  readonly aims: readonly Aim[];
  /** What is away while it lasts. */
  readonly struck: readonly Struck[];
  readonly begun_ms: number;
  /** One answer for each aim. */
  readonly answers: Promise<readonly PromiseSettledResult<Caused>[]>;
  /** Ends what still goes on. */
  readonly ending: AbortController;
}

/**
 * Causes every fault of the scenario. One begins after the other, even where that makes one late: each chooses among
 * what the last one left. What goes on after that goes on beside the others.
 *
 * Resolves when all have ended and what lasts is undone.
 *
 * @throws the worst of what went wrong
 */
export async function causeFaults(options: Omit<ActsOptions, 'away'>): Promise<void> {
  const run: ActsOptions = { ...options, away: new Away() };
  const standing: Standing = new Map();
  const ends: Promise<void>[] = [];
  const beginAll = async () => {
    for (const act of actsOf(run)) {
      const begun = await begin(run, act, standing);
      if (begun === undefined) return;
      const end = finish(run, begun, standing);
      end.catch(run.failed);
      ends.push(end);
      // The next act need not wait for what takes its time.
      if (!beginsLate(act.fault)) await begun.answers;
    }
  };
  const [beginning] = await Promise.allSettled([beginAll()]);
  if (beginning.status === 'rejected') run.failed();
  const results = [beginning, ...(await Promise.allSettled(ends))];
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (errors.length > 0) throw errors.find(isNotRestored) ?? errors[0];
}

/** Every act of every fault, in the order of time. */
function actsOf({ scenario, trial, start_ms }: ActsOptions): readonly Act[] {
  const times_ms = actTimes(scenario, trial);
  return scenario.faults
    .flatMap((fault, index) =>
      times_ms[index]!.map((at_ms, repetition) => ({ fault, index, repetition, due_ms: start_ms + at_ms })),
    )
    .sort((a, b) => a.due_ms - b.due_ms);
}

/**
 * Chooses, checks, journals, and at its time acts.
 *
 * @param standing what faults that last stand on: the same fault does not hit it again
 * @returns undefined where no further fault may begin
 */
async function begin(run: ActsOptions, act: Act, standing: Standing): Promise<Begun | undefined> {
  const { fault, index, repetition } = act;
  const action = actionFor(fault.type);
  const due_ms = act.due_ms - (action.byCommand === true ? run.pace.lead_ms : 0);
  if (!(await reached(due_ms - PREPARE_MS, run.stop))) return undefined;
  // What ends while we look has been seen as it stood.
  const stood = new Map(standing);
  const chosen = await chooseTargets(run, fault, `victims/${index}/${repetition}`);
  const isFree = (target: Target) => !standing.has(keyOf(fault, target)) && !stood.has(keyOf(fault, target));
  for (const target of chosen) {
    if (!isFree(target)) note(run, `${fault.type}: ${target.name} is hit by it already`);
  }
  const free = chosen.filter(isFree).map((target) => asBefore(target, stood));
  const targets = action.undo === undefined ? free : await recorded(run, fault, free, standing);
  const aims = await Promise.all(targets.map((target) => aim(run, fault, target)));
  // What is hit at once is hit within a millisecond or two. Where it fails, the act itself will say so.
  run.cluster.warm(targets.length).catch(() => {});

  if (!(await reached(due_ms, run.stop))) {
    await Promise.all(aims.map(({ settle }) => settle('not-done')));
    for (const target of targets) run.records?.drop(faultRecord(fault.type, target));
    return undefined;
  }
  run.progress(`${fault.type}: ${targets.map(({ name }) => name).join(', ') || 'nothing to hit'}`);
  for (const target of targets) {
    if (action.undo !== undefined) standing.set(keyOf(fault, target), target);
    if (action.kills) run.away.killed(target);
  }
  const struck = struckBy(run, fault, targets);
  for (const each of struck) run.away.begin(each);
  run.begun();
  const begun_ms = now_ms();
  if (!beginsLate(fault)) record(run, act, 'fault-begin', begun_ms, targets);
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, run.over]);
  const cluster = run.cluster.stoppedBy?.(run.stop) ?? run.cluster;
  const answers = Promise.allSettled(targets.map((target) => action.apply(cluster, fault, target, signal)));
  return { ...act, aims, struck, begun_ms, answers, ending };
}

/** From the answers to the end of the fault, and its undoing. */
async function finish(run: ActsOptions, act: Begun, standing: Standing): Promise<void> {
  const { fault, aims, ending } = act;
  const action = actionFor(fault.type);
  const answers = await act.answers;
  const caused = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const hit = aims.filter((_, which) => answers[which]?.status === 'fulfilled').map(({ target }) => target);
  const effects_ms = caused.flatMap(({ effect }) => (effect === undefined ? [] : [effect.after_ms]));
  const begun_ms = effects_ms.length > 0 ? Math.min(...effects_ms) : act.begun_ms;
  if (action.byCommand === true && effects_ms.length > 0) run.pace.observe(begun_ms - act.begun_ms);
  if (beginsLate(fault)) record(run, act, 'fault-begin', begun_ms, hit);
  const lead_ms = action.byCommand === true ? run.pace.lead_ms : 0;
  const rest = Promise.all(caused.map(({ rest }) => rest));
  // Awaited below, after the undoing.
  rest.catch(() => {});

  const touched = aims.filter((_, which) => !isUntouched(answers[which]));
  const failure = await settleAll(run, fault, aims, answers);
  if (failure === undefined) {
    if (action.undo === undefined) await Promise.allSettled([rest]);
    else await reached(begun_ms + durationOf(fault) - lead_ms, run.over);
  }
  ending.abort();
  let end_ms = action.undo === undefined ? now_ms() : await undoAll(run, fault, touched);
  const late = touched.filter(({ target }) =>
    isInDoubt(answers[aims.findIndex((aim) => aim.target === target)]),
  );
  if (action.undo !== undefined && late.length > 0) {
    // Nobody has heard what became of it: it may be carried out yet, after its own undoing.
    await sleep(IN_FLIGHT_MS);
    end_ms = await undoAll(run, fault, late);
  }
  for (const { target } of aims) {
    standing.delete(keyOf(fault, target));
    if (!touched.some((aim) => aim.target === target)) run.records?.drop(faultRecord(fault.type, target));
  }
  for (const each of act.struck) run.away.end(each);
  record(run, act, 'fault-end', end_ms, hit);
  for (const text of await rest) if (text !== undefined) note(run, `${fault.type}: ${text}`);
  if (failure !== undefined) throw failure.error;
}

/** Pods that are gone while it lasts though the API may not show it, or all pods of a node: of one that goes on only some. */
function struckBy({ away }: ActsOptions, fault: Fault, targets: readonly Target[]): readonly Struck[] {
  const action = actionFor(fault.type);
  if (action.on !== 'nodes' || action.hitsPod === undefined) return targets;
  const { hitsPod } = action;
  const pods = targets.flatMap(({ name }) => away.podsOn(name)).filter((pod) => hitsPod(fault, pod));
  return pods.map(({ name, uid }) => ({ kind: 'Pod', name, uid }));
}

/**
 * A node that one of our own faults has cordoned was not so before all of them: two of them may last at once, and whichever
 * ends last must not leave it so.
 */
function asBefore(target: Target, stood: Standing): Target {
  const { before } = target;
  if (before?.unschedulable !== true) return target;
  const other = [...stood.values()].find(
    ({ kind, name, before: its }) =>
      kind === target.kind && name === target.name && its?.unschedulable !== undefined,
  );
  if (other?.before?.unschedulable === undefined) return target;
  return { ...target, before: { ...before, unschedulable: other.before.unschedulable } };
}

/** Whether it begins only some time after it was called for: a command takes its time, and so do containers. */
function beginsLate({ type }: Fault): boolean {
  const { byCommand, takesTime } = actionFor(type);
  return byCommand === true || takesTime === true;
}

/** Records what is about to last. @returns the targets, with the run's name where they are to be marked with it */
async function recorded(
  { records }: ActsOptions,
  { type }: Fault,
  targets: readonly Target[],
  standing: Standing,
): Promise<readonly Target[]> {
  if (records === undefined) return targets;
  const own = targets.map((target) => ({ ...target, run: records.run }));
  const left = own.map((target) => faultRecord(type, target));
  // What has taken the API server away keeps us from saying so: the journal alone has it then.
  if ([...standing.keys()].some((key) => key.startsWith('["control-plane-outage"'))) records.note(left);
  else await records.add(left);
  return own;
}

function durationOf(fault: Fault): number {
  return ('duration_ms' in fault ? fault.duration_ms : undefined) ?? Number.POSITIVE_INFINITY;
}

async function aim({ journal, trial }: ActsOptions, fault: Fault, target: Target): Promise<Aim> {
  const action = actionFor(fault.type);
  const lasting = action.undo === undefined ? {} : { fault: fault.type };
  const { act } = action;
  const undo = action.byHand(target);
  const settle = await journal.intend({ act, trial, target, undo, cause: fault.type, ...lasting });
  return { target, settle };
}

/** Writes down what became of each target. @returns what the trial must end with, where it must */
async function settleAll(
  run: ActsOptions,
  { type }: Fault,
  aims: readonly Aim[],
  answers: readonly PromiseSettledResult<Caused>[],
): Promise<{ readonly error: unknown } | undefined> {
  const errors: unknown[] = [];
  for (const [which, { target, settle }] of aims.entries()) {
    const answer = answers[which];
    if (answer?.status !== 'rejected') await settle('done');
    else if (isUntouched(answer)) {
      await settle('not-touched');
      const what =
        answer.reason instanceof PodReplacedError ? GONE_AS[answer.reason.now] : 'changed by somebody else';
      note(run, `${type}: ${target.name} was ${what} before it was hit, and not touched`);
    } else {
      await settle('failed', { error: String(answer.reason) });
      errors.push(answer.reason);
    }
  }
  if (errors.length > 0) return { error: errors[0] };
  if (aims.length === 0 || answers.some(({ status }) => status === 'fulfilled')) return undefined;
  return {
    error: new UserError(
      `${type} hit nothing: all that it was to hit was replaced or changed at the last moment`,
      {
        exitCode: EXIT.inconclusive,
        hint: 'something else restarts these pods or changes their workload; run it again when they are left alone',
      },
    ),
  };
}

const GONE_AS = { gone: 'deleted by somebody else', replaced: 'replaced' } as const;

/** Whether it was not as it had been when it was chosen, and so was left alone. */
function isUntouched(answer: PromiseSettledResult<Caused> | undefined): boolean {
  if (answer?.status !== 'rejected') return false;
  return answer.reason instanceof PodReplacedError || answer.reason instanceof ChangedError;
}

/** Whether it was sent, and no answer came. */
function isInDoubt(answer: PromiseSettledResult<Caused> | undefined): boolean {
  return answer?.status === 'rejected' && answer.reason instanceof Unavailable && answer.reason.mayBeDone;
}

/** @returns when the last of it was undone, on the clock of `now_ms` */
async function undoAll(run: ActsOptions, { type }: Fault, aims: readonly Aim[]): Promise<number> {
  const ends_ms: number[] = [];
  const undoing = aims.map(async ({ target }) => {
    const { effect, note: text } = await undoFault(run, { fault: type, target }, run.trial, {
      patience_ms: run.undo_patience_ms,
    });
    if (text !== undefined) {
      note(run, `${type}: ${text}`);
      run.tell(`${type}: ${text}`);
    }
    ends_ms.push(effect?.before_ms ?? now_ms());
  });
  const failed = (await Promise.allSettled(undoing)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return ends_ms.length === 0 ? now_ms() : Math.max(...ends_ms);
}

/** Names in events are of pods and nodes that were chosen; what a fault is always about goes without saying. */
function record(
  { recorder, start_ms }: ActsOptions,
  { fault, index, repetition }: Act,
  type: FaultEvent['type'],
  time_ms: number,
  targets: readonly Target[],
): void {
  const isChosen = ['pods', 'nodes'].includes(actionFor(fault.type).on);
  const names = isChosen ? targets.map(({ name }) => name) : [];
  const at_ms = Math.max(0, time_ms - start_ms);
  recorder.record({ type, at_ms, fault: index, repetition, name: fault.type, targets: names });
}

function note({ recorder, start_ms }: ActsOptions, text: string): void {
  recorder.record({ type: 'note', at_ms: Math.max(0, now_ms() - start_ms), text });
}

function keyOf({ type }: Fault, { kind, namespace, name, container }: Target): string {
  return JSON.stringify([type, kind, namespace, name, container]);
}

/** Longest of Node's timers. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Waits for a time on the clock, never ending before it; false where the signal came first. */
async function reached(time_ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    signal.throwIfAborted();
    // A timer may be early by what its resolution of 1 ms leaves over.
    while (now_ms() < time_ms) {
      await sleep(Math.min(TIMER_MAX_MS, Math.max(1, time_ms - now_ms())), signal);
    }
    return true;
  } catch {
    return false;
  }
}
