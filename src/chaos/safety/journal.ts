/**
 * What was done to the cluster, written down before it is done: after a crash of the runner the journal says
 * what was begun, on which object, and how to put it back.
 *
 * JSON Lines, only ever appended to. Two lines an act, joined by `id`: the intent, on disk (fsync) before the
 * act, and its outcome. An intent without an outcome is an act of which nobody knows whether it happened.
 */
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';

export interface Intent {
  readonly act: 'create' | 'remove' | 'delete-pod' | 'kill-container' | 'replace-pod';
  readonly trial: number | undefined;
  readonly target: {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    /** Unknown before an object is created; its outcome says it. */
    readonly uid: string | undefined;
    readonly container?: string;
  };
  /** How a person, or a later run, puts it back. */
  readonly undo: string;
}

/**
 * - `not-done`: it was given up before it began
 * - `not-touched`: the object was another one by then
 */
export type ActOutcome = 'done' | 'failed' | 'not-done' | 'not-touched';

/** Writes the outcome of one act. */
export type Settle = (outcome: ActOutcome, details?: Readonly<Record<string, string>>) => Promise<void>;

export interface Journal {
  /** Resolves once the intent cannot be lost any more; only then may the act begin. */
  intend(intent: Intent): Promise<Settle>;
  close(): Promise<void>;
}

/** Continues the journal in `file`, or starts one. */
export async function openJournal(file: string): Promise<Journal> {
  await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(file, 'a');
  // Of the process too, because a second run continues the file of the first.
  const run = `${new Date().toISOString()}/${process.pid}`;
  let count = 0;
  const append = (line: object) => handle.appendFile(`${JSON.stringify(line)}\n`);
  return {
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
