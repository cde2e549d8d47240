/** Faults that last are undone: in time, or by the next run where this one was killed. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { FaultType } from '../scenario/scenario.ts';
import { now_ms } from './clock.ts';
import type { Cluster } from './cluster/cluster.ts';
import { insisting, retrying } from './cluster/retry.ts';
import { actionFor, isFault, type Undone } from './fault-action.ts';
import type { Journal, Target } from './safety/journal.ts';
import type { LeftFault } from './safety/left.ts';
import { isNotRestored } from './safety/not-restored.ts';
import { faultRecord, type Records } from './safety/records.ts';
import { refuseRunning } from './safety/running.ts';
import { sleep } from './sleep.ts';

/** Long enough for an API server that has just been started to answer again, and for a login to be renewed. */
export const UNDO_PATIENCE_MS = 60_000;
/** A request that was on its way when nobody waited for it any more is carried out by then. */
export const IN_FLIGHT_MS = 2000;
const POLL_MS = 1000;
/** A machine may take minutes to boot. */
const NODE_PATIENCE_MS = 10 * 60_000;

/** Where something is undone, and who is told of it. */
export interface Place {
  readonly cluster: Cluster;
  readonly journal: Journal;
  /** undefined where the cluster knows of no runs. */
  readonly records?: Records | undefined;
}

/** How long undoing a fault is tried for. */
export interface Patience {
  readonly patience_ms?: number | undefined;
  /** Aborted: it is not tried again. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Undoes a fault on one target, trying again while it fails, with pauses that grow: the API server may be away, which may
 * be another fault that is undone at the same time. Given up by time alone, and of this run's faults not to be aborted.
 *
 * @throws UserError with EXIT.notRestored that says what is left to do by hand
 */
export async function undoFault(
  { cluster, journal, records }: Place,
  { fault, target }: { readonly fault: FaultType; readonly target: Target },
  trial: number | undefined,
  { patience_ms = UNDO_PATIENCE_MS, signal }: Patience = {},
): Promise<Undone> {
  const { undo, byHand } = actionFor(fault);
  if (undo === undefined) return {};
  const settle = await journal.intend({ act: 'undo', trial, target, fault, undo: byHand(target) });
  let undone: Undone;
  try {
    undone = await insisting(() => undo(cluster, target), { patience_ms, signal });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await settle('failed', { error: why });
    throw new UserError(`${fault} of ${target.name} is not undone: ${why}`, {
      exitCode: EXIT.notRestored,
      hint: `by hand: ${byHand(target)}`,
      cause: error,
    });
  }
  await settle('done');
  records?.drop(faultRecord(fault, target));
  return undone;
}

/**
 * Undoes what earlier runs caused in this cluster and could not undo, because they were killed; going on where one
 * fails.
 *
 * @param tell takes what the report must say
 * @throws UserError where such a run is still going on, or something cannot be undone
 */
export async function undoLeft(
  place: Place,
  faults: readonly LeftFault[],
  tell: (note: string) => void,
  patience: Patience = {},
): Promise<void> {
  for (const { fault, target, by } of faults) refuseRunning(by, `${fault} of ${target.name} was caused`);
  const errors: unknown[] = [];
  for (const left of faults) {
    try {
      await undoOneLeft(place, left, tell, patience);
    } catch (error) {
      errors.push(error);
    }
  }
  throwAll(errors);
}

async function undoOneLeft(
  place: Place,
  { fault, target, undo }: LeftFault,
  tell: (note: string) => void,
  patience: Patience,
): Promise<void> {
  if (patience.signal?.aborted) {
    throw new UserError(`${fault} of ${target.name}, of an earlier run that was killed, is not undone yet`, {
      exitCode: EXIT.notRestored,
      hint: `run it again, or by hand: ${undo}`,
      cause: patience.signal.reason,
    });
  }
  if (!isFault(fault)) {
    throw new UserError(`${fault} of ${target.name}, of an earlier run, is no fault of this foreshock's`, {
      exitCode: EXIT.notRestored,
      hint: `use the foreshock that caused it${undo === '' ? '' : `, or by hand: ${undo}`}`,
    });
  }
  const { note } = await undoFault(place, { fault, target }, undefined, patience);
  if (target.kind === 'Node') await nodeReady(place.cluster, target.name, patience.signal);
  tell(`${fault} of ${target.name}, of an earlier run that was killed, was undone`);
  if (note !== undefined) tell(note);
}

/** One as it is; of several all messages. */
export function throwAll(errors: readonly unknown[]): void {
  const [first] = errors;
  if (first === undefined) return;
  const ofUsers = errors.filter((error) => error instanceof UserError);
  const worst = ofUsers.find(isNotRestored) ?? ofUsers[0];
  if (worst === undefined || ofUsers.length === 1) throw worst ?? first;
  const hints = [...new Set(ofUsers.flatMap(({ hint }) => hint ?? []))];
  throw new UserError(ofUsers.map(({ message }) => message).join('; '), {
    exitCode: worst.exitCode,
    ...(hints.length === 0 ? {} : { hint: hints.join('; ') }),
    cause: worst,
  });
}

/** What this run finds, it takes for how things are: a node that is still on its way must not be counted out. */
async function nodeReady(cluster: Cluster, name: string, signal: AbortSignal | undefined): Promise<void> {
  const deadline_ms = now_ms() + NODE_PATIENCE_MS;
  const isReady = async () => (await cluster.nodes()).some((node) => node.name === name && node.ready);
  while (!(await retrying(isReady, { patience_ms: deadline_ms - now_ms(), signal }))) {
    if (now_ms() > deadline_ms) {
      throw new UserError(`node ${name} is not Ready ${NODE_PATIENCE_MS / 1000} s after it was given back`, {
        exitCode: EXIT.notRestored,
        hint: `look at it with kubectl describe node ${name}`,
      });
    }
    await sleep(POLL_MS, signal);
  }
}
