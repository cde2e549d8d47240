import type { NodeDrain } from '../../scenario/scenario.ts';
import { type Cluster, type Pod, PodReplacedError } from '../cluster/cluster.ts';
import { cordon, uncordon } from '../cordon.ts';
import { evictPatiently } from '../eviction.ts';
import type { FaultAction } from '../fault-action.ts';
import { isAlive } from '../safety/ownership.ts';
import { CORDON_RIGHTS, UNCORDON_RIGHTS } from '../safety/rights.ts';
import { sleep } from '../sleep.ts';

/** Between two looks at whether the evicted pods have ended, as kubectl's waitForDelete. */
const POLL_MS = 1000;

/**
 * Cordons nodes and evicts their pods, all at once, but those of DaemonSets and the kubelet's own, as
 * `kubectl drain --ignore-daemonsets` does (kubectl 1.35 pkg/drain/drain.go evictPods, filters.go). Undone:
 * uncordoned, and nothing more is evicted.
 */
export const nodeDrain: FaultAction<NodeDrain> = {
  on: 'nodes',
  rights: () => [
    ...CORDON_RIGHTS,
    { verb: 'create', resource: 'pods/eviction', group: '', scope: 'workloads' },
  ],
  undoRights: () => UNCORDON_RIGHTS,
  act: 'drain-node',
  byHand: ({ name }) => `kubectl uncordon ${name}`,
  removes: 'if-allowed',
  remember: ({ unschedulable }) => ({ unschedulable }),
  async apply(cluster, { grace_period_s }, target, signal) {
    await cordon(cluster, 'node-drain', target);
    const pods = (await cluster.podsOn(target.name)).filter(
      (pod) => isAlive(pod) && !pod.mirror && pod.owner?.kind !== 'DaemonSet',
    );
    const evictions = await Promise.all(
      pods.map((pod) => evictPatiently(cluster, pod, grace_period_s, signal).catch(unlessGone)),
    );
    const refused = evictions.map((eviction) => eviction?.rest);
    return { rest: drained(cluster, target.name, pods, refused, signal) };
  },
  undo: (cluster, target) => uncordon(cluster, 'node-drain', target),
};

/** Waits until the pods that were evicted have ended. */
async function drained(
  cluster: Cluster,
  node: string,
  pods: readonly Pod[],
  evictions: readonly (Promise<string | undefined> | undefined)[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const refused = (await Promise.all(evictions)).filter((note) => note !== undefined);
  if (refused.length > 0) return `node ${node} is not drained: ${refused.join('; ')}`;
  while (true) {
    // Where the API server does not answer, that will be seen at the next look.
    const there = await cluster.podsOn(node).catch(() => pods);
    if (!there.some(({ uid }) => pods.some((pod) => pod.uid === uid))) return `node ${node} is drained`;
    if (signal.aborted) return `node ${node} is not drained: its pods have not ended`;
    // At the end of the wait, however it ends, there is another look.
    await sleep(POLL_MS, signal).catch(() => {});
  }
}

/** It has ended since the list was made. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof PodReplacedError)) throw error;
}
