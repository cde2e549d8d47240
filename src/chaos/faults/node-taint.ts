import type { NodeTaint, Taint } from '../../scenario/scenario.ts';
import { tolerates } from '../../scenario/toleration.ts';
import { ChangedError, type Cluster, type ClusterNode, type Operation } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import type { Target } from '../safety/journal.ts';
import { marking, unmarking } from '../safety/marks.ts';
import { CORDON_RIGHTS, UNCORDON_RIGHTS } from '../safety/rights.ts';
import { isTheSame, nodeRefOf } from '../target.ts';

/** Kubelets and controllers write to a node in between. */
const WRITES_MAX = 10;

/** Taints nodes, as `kubectl taint` does; undone: that taint is taken off, and no other. */
export const nodeTaint: FaultAction<NodeTaint> = {
  on: 'nodes',
  // One that tolerates it for a time goes when that is over.
  hitsPod: ({ taint }, pod) =>
    taint.effect === 'NoExecute' &&
    !pod.mirror &&
    !tolerates(
      pod.tolerations.filter(({ toleration_s }) => toleration_s === undefined),
      taint,
    ),
  expels: ({ taint }, pod) =>
    taint.effect === 'NoExecute' && !pod.mirror && !tolerates(pod.tolerations, taint),
  rights: () => CORDON_RIGHTS,
  undoRights: () => UNCORDON_RIGHTS,
  act: 'taint-node',
  byHand: ({ name, before }) => `kubectl taint nodes ${name} ${before?.key}:${before?.effect}-`,
  removes: 'always',
  remember: ({ taints }, { taint }) => ({
    ...{ key: taint.key, value: taint.value, effect: taint.effect },
    was_there: taints.some((each) => isLike(each, taint)),
  }),
  async apply(cluster, { taint }, target) {
    const isThere = await write(cluster, target, ({ taints, annotated }) => {
      // What was there when it was chosen would not be taken off.
      if (target.before?.was_there === true || taints.some((each) => isLike(each, taint))) {
        throw new ChangedError(`node ${target.name} has a taint ${taint.key}:${taint.effect} already`);
      }
      return [setting([...taints, taint]), ...marking('node-taint', target, annotated)];
    });
    if (!isThere) throw new ChangedError(`node ${target.name} is not the one that it was`);
    return {};
  },
  async undo(cluster, target) {
    if (target.before?.was_there === true) return {};
    const taint = target.before as unknown as Taint;
    let note: string | undefined;
    const isThere = await write(cluster, target, ({ taints, annotated }) => {
      const marks = unmarking('node-taint', annotated);
      const found = taints.find((each) => isLike(each, taint));
      if (found === undefined) return marks;
      if (found.value !== taint.value) {
        note = `somebody else set the taint ${taint.key}:${taint.effect} of ${target.name} to ${found.value}, which was left alone`;
        return marks;
      }
      return [setting(taints.filter((each) => each !== found)), ...marks];
    });
    if (!isThere) return { note: `node ${target.name} is gone` };
    return note === undefined ? {} : { note };
  },
};

/** A node has one taint of a key and an effect. */
const isLike = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;

/** Where the field is missing, `add` makes it. */
const setting = (taints: ClusterNode['taints']): Operation => ({
  op: 'add',
  path: '/spec/taints',
  value: taints,
});

/**
 * Reads a node and writes to it, unless anybody wrote to it in between; then again.
 *
 * @param steps of the patch; none: nothing is to be written
 * @returns whether the node is there
 */
async function write(
  cluster: Cluster,
  target: Target,
  steps: (node: ClusterNode) => readonly Operation[],
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const node = (await cluster.nodes()).find(({ uid }) => uid === target.uid);
    if (node === undefined) return false;
    const patch = steps(node);
    if (patch.length === 0) return true;
    try {
      await cluster.patch(nodeRefOf(target), [
        isTheSame(target),
        { op: 'test', path: '/metadata/resourceVersion', value: node.resource_version },
        ...patch,
      ]);
      return true;
    } catch (error) {
      if (!(error instanceof ChangedError) || attempt === WRITES_MAX) throw error;
    }
  }
}
