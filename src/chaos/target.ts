/** From what the journal knows of a target to what the cluster is asked by. */
import type { Workload } from '../scenario/scenario.ts';
import {
  ChangedError,
  type Cluster,
  type ObjectRef,
  type Operation,
  type PodRef,
  type WorkloadRef,
  type WorkloadState,
} from './cluster/cluster.ts';
import type { Target } from './safety/journal.ts';

export function podRefOf({ namespace, name, uid }: Target): PodRef {
  return { namespace, name, uid: uid ?? '' };
}

/** Of a target that is a container. */
export function containerOf({ container }: Target): string {
  return container ?? '';
}

export function nodeRefOf({ name }: Target): ObjectRef {
  return { apiVersion: 'v1', kind: 'Node', namespace: '', name };
}

export function serviceRefOf({ namespace, name }: Target): ObjectRef {
  return { apiVersion: 'v1', kind: 'Service', namespace, name };
}

/** Faults change no Jobs, so it is of apps/v1. */
export function workloadRefOf({ kind, namespace, name }: Target): ObjectRef & WorkloadRef {
  return { apiVersion: 'apps/v1', kind: kind as Workload['kind'], namespace, name };
}

/** @throws ChangedError where the workload is gone, or another one by now */
export async function stateOf(cluster: Cluster, target: Target): Promise<WorkloadState> {
  const state = await cluster.workload(workloadRefOf(target));
  if (state?.uid === target.uid && state !== undefined) return state;
  throw new ChangedError(`${target.kind} ${target.namespace}/${target.name} is not the one that it was`);
}

/** The first step of a patch that must meet this object and no other of its name. */
export function isTheSame({ uid }: Target): Operation {
  return { op: 'test', path: '/metadata/uid', value: uid };
}
