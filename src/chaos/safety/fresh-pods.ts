/**
 * Between two trials: pods as a fresh deployment has them. A restarted container starts more slowly the next time,
 * and pods that were moved together are hit together; the simulator begins every trial without either.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Workload } from '../../scenario/scenario.ts';
import { type Cluster, type Pod, PodReplacedError } from '../cluster/cluster.ts';
import { type Journal, journaled } from './journal.ts';
import { podsOf } from './ownership.ts';

export interface Renewal {
  readonly cluster: Cluster;
  readonly journal: Journal;
  readonly trial: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Tells a person what is happening. */
  readonly progress: (detail: string) => void;
  /** Tells the report. */
  readonly tell: (note: string) => void;
  /** Awaits steady state. */
  readonly settle: () => Promise<void>;
}

/** Replaces pods in which a container has been restarted: the kubelet waits 10 s, 20 s, ... before further restarts. */
export async function replaceRestarted(renewal: Renewal, workloads: readonly Workload[]): Promise<void> {
  for (const workload of workloads) {
    const pods = await podsOf(renewal.cluster, workload);
    for (const pod of pods.filter(({ containers }) => containers.some(({ restarts }) => restarts > 0))) {
      renewal.tell(
        'pods in which a container was restarted were deleted gracefully before the next trial, ' +
          'so that each trial meets a container without restart back-off',
      );
      await replace(renewal, pod, `${pod.name}, whose container was restarted`);
    }
  }
}

/** How many pods of each workload the nodes run, the fullest first: which node is which does not matter. */
export type Placement = ReadonlyMap<Workload, readonly number[]>;

export async function placementOf(cluster: Cluster, workloads: readonly Workload[]): Promise<Placement> {
  const entries = workloads.map(
    async (workload) => [workload, shapeOf(await podsOf(cluster, workload))] as const,
  );
  return new Map(await Promise.all(entries));
}

/** Replaces pods, one after the other, until the workloads are spread over the nodes as they were at first. */
export async function spreadAnew(renewal: Renewal, fresh: Placement): Promise<void> {
  for (const [workload, wanted] of fresh) {
    let pods = await podsOf(renewal.cluster, workload);
    // Each replacement goes to the emptiest node, so twice as many as there are pods would be more than enough.
    for (let left = 2 * pods.length; !isDeepStrictEqual(shapeOf(pods), wanted) && left > 0; left -= 1) {
      renewal.tell(
        'pods that a fault had moved together were deleted gracefully, one after the other, before the next trial, ' +
          'until they were spread over the nodes as at first',
      );
      const pod = onFullest(pods);
      if (pod === undefined) break;
      await replace(renewal, pod, `${pod.name}, to spread the pods as at first`);
      pods = await podsOf(renewal.cluster, workload);
    }
    const shape = shapeOf(pods);
    if (isDeepStrictEqual(shape, wanted)) continue;
    renewal.tell(
      `${workload.kind} ${workload.name} runs as ${shape.join('+')} on its nodes from trial ${(renewal.trial ?? 0) + 2} on, ` +
        `not as ${wanted.join('+')} as at first: the scheduler would not have it otherwise`,
    );
  }
}

function shapeOf(pods: readonly Pod[]): readonly number[] {
  return [...byNode(pods).values()].map(({ length }) => length).sort((a, b) => b - a);
}

/** The last by name on the node that has most. */
function onFullest(pods: readonly Pod[]): Pod | undefined {
  const fullest = [...byNode(pods).values()].toSorted((a, b) => b.length - a.length)[0];
  return fullest?.at(-1);
}

function byNode(pods: readonly Pod[]): ReadonlyMap<string | undefined, readonly Pod[]> {
  return Map.groupBy(pods, ({ node }) => node);
}

async function replace(renewal: Renewal, pod: Pod, what: string): Promise<void> {
  const { cluster, journal, trial, signal, progress, settle } = renewal;
  signal?.throwIfAborted();
  progress(`replacing ${what}`);
  const { namespace, name, uid } = pod;
  await journaled(
    journal,
    {
      act: 'replace-pod',
      trial,
      target: { kind: 'Pod', namespace, name, uid },
      undo: 'none: its controller creates another',
    },
    () => cluster.deletePod(pod, undefined).catch(unlessReplaced),
  );
  await settle();
}

function unlessReplaced(error: unknown): void {
  if (!(error instanceof PodReplacedError)) throw error;
}
