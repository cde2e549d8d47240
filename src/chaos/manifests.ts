/** The scenario's objects in the cluster: created where they are not there, and then removed again. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Labels, ManifestObject, Scenario } from '../scenario/scenario.ts';
import { now_ms } from './clock.ts';
import { RUN_ANNOTATION } from './cluster/annotations.ts';
import type { Cluster, ObjectRef } from './cluster/cluster.ts';
import { insisting, type Limits } from './cluster/retry.ts';
import { journaled, type Settle } from './safety/journal.ts';
import type { LeftObject } from './safety/left.ts';
import { createdRecord } from './safety/records.ts';
import { refuseRunning } from './safety/running.ts';
import { type Patience, type Place, throwAll, UNDO_PATIENCE_MS } from './undo.ts';

export interface Applied {
  /** In the order of creation; these and no others are ours to remove. */
  readonly created: CreatedObject[];
  /** For the report. */
  readonly notes: string[];
}

interface CreatedObject {
  readonly object: ObjectRef;
  /** Undefined where the answer was lost, so that nobody knows yet whether it is there. */
  readonly uid: string | undefined;
  /** Of the creation. */
  readonly settle: Settle;
}

/**
 * Creates what is missing. What is there already is used as it is found: never written to, never removed.
 *
 * @param applied filled in as it goes, so that what was created is known even where this fails halfway
 * @param created called when an object has been created
 */
export async function applyManifests(
  { cluster, journal, records }: Place,
  scenario: Pick<Scenario, 'objects'>,
  applied: Applied,
  signal: AbortSignal | undefined,
  created: (object: ObjectRef) => Promise<void> = async () => {},
): Promise<void> {
  for (const object of scenario.objects) {
    signal?.throwIfAborted();
    if ((await cluster.find(object)) !== undefined) {
      applied.notes.push(
        `${nameOf(object)} was there already: used as found, not compared with the manifest`,
      );
      continue;
    }
    await records?.add([createdRecord(object, records.run)]);
    const run = records === undefined ? {} : { run: records.run };
    const settle = await journal.intend({
      act: 'create',
      trial: undefined,
      target: { ...targetOf(object, undefined), ...run },
      undo: 'remove it',
    });
    let uid: string | undefined;
    try {
      const result = await cluster.apply(records === undefined ? object : createdBy(records.run, object));
      uid = result === 'created' ? (await cluster.find(object))?.uid : undefined;
      if (uid !== undefined) applied.created.push({ object, uid, settle });
      else records?.drop(createdRecord(object, records.run));
      await settle(uid === undefined ? 'not-done' : 'done', uid === undefined ? { result } : { uid });
      if (result === 'ignored')
        applied.notes.push(`${nameOf(object)} is of a kind this cluster does not know`);
    } catch (error) {
      applied.created.push({ object, uid: undefined, settle });
      await settle('failed', { error: String(error) });
      throw error;
    }
    if (uid !== undefined) await created(object);
  }
}

/** With the run's name on it, by which it is known should the run die before it hears its uid. */
function createdBy(run: string, object: ManifestObject): ManifestObject {
  const metadata = object.body.metadata as { readonly annotations?: Labels } | undefined;
  const annotations = { ...metadata?.annotations, [RUN_ANNOTATION]: run };
  return { ...object, body: { ...object.body, metadata: { ...metadata, annotations } } };
}

/**
 * Removes what earlier runs created in this cluster and could not remove, because they were killed; going on where one
 * fails. Its uid tells an object from whatever has its name by now; where the run did not hear that it was created, the
 * run's name on it, or that foreshock applied it.
 *
 * @param tell takes what the report must say
 * @param patience how long it is tried for, in all
 * @throws UserError where such a run is still going on; with EXIT.notRestored where something cannot be removed
 */
export async function removeLeft(
  place: Place,
  left: readonly LeftObject[],
  tell: (note: string) => void,
  { patience_ms = UNDO_PATIENCE_MS, signal }: Patience = {},
): Promise<void> {
  const until_ms = now_ms() + patience_ms;
  const errors: unknown[] = [];
  for (const object of left) {
    try {
      await removeOneLeft(place, object, tell, { patience_ms: until_ms - now_ms(), signal });
    } catch (error) {
      errors.push(error);
    }
  }
  throwAll(errors);
}

