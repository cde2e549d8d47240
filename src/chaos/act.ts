/** One act of a fault: chosen and claimed, journaled, done at its time, ended and undone. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Fault } from '../scenario/scenario.ts';
import type { FaultEvent, Recorder } from '../timeline/event.ts';
import { type Choice, chooseTargets, claimOf } from './choose.ts';
import { now_ms } from './clock.ts';
import { ChangedError, type Cluster, PodReplacedError } from './cluster/cluster.ts';
import { Unavailable } from './cluster/unavailable.ts';
import type { CommandPace } from './command-pace.ts';
import { actionFor, type Caused } from './fault-action.ts';
import { reached } from './reached.ts';
import type { Claim, Claimed, Claims } from './safety/claims.ts';
import { expelled } from './safety/expelled.ts';
import type { Journal, Settle, Target } from './safety/journal.ts';
import { faultRecord, type Records } from './safety/records.ts';
import { sleep } from './sleep.ts';
import { changeTheSame, shareTarget } from './touching.ts';
import { IN_FLIGHT_MS, undoFault } from './undo.ts';

export interface ActsOptions extends Omit<Choice, 'claimed'> {
  readonly cluster: Cluster;
  readonly claims: Claims;
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

/** How far an act has come, for those that wait for it: each resolves, too, where it comes no further. */
interface Stages {
  /** What it takes is claimed: its targets. */
  readonly chosen: PromiseWithResolvers<readonly Target[]>;
  /** The cluster is asked for it. */
  readonly begun: PromiseWithResolvers<void>;
  /** The cluster has answered; or it is one of those that take their time, and has begun. */
  readonly answered: PromiseWithResolvers<void>;
}

export interface Act {
  readonly fault: Fault;
  readonly index: number;
  readonly repetition: number;
  /** On the clock of `now_ms`. */
  readonly due_ms: number;
  readonly stages: Stages;
}

export const newStages = (): Stages => ({
  chosen: Promise.withResolvers(),
  begun: Promise.withResolvers(),
  answered: Promise.withResolvers(),
});

/** A target, and where the journal waits for what has become of it. */
interface Aim {
  readonly target: Target;
  readonly settle: Settle;
}

/** An act that has begun. */
interface Begun extends Act {
  readonly claim: Claim;
  readonly aims: readonly Aim[];
  readonly begun_ms: number;
  /** One answer for each aim. */
  readonly answers: Promise<readonly PromiseSettledResult<Caused>[]>;
  /** Ends what still goes on. */
  readonly ending: AbortController;
}

/**
 * Does one act, from its choice to its undoing.
 *
 * @param earlier acts that it has something in common with, and that are not answered yet
 * @throws what went wrong; that a rule refuses it when its time has come and those before it have begun
 */
export async function cause(run: ActsOptions, act: Act, earlier: readonly Act[]): Promise<void> {
  const { chosen, begun, answered } = act.stages;
  try {
    const beginning = await begin(run, act, earlier);
    if (beginning === undefined) return;
    begun.resolve();
    // Nobody need wait for what takes its time.
    if (beginsLate(act.fault)) answered.resolve();
    await beginning.answers;
    run.claims.answer(beginning.claim);
    answered.resolve();
    await finish(run, beginning);
  } finally {
    chosen.resolve([]);
    begun.resolve();
    answered.resolve();
  }
}

/** @returns undefined where no further fault may begin */
async function begin(run: ActsOptions, act: Act, earlier: readonly Act[]): Promise<Begun | undefined> {
  const { fault, stages } = act;
  // Choosing and claiming are one step: no act comes between that could take of the same.
  const before = await Promise.all(earlier.map((each) => each.stages.chosen.promise));
  await answersOf(earlier.filter((each) => changeTheSame(each.fault, fault) || decidesFor(each, act)));
  if (run.stop.aborted) return undefined;
  const due_ms = act.due_ms - leadOf(run, fault);
  let claim: Claim;
  try {
    claim = await choose(run, act);
  } catch (error) {
    if (!(await reached(due_ms, run.stop))) return undefined;
    await Promise.all(earlier.map((each) => each.stages.begun.promise));
    throw error;
  }
  const { targets } = claim;
  stages.chosen.resolve(targets);
  const aims: Aim[] = [];
  let isTime = false;
  try {
    const own = actionFor(fault.type).undo === undefined ? targets : await recorded(run, fault, targets);
    aims.push(...(await Promise.all(own.map((target) => aim(run, fault, target)))));
    // What is hit at once is hit within a millisecond or two. Where it fails, the act itself will say so.
    run.cluster.warm(run.claims.waiting).catch(() => {});
    await answersOf(
      earlier.filter(
        (each, which) => shareTarget(before[which] ?? [], targets) || isToldToBudgets(each, fault),
      ),
    );
    if (actionFor(fault.type).removes === 'if-allowed' && !(await expelled(run, claim, run.over))) {
      const text = `${fault.type}: not caused, since pods that a taint is to delete had not gone when the load ended`;
      if (!run.stop.aborted) run.tell(text);
      return undefined;
    }
    isTime = await reached(due_ms, run.stop);
  } finally {
    if (!isTime) await giveUp(run, fault, claim, aims);
  }
  return isTime ? start(run, act, claim, aims) : undefined;
}

/** Whether the pods of an earlier act stay to be chosen, the disruption budgets have yet to say. */
const decidesFor = (earlier: Act, { due_ms }: Act): boolean =>
  actionFor(earlier.fault.type).removes === 'if-allowed' && earlier.due_ms < due_ms;

