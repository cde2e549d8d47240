/**
 * Puts back what runs that have died left in a cluster: those of one journal, or all that the cluster knows of.
 *
 * ```ts
 * const { wasLeft, goingOn } = await restore({ cluster, journal: 'out/shop/journal.jsonl', tell: console.log });
 * ```
 */
import { readFile } from 'node:fs/promises';
import { EXIT, UserError } from '../scenario/errors.ts';
import { RUN_ANNOTATION, TARGET_ANNOTATION } from './cluster/annotations.ts';
import { ChangedError, type Cluster } from './cluster/cluster.ts';
import type { Lease, MarkedObject } from './cluster/leases.ts';
import { putBack, type Repairing, repair, reviveControlPlane, throwingAll, undoMarked } from './repair.ts';
import { rightsToPutBack } from './restore-rights.ts';
import { type Journal, noJournal, openJournal } from './safety/journal.ts';
import { hasLapsed, LEASE_DURATION_S } from './safety/lapse.ts';
import { type Left, type LeftObject, leftBy, NOTHING_LEFT, notesOf } from './safety/left.ts';
import { marksOf } from './safety/marks.ts';
import { type LeftRecord, recordsOf } from './safety/records.ts';
import { isNeeded, missingRights, refuseWithout, type Wanted } from './safety/rights.ts';
import { identify } from './safety/run-identity.ts';
import { refuseRunning } from './safety/running.ts';
import { isTaken, TargetLeases } from './safety/target-leases.ts';

export interface RestoreOptions {
  readonly cluster: Cluster;
  /** File of the journal whose runs are meant; undefined: all that the cluster knows of. */
  readonly journal?: string | undefined;
  /** Where Leases and workloads are looked for without a journal; undefined: everywhere. */
  readonly namespaces?: readonly string[] | undefined;
  /** Takes a line for each thing that was put back, and what else a person must be told. */
  readonly tell: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** How long undoing each fault is tried for. */
  readonly patience_ms?: number | undefined;
  /** Who does it, where it is not `foreshock restore`. */
  readonly role?: string;
  /** Called when all is put back, while the Leases are still held. */
  readonly again?: (place: Repairing, left: Left) => Promise<void>;
  /**
   * Whether the account is asked for its rights once it is known what is left, so that nothing is begun that cannot be
   * ended. Default: what can be put back is, whatever cannot.
   */
  readonly asksFirst?: boolean;
  /** Whether the holder of a Lease has died; default: see lapse.ts. */
  readonly lapsed?: (lease: Lease) => Promise<boolean>;
}

export interface Restored {
  /** Whether there was something to put back. */
  readonly wasLeft: boolean;
  /** What runs that go on hold, which was left alone; only without a journal. */
  readonly goingOn: readonly string[];
}

/**
 * @throws UserError with EXIT.configuration where a run of the journal goes on, or, asked first, a right is missing; with
 *   EXIT.notRestored where something could not be put back, though everything was tried
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { cluster, tell, signal, patience_ms } = options;
  const patience = { patience_ms, signal };
  const text = options.journal === undefined ? '' : await readFile(options.journal, 'utf8');
  const address = cluster.address?.();
  if (address !== undefined) {
    const { runs, faults } = leftBy(text, address);
    for (const { by } of runs) refuseRunning(by, 'what the journal has was done');
    if (faults.some(({ target }) => target.kind === 'ControlPlane')) {
      await withJournal(options, (journal) =>
        reviveControlPlane({ cluster, journal, records: undefined, patience, tell }),
      );
    }
  }
  const identity = await cluster.identity();
  const left = options.journal === undefined ? NOTHING_LEFT : leftBy(text, identity);
  for (const { by } of left.runs) refuseRunning(by, 'what the journal has was done');
  for (const note of notesOf(left)) tell(note);
  const { dead, alive } = await judged(options, await leasesOf(options, left));
  if (options.journal !== undefined && alive[0] !== undefined) throw isTaken(targetOf(alive[0]), alive[0]);
  const marks = options.journal === undefined ? await marksLeft(options, dead, alive) : [];
  const wasLeft = left.faults.length + left.objects.length + dead.length + marks.length > 0;
  if (wasLeft && options.asksFirst === true) await askFirst(options, left, dead, marks);
  if (wasLeft) {
    const records =
      cluster.leases && new TargetLeases(cluster.leases, identify(options.role ?? 'restore'), []);
    await withJournal(options, async (journal) => {
      const place: Repairing = { cluster, journal, records, patience, tell };
      const leases = dead.map(({ namespace, name }) => ({ namespace, name }));
      await journal.begin(identity, records && { holder: records.run, leases });
      try {
        for (const lease of dead) await taken(records, lease);
        const faults = marks.flatMap((object) => marksOf(object, object.annotations));
        await throwingAll([
          () => repair(place, left),
          () => undoMarked(place, faults),
          () => putBack(place, { faults: [], objects: marks.flatMap(namespaceLeft) }),
          async () => options.again?.(place, left),
        ]);
      } finally {
        await records?.release(patience_ms);
      }
    });
  }
  return { wasLeft, goingOn: alive.map((lease) => isTaken(targetOf(lease), lease).message) };
}

/** @throws UserError that names every right that is missing, before anything is put back */
async function askFirst(
  { cluster, tell }: RestoreOptions,
  left: Left,
  dead: readonly Lease[],
  marks: readonly MarkedObject[],
): Promise<void> {
  const records = dead.flatMap(readableRecords);
  const marked = marks.flatMap((object) => marksOf(object, object.annotations));
  const wanted = await rightsToPutBack(cluster, {
    leases: dead,
    faults: [...left.faults, ...records.filter((record) => 'fault' in record), ...marked],
    objects: [
      ...left.objects,
      ...records.flatMap((record) => ('created' in record ? record.created : [])),
      ...marks.flatMap(namespaceLeft),
    ],
  });
  let missing: readonly Wanted[];
  try {
    missing = await missingRights(cluster, wanted);
  } catch (error) {
    // Not every account may even ask.
    if (!(error instanceof UserError)) throw error;
    tell(`what the account in use may do is not known: ${error.message}`);
    return;
  }
  refuseWithout(missing.filter(isNeeded));
}

