/**
 * Between two trials: pods as a fresh deployment has them. A restarted container starts more slowly the next time,
 * and pods that were moved together are hit together; the simulator begins every trial without either.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Workload } from '../../scenario/scenario.ts';
import { type Cluster, type Pod, PodReplacedError } from '../cluster/cluster.ts';
import { STRESSOR_PREFIX } from '../cluster/ephemeral-containers.ts';
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

/**
 * Replaces pods in which a container has been restarted, since the kubelet waits 10 s, 20 s, ... before further
 * restarts, and those to which a stressor was added, since it stays there.
 */
export async function replaceRestarted(renewal: Renewal, workloads: readonly Workload[]): Promise<void> {
  for (const workload of workloads) {
    const pods = await podsOf(renewal.cluster, workload);
    for (const pod of pods) {
      if (pod.containers.some(({ restarts }) => restarts > 0)) {
        renewal.tell(
          'pods in which a container was restarted were deleted gracefully before the next trial, ' +
            'so that each trial meets a container without restart back-off',
        );
        await replace(renewal, pod, `${pod.name}, whose container was restarted`);
      } else if (pod.ephemeral?.some((name) => name.startsWith(STRESSOR_PREFIX))) {
        renewal.tell(
          'pods that were stressed were deleted gracefully before the next trial: an ephemeral container stays in its pod',
        );
        await replace(renewal, pod, `${pod.name}, which was stressed`);
      }
    }
  }
}

/**
 * How many pods of a workload run where the load enters, and how many on each of the other nodes, the fullest first:
 * which of those is which does not matter.
 */
interface Spread {
  readonly entry: number;
  readonly others: readonly number[];
}

/** How the pods were spread when all was fresh. */
export interface Placement {
  readonly entry_node: string | undefined;
  readonly spreads: ReadonlyMap<Workload, Spread>;
}

export async function placementOf(
  cluster: Cluster,
  workloads: readonly Workload[],
  entry_node: string | undefined,
): Promise<Placement> {
  const entries = workloads.map(
    async (workload) => [workload, spreadOf(await podsOf(cluster, workload), entry_node)] as const,
  );
  return { entry_node, spreads: new Map(await Promise.all(entries)) };
}

/** Replacements for each pod, before it is given up: the scheduler chooses by chance where two nodes are as good. */
const REPLACEMENTS_MAX = 4;

/** Replaces pods, one after the other, until the workloads are spread over the nodes as they were at first. */
export async function spreadAnew(renewal: Renewal, { entry_node, spreads }: Placement): Promise<void> {
  for (const [workload, wanted] of spreads) {
    let pods = await podsOf(renewal.cluster, workload);
    const isFresh = () => isDeepStrictEqual(spreadOf(pods, entry_node), wanted);
    for (let left = REPLACEMENTS_MAX * pods.length; !isFresh() && left > 0; left -= 1) {
      renewal.tell(
        'pods that a fault had moved were deleted gracefully, one after the other, before the next trial, ' +
          'until they were spread over the nodes as at first',
      );
      const pod = misplaced(pods, entry_node, wanted);
      if (pod === undefined) break;
      await replace(renewal, pod, `${pod.name}, to spread the pods as at first`);
      pods = await podsOf(renewal.cluster, workload);
    }
    if (isFresh()) continue;
    renewal.tell(
      `${workload.kind} ${workload.name} runs as ${spreadText(spreadOf(pods, entry_node))} on its nodes from trial ${(renewal.trial ?? 0) + 2} on, ` +
        `not as ${spreadText(wanted)} as at first: the scheduler would not have it otherwise`,
    );
  }
}

const spreadText = ({ entry, others }: Spread): string => [entry, ...others].join('+');

function spreadOf(pods: readonly Pod[], entry_node: string | undefined): Spread {
  const counts = Map.groupBy(pods, ({ node }) => node);
  const others = [...counts].filter(([node]) => node === undefined || node !== entry_node);
  return {
    entry: pods.length - others.reduce((sum, [, { length }]) => sum + length, 0),
    others: others.map(([, { length }]) => length).sort((a, b) => b - a),
  };
}

/** A pod of the node that has too many: where the load enters, or the fullest of the others. */
function misplaced(pods: readonly Pod[], entry_node: string | undefined, wanted: Spread): Pod | undefined {
  const atEntry = pods.filter(({ node }) => node !== undefined && node === entry_node);
  if (atEntry.length > wanted.entry) return atEntry.at(-1);
  const others = Map.groupBy(
    pods.filter((pod) => !atEntry.includes(pod)),
    ({ node }) => node,
  );
  return [...others.values()].toSorted((a, b) => b.length - a.length)[0]?.at(-1);
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