/**
 * Whether what an earlier act deletes must be gone before this one asks the disruption budgets: they were asked for it
 * when it was chosen, and would let its share go a second time.
 */
const isToldToBudgets = (earlier: Act, { type }: Fault): boolean =>
  actionFor(earlier.fault.type).removes === 'always' && actionFor(type).removes === 'if-allowed';

const answersOf = (acts: readonly Act[]): Promise<unknown> =>
  Promise.all(acts.map(({ stages }) => stages.answered.promise));

/** Before its time a command is called, by so much, to have its effect then. */
export const leadOf = ({ pace }: ActsOptions, { type }: Fault): number =>
  actionFor(type).byCommand === true ? pace.lead_ms : 0;

/** Chooses, checks and claims, in one step: see `begin`. */
async function choose(run: ActsOptions, { fault, index, repetition }: Act): Promise<Claim> {
  const claimed = run.claims.now();
  const chosen = await chooseTargets({ ...run, claimed }, fault, `victims/${index}/${repetition}`);
  // What is done once may be done again.
  const lasting = actionFor(fault.type).undo === undefined ? [] : claimed.targetsOf(fault.type);
  const isFree = (target: Target) =>
    !lasting.some((each) => shareTarget([each], [target]) && each.container === target.container);
  for (const target of chosen) {
    if (!isFree(target)) note(run, `${fault.type}: ${target.name} is hit by it already`);
  }
  const targets = chosen.filter(isFree).map((target) => asBefore(target, claimed));
  const claim = claimOf(run.scenario, fault, targets);
  run.claims.add(claim);
  return claim;
}

/** What was chosen is not done. */
async function giveUp(
  { claims, records }: ActsOptions,
  { type }: Fault,
  claim: Claim,
  aims: readonly Aim[],
): Promise<void> {
  claims.release(claim);
  for (const target of claim.targets) records?.drop(faultRecord(type, target));
  await Promise.all(aims.map(({ settle }) => settle('not-done')));
}

function start(run: ActsOptions, act: Act, claim: Claim, aims: readonly Aim[]): Begun {
  const { fault } = act;
  const action = actionFor(fault.type);
  const targets = aims.map(({ target }) => target);
  run.progress(`${fault.type}: ${targets.map(({ name }) => name).join(', ') || 'nothing to hit'}`);
  run.claims.begin(claim, action.kills === true);
  run.begun();
  const begun_ms = now_ms();
  if (!beginsLate(fault)) record(run, act, 'fault-begin', begun_ms, targets);
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, run.over]);
  const cluster = run.cluster.stoppedBy?.(run.stop) ?? run.cluster;
  const answers = Promise.allSettled(targets.map((target) => action.apply(cluster, fault, target, signal)));
  return { ...act, claim, aims, begun_ms, answers, ending };
}

/** From the answers to the end of the fault, and its undoing. */
async function finish(run: ActsOptions, act: Begun): Promise<void> {
  const { fault, aims, ending } = act;
  const action = actionFor(fault.type);
  const answers = await act.answers;
  const caused = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const hit = aims.filter((_, which) => answers[which]?.status === 'fulfilled').map(({ target }) => target);
  const effects_ms = caused.flatMap(({ effect }) => (effect === undefined ? [] : [effect.after_ms]));
  const begun_ms = effects_ms.length > 0 ? Math.min(...effects_ms) : act.begun_ms;
  if (action.byCommand === true && effects_ms.length > 0) run.pace.observe(begun_ms - act.begun_ms);
  if (beginsLate(fault)) record(run, act, 'fault-begin', begun_ms, hit);
  const rest = Promise.all(caused.map(({ rest }) => rest));
  // Awaited below, after the undoing.
  rest.catch(() => {});

  const touched = aims.filter((_, which) => !isUntouched(answers[which]));
  const failure = await settleAll(run, fault, aims, answers);
  if (failure === undefined) {
    if (action.undo === undefined) await Promise.allSettled([rest]);
    else await reached(begun_ms + durationOf(fault) - leadOf(run, fault), run.over);
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
    if (!touched.some((aim) => aim.target === target)) run.records?.drop(faultRecord(fault.type, target));
  }
  // Where it cannot be undone it goes on to count.
  run.claims.release(act.claim);
  record(run, act, 'fault-end', end_ms, hit);
  for (const text of await rest) if (text !== undefined) note(run, `${fault.type}: ${text}`);
  if (failure !== undefined) throw failure.error;
}

/**
 * A node that one of our own faults has cordoned was not so before all of them: two of them may last at once, and whichever
 * ends last must not leave it so.
 */
function asBefore(target: Target, claimed: Claimed): Target {
  const { before } = target;
  if (before?.unschedulable !== true) return target;
  const other = claimed
    .targetsOf()
    .find((each) => shareTarget([each], [target]) && each.before?.unschedulable !== undefined);
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
  { records, claims }: ActsOptions,
  { type }: Fault,
  targets: readonly Target[],
): Promise<readonly Target[]> {
  if (records === undefined) return targets;
  const own = targets.map((target) => ({ ...target, run: records.run }));
  const left = own.map((target) => faultRecord(type, target));
  // What has taken the API server away keeps us from saying so: the journal alone has it then.
  if (claims.hasBegun('control-plane-outage')) records.note(left);
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
