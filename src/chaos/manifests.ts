/** The scenario's objects in the cluster: created where they are not there, and then removed again. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Cluster, ObjectRef } from './cluster/cluster.ts';
import { type Journal, journaled, type Settle } from './safety/journal.ts';
import type { LeftObject } from './safety/left.ts';
import { refuseRunning } from './safety/running.ts';

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
 */
export async function applyManifests(
  cluster: Cluster,
  scenario: Scenario,
  journal: Journal,
  applied: Applied,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const object of scenario.objects) {
    signal?.throwIfAborted();
    if ((await cluster.find(object)) !== undefined) {
      applied.notes.push(
        `${nameOf(object)} was there already: used as found, not compared with the manifest`,
      );
      continue;
    }
    const settle = await journal.intend({
      act: 'create',
      trial: undefined,
      target: targetOf(object, undefined),
      undo: 'remove it',
    });
    try {
      const result = await cluster.apply(object);
      const uid = result === 'created' ? (await cluster.find(object))?.uid : undefined;
      if (uid !== undefined) applied.created.push({ object, uid, settle });
      await settle(uid === undefined ? 'not-done' : 'done', uid === undefined ? { result } : { uid });
      if (result === 'ignored')
        applied.notes.push(`${nameOf(object)} is of a kind this cluster does not know`);
    } catch (error) {
      applied.created.push({ object, uid: undefined, settle });
      await settle('failed', { error: String(error) });
      throw error;
    }
  }
}

/**
 * Removes what an earlier run created in this cluster and could not remove, because it was killed. Its uid tells it
 * from whatever has its name by now; where the run did not hear that it was created, that foreshock applied it.
 *
 * @throws UserError where that run is still going on
 */
export async function removeLeft(
  cluster: Cluster,
  journal: Journal,
  left: readonly LeftObject[],
  applied: Applied,
): Promise<void> {
  for (const { uid, by, ...object } of left) {
    const found = await cluster.find(object);
    if (found === undefined || !(uid === undefined ? found.applied : found.uid === uid)) continue;
    refuseRunning(by, `${nameOf(object)} was created`);
    await journaled(
      journal,
      {
        act: 'remove',
        trial: undefined,
        target: targetOf(object, found.uid),
        undo: 'apply the manifest again',
      },
      () => cluster.remove(object, found.uid),
    );
    applied.notes.push(`${nameOf(object)} of an earlier run that was killed was removed first`);
  }
}

/**
 * Removes what was created, the last first, going on where one fails.
 *
 * @throws UserError with EXIT.notRestored that names what is left
 */
export async function removeCreated(cluster: Cluster, journal: Journal, applied: Applied): Promise<void> {
  const left: string[] = [];
  const causes: unknown[] = [];
  for (const created of applied.created.splice(0).reverse()) {
    const { object } = created;
    let settle: Settle | undefined;
    try {
      const uid = created.uid ?? (await uidIfApplied(cluster, created));
      if (uid === undefined) continue;
      settle = await journal.intend({
        act: 'remove',
        trial: undefined,
        target: targetOf(object, uid),
        undo: 'apply the manifest again',
      });
      await cluster.remove(object, uid);
      await settle('done');
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

/** It was not there before: if foreshock has applied what is there now, it was created after all. */
async function uidIfApplied(
  cluster: Cluster,
  { object, settle }: CreatedObject,
): Promise<string | undefined> {
  const found = await cluster.find(object);
  if (found?.applied) return found.uid;
  await settle('not-done');
  return undefined;
}

export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace}/${name}`;
}

function targetOf({ apiVersion, kind, namespace, name }: ObjectRef, uid: string | undefined) {
  return { apiVersion, kind, namespace, name, uid };
}
