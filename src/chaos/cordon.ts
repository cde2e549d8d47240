import type { Cluster } from './cluster/cluster.ts';
import type { Undone } from './fault-action.ts';
import type { Target } from './safety/journal.ts';
import { isTheSame, nodeRefOf } from './target.ts';

/** Lets no new pod onto a node, as `kubectl cordon` does. */
export const cordon = (cluster: Cluster, target: Target): Promise<void> => setCordon(cluster, target, true);

/** Undoes a `cordon`, unless the node was cordoned before it, which the target remembers as `unschedulable`. */
export async function uncordon(cluster: Cluster, target: Target): Promise<Undone> {
  if (target.before?.unschedulable === true) return {};
  const node = (await cluster.nodes()).find(({ uid }) => uid === target.uid);
  if (node === undefined) return { note: `node ${target.name} is gone` };
  if (node.unschedulable) await setCordon(cluster, target, false);
  return {};
}

async function setCordon(cluster: Cluster, target: Target, unschedulable: boolean): Promise<void> {
  await cluster.patch(nodeRefOf(target), [
    isTheSame(target),
    // Where the field is missing, which means false, `add` makes it.
    { op: 'add', path: '/spec/unschedulable', value: unschedulable },
  ]);
}
