import type { NodeTaint, Taint } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** `kubectl taint`, of nodes that do not have such a taint; undone: it is taken off, and no other. */
export const nodeTaint: FaultAction<NodeTaint, readonly string[]> = {
  candidates: (cluster, { workload, namespace }) => cluster.nodeCandidates(workload, namespace),
  remember: ({ operator }, { taint }, victims) =>
    victims.filter((victim) => operator.nodes.get(victim)?.taints.some((each) => isLike(each, taint))),
  apply({ operator }, { taint }, victims, cause, before) {
    for (const victim of victims) {
      if (before.includes(victim)) continue;
      operator.nodes.update(victim, ({ taints }) => ({ taints: [...taints, taint] }), cause);
    }
  },
  undo({ operator }, { taint }, victims, cause, before) {
    for (const victim of victims) {
      if (before.includes(victim)) continue;
      const untainted = (taints: readonly Taint[]) => taints.filter((each) => !isLike(each, taint));
      operator.nodes.update(victim, ({ taints }) => ({ taints: untainted(taints) }), cause);
    }
  },
};

/** A node has one taint of a key and an effect. */
const isLike = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
