/** Puts back what runs that have died left: by their journal, by the Leases that they held, by the marks on objects. */

import { actionFor, isFault } from './fault-action.ts';
import { removeLeft } from './manifests.ts';
import type { KnownRun, LeftFault, LeftInCluster, LeftObject } from './safety/left.ts';
import type { MarkedFault } from './safety/marks.ts';
import { type LeftRecord, recordKey } from './safety/records.ts';
import type { TargetLeases } from './safety/target-leases.ts';
import { type Patience, type Place, throwAll, undoLeft } from './undo.ts';

export interface Repairing extends Place {
  /** That were taken over from runs that have died; undefined where the cluster has none. */
  readonly records: TargetLeases | undefined;
  readonly patience: Patience;
  /** Takes what a person must be told. */
  readonly tell: (note: string) => void;
}

/** Faults first: to remove an object that a fault holds up would take long. */
export async function putBack(place: Repairing, { faults, objects }: LeftInCluster): Promise<void> {
  const { tell, patience } = place;
  // All else needs the API server.
  const isControlPlane = ({ target }: LeftFault) => target.kind === 'ControlPlane';
  const inOrder = [...faults.filter(isControlPlane), ...faults.filter((fault) => !isControlPlane(fault))];
  await throwingAll([
    () => undoLeft(place, inOrder, tell, patience),
    () => removeLeft(place, objects, tell, patience),
  ]);
}

/**
 * What the journal says is left, and then what the Leases that were taken over say of runs that it does not know: of its
 * own it knows best.
 */
export async function repair(
  place: Repairing,
  left: LeftInCluster & { readonly runs: readonly KnownRun[] },
): Promise<void> {
  const { records } = place;
  const known = new Set(left.runs.flatMap(({ holder }) => holder ?? []));
  const inherited = records?.records ?? [];
  await throwingAll([
    async () => {
      await putBack(place, left);
      for (const record of inherited) if (known.has(runOf(record))) records?.drop(record);
    },
    () => putBack(place, leftOf(inherited.filter((record) => !known.has(runOf(record))))),
  ]);
}

/** Starts what runs of this journal have stopped and not started again: without it nothing else can be put back. */
export async function reviveControlPlane(place: Repairing): Promise<void> {
  const address = place.cluster.address?.();
  if (address === undefined) return;
  const { faults } = await place.journal.left(address);
  const stopped = faults.filter(({ target }) => target.kind === 'ControlPlane');
  if (stopped.length > 0) await place.journal.begin(address);
  await undoLeft(place, stopped, place.tell, place.patience);
}

/** Undoes faults that stand on objects, though nobody else knows of them any more. */
export async function undoMarked(place: Repairing, marks: readonly MarkedFault[]): Promise<void> {
  await undoLeft(place, marks.map(leftFault), place.tell, place.patience);
}

/** The last done first. */
function leftOf(records: readonly LeftRecord[]): LeftInCluster {
  const faults: LeftFault[] = [];
  const objects: LeftObject[] = [];
  for (const record of records.toReversed()) {
    if ('created' in record) {
      objects.push({ ...record.created, uid: undefined, run: record.run, by: undefined });
    } else faults.push(leftFault(record));
  }
  return { faults, objects };
}

function leftFault({ fault, target }: Pick<LeftFault, 'fault' | 'target'>): LeftFault {
  return { fault, target, undo: isFault(fault) ? actionFor(fault).byHand(target) : '', by: undefined };
}

const runOf = (record: LeftRecord): string =>
  ('created' in record ? record.run : record.target.run) ?? recordKey(record);

/** Does one after the other, also where one fails. */
export async function throwingAll(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  throwAll(errors);
}
