import { scaledTo } from '../../scenario/scaled-to.ts';
import type { Scale, Workload } from '../../scenario/scenario.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import type { Target } from '../safety/journal.ts';
import { marking, unmarking } from '../safety/marks.ts';
import { type Right, workloadRights } from '../safety/rights.ts';
import { isTheSame, stateOf, workloadRefOf } from '../target.ts';

/** `kubectl scale`; undone: scaled back, unless an autoscaler or a person has scaled it meanwhile. */
export const scale: FaultAction<Scale> = {
  on: 'workload',
  rights: rightsToScale,
  undoRights: rightsToScale,
  act: 'scale',
  byHand: ({ kind, namespace, name, before }) =>
    `kubectl scale -n ${namespace} ${kind.toLowerCase()}/${name} --replicas=${before?.replicas}`,
  remember: ({ replicas }, fault) => ({ replicas, scaled_to: scaledTo(replicas, fault.replicas) }),
  async apply(cluster, _fault, target) {
    // The scale subresource has no annotations: the mark must be there before it is used.
    if (target.run !== undefined) {
      const { annotated } = await stateOf(cluster, target);
      await cluster.patch(workloadRefOf(target), [isTheSame(target), ...marking('scale', target, annotated)]);
    }
    const { replicas, scaled_to } = { ...target.before };
    await setReplicas(cluster, target, Number(replicas), Number(scaled_to));
    return {};
  },
  async undo(cluster, target) {
    const { replicas, scaled_to } = { ...target.before };
    const state = await cluster.workload(workloadRefOf(target));
    if (state === undefined || state.uid !== target.uid)
      return { note: `${target.kind} ${target.name} is gone` };
    const isStanding = state.replicas === scaled_to && replicas !== scaled_to;
    if (isStanding) await setReplicas(cluster, target, state.replicas, Number(replicas));
    const steps = unmarking('scale', state.annotated);
    if (steps.length > 0) await cluster.patch(workloadRefOf(target), [isTheSame(target), ...steps]);
    if (isStanding) await cluster.disown(workloadRefOf(target));
    return isStanding || state.replicas === replicas
      ? {}
      : {
          note: `somebody else scaled ${target.name} from ${scaled_to} to ${state.replicas}, which was left alone`,
        };
  },
};

function rightsToScale(kind: Workload['kind']): readonly Right[] {
  return [
    ...workloadRights(kind, 'get'),
    ...workloadRights(kind, 'patch'),
    ...workloadRights(kind, 'patch', 'scale'),
  ];
}

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
