/**
 * The dead-man's switch: undoes what a run has done when the run is no more there to do it.
 *
 * `standGuard` watches one run on the same machine, by a pipe whose other end is in the run: the kernel closes it
 * whatever the run dies of. `patrol` watches the Leases of all runs, from anywhere.
 */
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { now_ms } from './clock.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Lease } from './cluster/leases.ts';
import { actionFor, isFault } from './fault-action.ts';
import { removeLeft } from './manifests.ts';
import { type Repairing, throwingAll } from './repair.ts';
import { restore } from './restore.ts';
import { RENEW_EVERY_MS } from './safety/lapse.ts';
import { type Left, leftBy } from './safety/left.ts';
import { endOrphans } from './safety/orphans.ts';
import { isRunning, type ProcessRef } from './safety/running.ts';
import { sleep } from './sleep.ts';
import { IN_FLIGHT_MS, undoLeft } from './undo.ts';

/** The last word of a run that has put everything back itself. */
export const GOODBYE = 'goodbye\n';

/** How long the commands of a dead run may go on. */
const ORPHAN_PATIENCE_MS = 10_000;
/** How long it is tried for: an API server may be away, a machine may boot. */
const PATIENCE_MS = 10 * 60_000;
const RETRY_PAUSE_MS = 2000;
const POLL_MS = 50;

export interface WatchOptions {
  readonly cluster: Cluster;
  /** Takes what is to be kept in a log. */
  readonly tell: (text: string) => void;
  readonly in_flight_ms?: number;
}

/**
 * Waits until the run says goodbye, and then does nothing; or until it ends without, and then restores.
 *
 * @param line from the run
 * @param journal file of the run's journal
 * @throws what it could not put back with, after ten minutes
 */
export async function standGuard(
  line: Readable,
  journal: string,
  { cluster, tell, in_flight_ms = IN_FLIGHT_MS }: WatchOptions,
): Promise<'dismissed' | 'restored'> {
  if ((await heardOn(line)).endsWith(GOODBYE)) return 'dismissed';
  tell('the run has ended without a word: putting back what it left');
  const { runs } = leftBy(await readFile(journal, 'utf8'), cluster.address?.() ?? (await cluster.identity()));
  for (const { by } of runs) await endOf(by);
  for (const { by } of runs) await endOrphans(by, ORPHAN_PATIENCE_MS);
  const until_ms = now_ms() + PATIENCE_MS;
  const told = new Set<string>();
  while (true) {
    try {
      await restore({
        cluster,
        journal,
        tell,
        role: 'guard',
        again: (place, left) => lookAgain(place, left, in_flight_ms),
      });
      tell('all is put back');
      return 'restored';
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (now_ms() > until_ms) throw error;
      if (!told.has(why)) tell(`not yet: ${why}`);
      told.add(why);
      await sleep(RETRY_PAUSE_MS);
    }
  }
}

/** What is said until nobody is there any more to say something. */
async function heardOn(line: Readable): Promise<string> {
  let text = '';
  try {
    for await (const chunk of line.setEncoding('utf8')) text += chunk;
  } catch {
    // Broken off is ended, too.
  }
  return text;
}

/** Its end of the pipe is closed a moment before it is gone; two must never have their hands on one thing. */
async function endOf(run: ProcessRef): Promise<void> {
  while (run.pid !== process.pid && isRunning(run)) await sleep(POLL_MS);
}

/** What was on its way to the API server when the run died may have come after its own undoing. */
async function lookAgain(place: Repairing, { faults, objects }: Left, in_flight_ms: number): Promise<void> {
  await sleep(in_flight_ms);
  // Of commands it is known that they have ended.
  const byApi = faults.filter(({ fault }) => isFault(fault) && actionFor(fault).byCommand !== true);
  const quietly = () => {};
  await throwingAll([
    () => undoLeft(place, byApi, quietly, place.patience),
    () => removeLeft(place, objects, quietly, place.patience),
  ]);
}

/**
 * Watches the Leases of all runs until `signal`, and restores what a run has left whose Lease is not renewed for as
 * long as it says. Clocks are not compared: the time counts in which this one looked, and the API server answered.
 *
 * @param namespaces where to look; undefined: everywhere
 */
export async function patrol(
  namespaces: readonly string[] | undefined,
  { cluster, tell, signal, poll_ms = RENEW_EVERY_MS }: WatchOptions & PatrolOptions,
): Promise<void> {
  const { leases } = cluster;
  if (leases === undefined) return;
  let seen = new Map<string, Seen>();
  let told = '';
  while (!signal.aborted) {
    try {
      const found = (await Promise.all((namespaces ?? [undefined]).map((each) => leases.list(each)))).flat();
      seen = new Map(found.map((lease) => [keyOf(lease), seen.get(keyOf(lease)) ?? { since_ms: now_ms() }]));
      const hasDied = (lease: Lease) => {
        const since_ms = seen.get(keyOf(lease))?.since_ms ?? now_ms();
        return now_ms() - since_ms >= lease.duration_s * 1000;
      };
      if (found.some(hasDied)) {
        const lapsed = async (lease: Lease) => hasDied(lease);
        await restore({ cluster, namespaces, tell, signal, role: 'guard', lapsed });
      }
      told = '';
    } catch (error) {
      // What was not seen was perhaps renewed.
      seen.clear();
      const why = error instanceof Error ? error.message : String(error);
      if (why !== told && !signal.aborted) tell(why);
      told = why;
    }
    await sleep(poll_ms, signal).catch(() => {});
  }
}

export interface PatrolOptions {
  readonly signal: AbortSignal;
  readonly poll_ms?: number;
}

interface Seen {
  /** When it was first seen so, on the clock of `now_ms`. */
  readonly since_ms: number;
}

/** Of one renewal. */
const keyOf = ({ uid, version }: Lease): string => `${uid} ${version}`;
