import { scaledTo } from '../../scenario/scaled-to.ts';
import type { Scale } from '../../scenario/scenario.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import type { Target } from '../safety/journal.ts';
import { workloadRights } from '../safety/rights.ts';
import { isTheSame, workloadRefOf } from '../target.ts';

/** `kubectl scale`; undone: scaled back, unless an autoscaler or a person has scaled it meanwhile. */
export const scale: FaultAction<Scale> = {
  on: 'workload',
  rights: (kind) => [...workloadRights(kind, 'get'), ...workloadRights(kind, 'patch', 'scale')],
  act: 'scale',
  byHand: ({ kind, namespace, name, before }) =>
    `kubectl scale -n ${namespace} ${kind.toLowerCase()}/${name} --replicas=${before?.replicas}`,
  remember: ({ replicas }, fault) => ({ replicas, scaled_to: scaledTo(replicas, fault.replicas) }),
  async apply(cluster, _fault, target) {
    const { replicas, scaled_to } = { ...target.before };
    await setReplicas(cluster, target, Number(replicas), Number(scaled_to));
    return {};
  },
  async undo(cluster, target) {
    const { replicas, scaled_to } = { ...target.before };
    const state = await cluster.workload(workloadRefOf(target));
    if (state === undefined || state.uid !== target.uid)
      return { note: `${target.kind} ${target.name} is gone` };
    if (state.replicas === replicas) return {};
    if (state.replicas !== scaled_to) {
      return {
        note: `somebody else scaled ${target.name} from ${scaled_to} to ${state.replicas}, which was left alone`,
      };
    }
    await setReplicas(cluster, target, state.replicas, Number(replicas));
    await cluster.disown(workloadRefOf(target));
    return {};
  },
};

async function setReplicas(cluster: Cluster, target: Target, from: number, to: number): Promise<void> {
  await cluster.patch(
    workloadRefOf(target),
    [
      isTheSame(target),
      { op: 'test', path: '/spec/replicas', value: from },
      { op: 'replace', path: '/spec/replicas', value: to },
    ],
    'scale',
  );
}
