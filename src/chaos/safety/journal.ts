/**
 * What was done to the cluster, written down before it is done: after a crash of the runner the journal says
 * what was begun, on which object, and how to put it back.
 *
 * JSON Lines, only ever appended to. Two lines an act, joined by `id`: the intent, on disk (fsync) before the
 * act, and its outcome. An intent without an outcome is an act of which nobody knows whether it happened.
 */
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { FaultType } from '../../scenario/scenario.ts';
import type { ObjectRef } from '../cluster/cluster.ts';

/** What an act is done to. */
export interface Target {
  readonly kind: string;
  /** '' for what is in none. */
  readonly namespace: string;
  readonly name: string;
  /** Unknown before an object is created, whose outcome says it; some things have none. */
  readonly uid: string | undefined;
  readonly apiVersion?: string;
  readonly container?: string;
  /** What was so before and is to be so again. */
  readonly before?: Readonly<Record<string, string | number | boolean>>;
}

export interface Intent {
  readonly act:
    | 'create'
    | 'remove'
    | 'replace-pod'
    | 'delete-pod'
    | 'evict-pod'
    | 'kill-container'
    | 'pause-container'
    | 'drain-node'
    | 'cut-power'
    | 'cut-off-node'
    | 'restart-rollout'
    | 'set-image'
    | 'scale'
    | 'stop-control-plane'
    | 'stop-registry'
    | 'undo';
  readonly trial: number | undefined;
  readonly target: Target;
  /** How a person, or a later run, puts it back. */
  readonly undo: string;
  /** Of an act that lasts until it is undone, and of the `undo`: the fault that knows how. */
  readonly fault?: FaultType;
}

/**
 * - `not-done`: it was given up before it began
 * - `not-touched`: the object was another one by then
 */
export type ActOutcome = 'done' | 'failed' | 'not-done' | 'not-touched';

/** Writes the outcome of one act. */
export type Settle = (outcome: ActOutcome, details?: Readonly<Record<string, string>>) => Promise<void>;

/** Something that an earlier run created and never removed, because it was killed. */
export interface LeftObject extends ObjectRef {
  readonly uid: string;
  /** The process that created it. */
  readonly pid: number;
}

/** A fault that an earlier run caused, or may have caused, and never undid. */
export interface LeftFault {
  readonly fault: FaultType;
  readonly target: Target;
  readonly undo: string;
  readonly pid: number;
}

export interface Journal {
  /** What earlier runs left, going by this journal; the last created first. */
  readonly left: readonly LeftObject[];
  /** The last caused first. */
  readonly leftFaults: readonly LeftFault[];
  /** Resolves once the intent cannot be lost any more; only then may the act begin. */
  intend(intent: Intent): Promise<Settle>;
  close(): Promise<void>;
}

/** Continues the journal in `file`, or starts one. */
export async function openJournal(file: string): Promise<Journal> {
  await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(file, 'a+');
  const earlier = await handle.readFile('utf8');
  // A crash may have torn the last line.
  if (earlier !== '' && !earlier.endsWith('\n')) await handle.appendFile('\n');
  // Of the process too, because a second run continues the file of the first.
  const run = `${new Date().toISOString()}/${process.pid}`;
  let count = 0;
  const append = (line: object) => handle.appendFile(`${JSON.stringify(line)}\n`);
  return {
    left: leftBy(earlier),
    leftFaults: leftFaultsBy(earlier),
    async intend(intent) {
      const id = `${run}/${count++}`;
      await append({ id, at: new Date().toISOString(), ...intent });
      await handle.sync();
      return (outcome, details = {}) => append({ id, at: new Date().toISOString(), outcome, ...details });
    },
    async close() {
      await handle.sync();
      await handle.close();
    },
  };
}

interface Line extends Partial<Intent> {
  readonly id: string;
  readonly outcome?: ActOutcome;
  readonly uid?: string;
}

function leftBy(text: string): readonly LeftObject[] {
  const intents = new Map<string, Line>();
  const left = new Map<string, LeftObject>();
  for (const line of text.split('\n').flatMap(parseLine)) {
    if (line.act !== undefined) intents.set(line.id, line);
    if (line.outcome !== 'done') continue;
    const { act, target } = intents.get(line.id) ?? {};
    if (act === 'remove' && target?.uid !== undefined) left.delete(target.uid);
    if (act !== 'create' || target?.apiVersion === undefined || line.uid === undefined) continue;
    const { apiVersion, kind, namespace, name } = target;
    left.set(line.uid, { apiVersion, kind, namespace, name, uid: line.uid, pid: pidOf(line) });
  }
  return [...left.values()].reverse();
}

/** Of an act without an outcome, and of one that failed, nobody knows how far it came. */
function leftFaultsBy(text: string): readonly LeftFault[] {
  const intents = new Map<string, Line>();
  const left = new Map<string, LeftFault>();
  for (const line of text.split('\n').flatMap(parseLine)) {
    if (line.act !== undefined) {
      intents.set(line.id, line);
      const { act, fault, target, undo } = line;
      if (act === 'undo' || fault === undefined || target === undefined) continue;
      left.set(keyOf(fault, target), { fault, target, undo: undo ?? '', pid: pidOf(line) });
      continue;
    }
    const { act, fault, target } = intents.get(line.id) ?? {};
    if (fault === undefined || target === undefined) continue;
    const isOver = act === 'undo' ? line.outcome === 'done' : NOT_BEGUN.includes(line.outcome);
    if (isOver) left.delete(keyOf(fault, target));
  }
  return [...left.values()].reverse();
}

const NOT_BEGUN: readonly (ActOutcome | undefined)[] = ['not-done', 'not-touched'];

/** What a fault is caused on is not hit by the same fault again before that is undone. */
function keyOf(fault: FaultType, { kind, namespace, name, uid, container }: Target): string {
  return JSON.stringify([fault, kind, namespace, name, uid, container]);
}

/** The process that wrote a line. */
const pidOf = ({ id }: Line): number => Number(id.split('/')[1]);

function parseLine(line: string): Line[] {
  try {
    return [JSON.parse(line) as Line];
  } catch {
    return [];
  }
}

/** Does `act` with its intent written before and its outcome after it. */
export async function journaled<T>(journal: Journal, intent: Intent, act: () => Promise<T>): Promise<T> {
  const settle = await journal.intend(intent);
  try {
    const result = await act();
    await settle('done');
    return result;
  } catch (error) {
    await settle('failed', { error: String(error) });
    throw error;
  }
}
