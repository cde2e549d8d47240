import type { NodeTaint, Taint } from '../../scenario/scenario.ts';
import { tolerates } from '../../scenario/toleration.ts';
import { ChangedError, type Cluster, type PlacedTaint } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import type { Target } from '../safety/journal.ts';
import { CORDON_RIGHTS } from '../safety/rights.ts';
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
  rights: () => CORDON_RIGHTS,
  act: 'taint-node',
  byHand: ({ name, before }) => `kubectl taint nodes ${name} ${before?.key}:${before?.effect}-`,
  remember: ({ taints }, { taint }) => ({
    ...{ key: taint.key, value: taint.value, effect: taint.effect },
    was_there: taints.some((each) => isLike(each, taint)),
  }),
  async apply(cluster, { taint }, target) {
    const isThere = await writeTaints(cluster, target, (taints) => {
      if (taints.some((each) => isLike(each, taint))) {
        throw new ChangedError(`node ${target.name} has a taint ${taint.key}:${taint.effect} already`);
      }
      return [...taints, taint];
    });
    if (!isThere) throw new ChangedError(`node ${target.name} is not the one that it was`);
    return {};
  },
  async undo(cluster, target) {
    if (target.before?.was_there === true) return {};
    const taint = target.before as unknown as Taint;
    let note: string | undefined;
    const isThere = await writeTaints(cluster, target, (taints) => {
      const found = taints.find((each) => isLike(each, taint));
      if (found === undefined) return undefined;
      if (found.value !== taint.value) {
        note = `somebody else set the taint ${taint.key}:${taint.effect} of ${target.name} to ${found.value}, which was left alone`;
        return undefined;
      }
      return taints.filter((each) => each !== found);
    });
    if (!isThere) return { note: `node ${target.name} is gone` };
    return note === undefined ? {} : { note };
  },
};

/** A node has one taint of a key and an effect. */
const isLike = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;

/**
 * Reads a node's taints and writes them back changed, unless anybody wrote to the node in between; then again.
 *
 * @param change undefined: nothing is to be written
 * @returns whether the node is there
 */
async function writeTaints(
  cluster: Cluster,
  target: Target,
  change: (taints: readonly PlacedTaint[]) => readonly PlacedTaint[] | undefined,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const node = (await cluster.nodes()).find(({ uid }) => uid === target.uid);
    if (node === undefined) return false;
    const taints = change(node.taints);
    if (taints === undefined) return true;
    try {
      await cluster.patch(nodeRefOf(target), [
        isTheSame(target),
        { op: 'test', path: '/metadata/resourceVersion', value: node.resource_version },
        // Where the field is missing, `add` makes it.
        { op: 'add', path: '/spec/taints', value: taints },
      ]);
      return true;
    } catch (error) {
      if (!(error instanceof ChangedError) || attempt === WRITES_MAX) throw error;
    }
  }
}