async function removeOneLeft(
  { cluster, journal, records }: Place,
  { uid, run, by, ...object }: LeftObject,
  tell: (note: string) => void,
  limits: Limits,
): Promise<void> {
  const until_ms = now_ms() + limits.patience_ms;
  const patiently = <T>(work: () => Promise<T>) =>
    insisting(work, { ...limits, patience_ms: until_ms - now_ms() }).catch((cause) => {
      throw notRemoved(object, cause);
    });
  const found = await patiently(() => cluster.find(object));
  const isIt =
    uid !== undefined ? found?.uid === uid : run === undefined ? found?.applied : found?.run === run;
  refuseRunning(by, `${nameOf(object)} was created`);
  const isThere = found !== undefined && isIt === true;
  // That it is not there is written down as well: nobody need ask again.
  const target = targetOf(object, isThere ? found.uid : uid);
  await journaled(
    journal,
    { act: 'remove', trial: undefined, target, undo: 'apply the manifest again' },
    async () => {
      if (isThere) await patiently(() => cluster.remove(object, found.uid));
    },
  );
  if (isThere) tell(`${nameOf(object)} of an earlier run that was killed was removed`);
  if (run !== undefined) records?.drop(createdRecord(object, run));
}

function notRemoved(object: ObjectRef, cause: unknown): UserError {
  const { kind, namespace, name } = object;
  const where = namespace === '' ? '' : ` -n ${namespace}`;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`${nameOf(object)}, of an earlier run that was killed, is not removed: ${why}`, {
    exitCode: EXIT.notRestored,
    hint: `by hand: kubectl delete${where} ${kind.toLowerCase()}/${name}`,
    cause,
  });
}

/**
 * Removes what was created, the last first, going on where one fails.
 *
 * @param patience_ms how long the API server may be away, in all
 * @throws UserError with EXIT.notRestored that names what is left
 */
export async function removeCreated(
  { cluster, journal, records }: Place,
  applied: Applied,
  patience_ms = UNDO_PATIENCE_MS,
): Promise<void> {
  const until_ms = now_ms() + patience_ms;
  const patiently = <T>(work: () => Promise<T>) => insisting(work, { patience_ms: until_ms - now_ms() });
  const left: string[] = [];
  const causes: unknown[] = [];
  for (const created of applied.created.splice(0).reverse()) {
    const { object } = created;
    let settle: Settle | undefined;
    try {
      const uid = created.uid ?? (await patiently(() => uidIfApplied(cluster, created, records?.run)));
      if (uid === undefined) {
        records?.drop(createdRecord(object, records.run));
        continue;
      }
      settle = await journal.intend({
        act: 'remove',
        trial: undefined,
        target: targetOf(object, uid),
        undo: 'apply the manifest again',
      });
      await patiently(() => cluster.remove(object, uid));
      await settle('done');
      records?.drop(createdRecord(object, records.run));
    } catch (error) {
      await settle?.('failed', { error: String(error) });
      left.push(`${nameOf(object)} (${error instanceof Error ? error.message : String(error)})`);
      causes.push(error);
    }
  }
  if (left.length === 0) return;
  throw new UserError(`not removed: ${left.join('; ')}`, {
    exitCode: EXIT.notRestored,
    hint: 'remove it by hand: kubectl delete -f the manifests of the scenario; the journal has the uids',
    cause: causes[0],
  });
}

/** It was not there before: if foreshock, or this very run, has applied what is there now, it was created after all. */
async function uidIfApplied(
  cluster: Cluster,
  { object, settle }: CreatedObject,
  run: string | undefined,
): Promise<string | undefined> {
  const found = await cluster.find(object);
  if (found?.applied && (run === undefined || found.run === run)) return found.uid;
  await settle('not-done');
  return undefined;
}

export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace}/${name}`;
}

function targetOf({ apiVersion, kind, namespace, name }: ObjectRef, uid: string | undefined) {
  return { apiVersion, kind, namespace, name, uid };
}