/** One that cannot be read is told of by whoever takes it over. */
function readableRecords(lease: Lease): readonly LeftRecord[] {
  try {
    return recordsOf(lease);
  } catch {
    return [];
  }
}

async function withJournal(
  { journal: file }: RestoreOptions,
  act: (journal: Journal) => Promise<void>,
): Promise<void> {
  const journal = file === undefined ? noJournal : await openJournal(file);
  try {
    await act(journal);
  } finally {
    await journal.close();
  }
}

/** Without a journal all; else those that its runs have, and, where something is left, all that they had. */
async function leasesOf(
  { cluster: { leases }, journal, namespaces }: RestoreOptions,
  { runs, faults, objects }: Left,
): Promise<readonly Lease[]> {
  if (leases === undefined) return [];
  if (journal === undefined) {
    return (await Promise.all((namespaces ?? [undefined]).map((each) => leases.list(each)))).flat();
  }
  const refs = runs.flatMap((run) => run.leases ?? []);
  const once = new Map(refs.map((ref) => [`${ref.namespace}/${ref.name}`, ref]));
  const holders = new Set(runs.flatMap(({ holder }) => holder ?? []));
  const isLeft = faults.length + objects.length > 0;
  const found = await Promise.all([...once.values()].map((ref) => leases.get(ref)));
  return found.filter((lease) => lease !== undefined).filter(({ holder }) => isLeft || holders.has(holder));
}

async function judged({ cluster: { leases }, lapsed, signal }: RestoreOptions, found: readonly Lease[]) {
  const isDead = lapsed ?? (async (lease: Lease) => leases !== undefined && hasLapsed(leases, lease, signal));
  const verdicts = await Promise.all(found.map(isDead));
  return {
    dead: found.filter((_, which) => verdicts[which] === true),
    alive: found.filter((_, which) => verdicts[which] !== true),
  };
}

/** @throws UserError where somebody else was quicker, who repairs it now */
async function taken(records: TargetLeases | undefined, lease: Lease): Promise<void> {
  try {
    await records?.adopt(lease);
  } catch (cause) {
    if (!(cause instanceof ChangedError)) throw cause;
    throw new UserError(`${targetOf(lease)} has just been taken by another run, which repairs it`, {
      exitCode: EXIT.configuration,
      hint: 'wait until it has ended',
      cause,
    });
  }
}

/** Objects with marks of runs that hold no Lease that goes on; by themselves, should their Leases be gone. */
async function marksLeft(
  { cluster: { leases }, namespaces, tell }: RestoreOptions,
  dead: readonly Lease[],
  alive: readonly Lease[],
): Promise<readonly MarkedObject[]> {
  if (leases === undefined) return [];
  const marked = await leases.marked(namespaces, (what) =>
    tell(`${what} were not looked at: the account in use may not list them`),
  );
  const deadRuns = new Set(dead.map(({ holder }) => holder));
  const liveRuns = new Set(alive.map(({ holder }) => holder));
  const isLeft = (run: string, { namespace }: MarkedObject) =>
    // Whoever has marked what is in no namespace may hold a Lease that is out of sight.
    namespaces !== undefined && namespace === '' ? deadRuns.has(run) : !liveRuns.has(run);
  return marked.flatMap((object) => {
    const annotations = Object.fromEntries(
      Object.entries(object.annotations).filter(([key, value]) =>
        key === RUN_ANNOTATION
          ? object.kind === 'Namespace' && isOld(object) && isLeft(value, object)
          : marksOf(object, { [key]: value }).some(({ run }) => isLeft(run, object)),
      ),
    );
    return Object.keys(annotations).length === 0 ? [] : [{ ...object, annotations }];
  });
}

/** A run that has just created a namespace has not yet had the time to put its Lease there. */
const isOld = ({ created_ms }: MarkedObject): boolean => Date.now() - created_ms > LEASE_DURATION_S * 1000;

function namespaceLeft({ annotations, ...object }: MarkedObject): readonly LeftObject[] {
  const run = annotations[RUN_ANNOTATION];
  const { apiVersion, kind, namespace, name, uid } = object;
  return run === undefined ? [] : [{ apiVersion, kind, namespace, name, uid, run, by: undefined }];
}

function targetOf({ namespace, annotations, name }: Lease): string {
  const [kind, what] = (annotations[TARGET_ANNOTATION] ?? `Lease ${name}`).split(' ');
  return `${kind} ${namespace}/${what}`;
}
