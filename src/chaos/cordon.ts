import type { FaultType } from '../scenario/scenario.ts';
import type { Cluster, Operation } from './cluster/cluster.ts';
import type { Undone } from './fault-action.ts';
import type { Target } from './safety/journal.ts';
import { marking, unmarking } from './safety/marks.ts';
import { isTheSame, nodeRefOf } from './target.ts';

/** Lets no new pod onto a node, as `kubectl cordon` does. @param fault that marks the node */
export async function cordon(cluster: Cluster, fault: FaultType, target: Target): Promise<void> {
  // What its annotations are is asked for only where they matter.
  const marks =
    target.run === undefined ? [] : marking(fault, target, (await nodeOf(cluster, target))?.annotated);
  await setCordon(cluster, target, true, marks);
}

/** Undoes a `cordon`, unless the node was cordoned before it, which the target remembers as `unschedulable`. */
export async function uncordon(cluster: Cluster, fault: FaultType, target: Target): Promise<Undone> {
  if (target.before?.unschedulable === true && target.run === undefined) return {};
  const node = await nodeOf(cluster, target);
  if (node === undefined) return { note: `node ${target.name} is gone` };
  const marks = unmarking(fault, node.annotated);
  if (node.unschedulable && target.before?.unschedulable !== true) {
    await setCordon(cluster, target, false, marks);
  } else if (marks.length > 0) await cluster.patch(nodeRefOf(target), [isTheSame(target), ...marks]);
  return {};
}

async function nodeOf(cluster: Cluster, target: Target) {
  return (await cluster.nodes()).find(({ uid }) => uid === target.uid);
}

/** @param marks steps that come with it */
async function setCordon(
  cluster: Cluster,
  target: Target,
  unschedulable: boolean,
  marks: readonly Operation[],
): Promise<void> {
  await cluster.patch(nodeRefOf(target), [
    isTheSame(target),
    // Where the field is missing, which means false, `add` makes it.
    { op: 'add', path: '/spec/unschedulable', value: unschedulable },
    ...marks,
  ]);
}
