/**
 * A template that was made bad is put right again, and with it the mark of the fault is taken away.
 *
 * Most workloads go back by themselves. A StatefulSet that starts its pods in order does not: it waits for the one that
 * never gets ready, which somebody has to delete once the template is right (Kubernetes 1.35
 * pkg/controller/statefulset/stateful_set_control.go processReplica; kubernetes.io, StatefulSets, Forced rollback).
 */
import { SEEN_POLL_MS } from '../scenario/forced-rollback.ts';
import type { FaultType } from '../scenario/scenario.ts';
import { now_ms } from './clock.ts';
import {
  type Cluster,
  type ContainerSpec,
  type Operation,
  type Pod,
  PodReplacedError,
  type WorkloadState,
} from './cluster/cluster.ts';
import type { Target } from './safety/journal.ts';
import { unmarking } from './safety/marks.ts';
import { sleep } from './sleep.ts';
import { isTheSame, workloadRefOf } from './target.ts';

/** How long a controller may take to see a change; where it is away, the undoing is tried again. */
const SEEN_WITHIN_MS = 10_000;

export interface Rollback {
  /** The steps that put the template right; none where it is, or is somebody else's by now. */
  readonly steps: readonly Operation[];
  /** Whether a pod has the container that is bad, and so will never be ready. */
  readonly isBad: (container: ContainerSpec) => boolean;
}

/**
 * @param state of the workload, from which the steps were made
 * @throws ChangedError where it has changed since
 */
export async function rollBack(
  cluster: Cluster,
  fault: FaultType,
  target: Target,
  state: WorkloadState,
  { steps, isBad }: Rollback,
): Promise<void> {
  const patch = async (...all: readonly Operation[]) => {
    if (all.length > 0) await cluster.patch(workloadRefOf(target), [isTheSame(target), ...all]);
  };
  const marks = unmarking(fault, state.annotated);
  if (state.in_order === undefined) return patch(...steps, ...marks);
  await patch(...steps);
  await deleteBad(cluster, target, isBad);
  // The mark stays until then: whoever finds it goes on from here.
  await patch(...marks);
}

/** A controller that has not seen the good template would make bad pods anew. */
async function deleteBad(cluster: Cluster, target: Target, isBad: Rollback['isBad']): Promise<void> {
  const selector = await seen(cluster, target);
  if (selector === undefined) return;
  const isTheirs = ({ owner, terminating, specified = [] }: Pod) =>
    owner?.uid === target.uid && !terminating && specified.some(isBad);
  const bad = (await cluster.pods(target.namespace, selector)).filter(isTheirs);
  await Promise.all(bad.map((pod) => cluster.deletePod(pod, undefined).catch(unlessReplaced)));
}

/** Waits for the controller. @returns what selects its pods; undefined where the workload is gone */
async function seen(cluster: Cluster, target: Target) {
  const until_ms = now_ms() + SEEN_WITHIN_MS;
  while (true) {
    const state = await cluster.workload(workloadRefOf(target));
    if (state?.uid !== target.uid || state?.in_order === undefined) return undefined;
    if (state.in_order.is_seen) return state.in_order.selector;
    if (now_ms() > until_ms) {
      throw new Error(`the controller of ${target.kind} ${target.name} has not seen that it was put right`);
    }
    await sleep(SEEN_POLL_MS);
  }
}

function unlessReplaced(error: unknown): void {
  if (!(error instanceof PodReplacedError)) throw error;
}
