/**
 * What was done to the cluster, written down before it is done: after a crash of the runner the journal says
 * what was begun, on which object, and how to put it back.
 *
 * JSON Lines, only ever appended to. One line a run, with the cluster; two lines an act, joined by `id`: the intent, on disk (fsync) before the
 * act, and its outcome. An intent without an outcome is an act of which nobody knows whether it happened.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FaultType } from '../../scenario/scenario.ts';
import type { ClusterIdentity } from '../cluster/cluster.ts';
import { type Hold, type Left, leftBy, NOTHING_LEFT, type RunLine } from './left.ts';
import { thisProcess } from './running.ts';

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
  /** The run that does it, where the cluster is told. */
  readonly run?: string;
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
    | 'deny-ingress'
    | 'deny-dns'
    | 'stress-cpu'
    | 'stress-memory'
    | 'kill-container'
    | 'pause-container'
    | 'kill-sandbox'
    | 'cordon-node'
    | 'drain-node'
    | 'taint-node'
    | 'cut-power'
    | 'cut-off-node'
    | 'restart-rollout'
    | 'set-image'
    | 'set-readiness-probe'
    | 'scale'
    | 'deselect-pods'
    | 'delay-requests'
    | 'abort-requests'
    | 'stop-control-plane'
    | 'stop-registry'
    | 'undo';
  readonly trial: number | undefined;
  readonly target: Target;
  /** How a person, or a later run, puts it back. */
  readonly undo: string;
  /** Of an act that lasts until it is undone, and of the `undo`: the fault that knows how. */
  readonly fault?: FaultType;
  /** The fault that it is done for. */
  readonly cause?: FaultType;
}

/**
 * - `not-done`: it was given up before it began
 * - `not-touched`: the object was another one by then
 */
export type ActOutcome = 'done' | 'failed' | 'not-done' | 'not-touched';

/** Writes the outcome of one act. */
export type Settle = (outcome: ActOutcome, details?: Readonly<Record<string, string>>) => Promise<void>;

export interface Journal {
  /** The run, as the ids of its acts begin. */
  readonly run: string;
  /** What earlier runs left, going by this journal. */
  left(cluster: ClusterIdentity): Promise<Left>;
  /**
   * To be called before the first act: says in which cluster the acts are done, and what the run will hold of it; on
   * disk when this resolves.
   *
   * @returns what earlier runs left, going by this journal
   */
  begin(cluster: ClusterIdentity, hold?: Hold): Promise<Left>;
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
    run,
    async left(cluster) {
      return leftBy(await readFile(file, 'utf8'), cluster);
    },
    async begin(cluster, hold) {
      const left = leftBy(await readFile(file, 'utf8'), cluster);
      const at = new Date().toISOString();
      await append({ run, at, cluster, process_start: thisProcess().start, ...hold } satisfies RunLine);
      await handle.sync();
      return left;
    },
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

/** Of one who has nobody to write for: what is restored from the cluster alone stands there. */
export const noJournal: Journal = {
  run: '',
  left: async () => NOTHING_LEFT,
  begin: async () => NOTHING_LEFT,
  intend: async () => async () => {},
  close: async () => {},
};

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
