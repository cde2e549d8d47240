/**
 * What a run does that outlives it, as its Leases say it: faults that last and objects that it creates. Written before
 * it is done and struck out when it is put back, so that what stands there is what is left.
 */
import type { FaultType } from '../../scenario/scenario.ts';
import { LEFT_ANNOTATION } from '../cluster/annotations.ts';
import type { ObjectRef } from '../cluster/cluster.ts';
import type { Lease } from '../cluster/leases.ts';
import type { Target } from './journal.ts';

export type LeftRecord =
  | { readonly fault: FaultType; readonly target: Target }
  | { readonly created: ObjectRef; readonly run: string };

/** Where a run records what outlives it. */
export interface Records {
  /** The run, as what it creates and changes is marked with it. */
  readonly run: string;
  /** Resolves once they are recorded; only then may they be done. */
  add(records: readonly LeftRecord[]): Promise<void>;
  /** As `add`, without waiting: for when the API server is away. */
  note(records: readonly LeftRecord[]): void;
  /** It is put back, or was never done. */
  drop(record: LeftRecord): void;
}

export function faultRecord(fault: FaultType, target: Target): LeftRecord {
  return { fault, target };
}

export function createdRecord({ apiVersion, kind, namespace, name }: ObjectRef, run: string): LeftRecord {
  return { created: { apiVersion, kind, namespace, name }, run };
}

/** Equal for records of the same thing. */
export function recordKey(record: LeftRecord): string {
  if ('created' in record) {
    const { apiVersion, kind, namespace, name } = record.created;
    return JSON.stringify([record.run, apiVersion, kind, namespace, name]);
  }
  const { kind, namespace, name, uid, container } = record.target;
  return JSON.stringify([record.fault, kind, namespace, name, uid, container]);
}

/**
 * Those that a Lease in this namespace has, and is believed to have. Whoever may write Leases in one namespace must not
 * have things done in another, by a guard that may do more than they may: what was created there is only removed where
 * it carries the run's name, and faults on other namespaces' workloads stand on Leases of their own.
 */
export function recordsIn(namespace: string, records: readonly LeftRecord[]): readonly LeftRecord[] {
  return records.filter((record) => 'created' in record || ['', namespace].includes(record.target.namespace));
}

/** @throws where it is not as foreshock writes it */
export function recordsOf({ namespace, annotations }: Lease): readonly LeftRecord[] {
  const written = JSON.parse(annotations[LEFT_ANNOTATION] ?? '[]') as readonly LeftRecord[];
  return recordsIn(namespace, written);
}
