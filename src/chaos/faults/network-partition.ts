import type { NetworkPartition } from '../../scenario/scenario.ts';
import { FIELD_MANAGER, MANAGED_BY_LABEL } from '../cluster/annotations.ts';
import { ChangedError, type Cluster, type ObjectRef } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import type { Target } from '../safety/journal.ts';
import { createdFor } from '../safety/marks.ts';
import type { Right } from '../safety/rights.ts';
import { isTheSame, podRefOf } from '../target.ts';

const LABEL = 'foreshock.dev/partition';
const PATH = `/metadata/labels/${LABEL.replace('/', '~1')}`;

const GROUP = 'networking.k8s.io';
const rightsWith = (policyVerbs: readonly string[]): readonly Right[] => [
  { verb: 'get', resource: 'pods', group: '' },
  { verb: 'patch', resource: 'pods', group: '' },
  ...policyVerbs.map((verb) => ({ verb, resource: 'networkpolicies', group: GROUP })),
];

/**
 * Denies the victims all connections to them: each gets a label of its own and a NetworkPolicy that selects it and
 * allows nothing in. The policy is owned by the pod, so that it goes with it, and it is there before the label and goes
 * after it, so that it can say what stands. Undone: both are taken away.
 */
export const networkPartition: FaultAction<NetworkPartition> = {
  on: 'pods',
  rights: () => rightsWith(['get', 'create', 'patch', 'delete']),
  undoRights: () => rightsWith(['get', 'delete']),
  act: 'deny-ingress',
  byHand: (target) =>
    `kubectl delete networkpolicy -n ${target.namespace} ${policyOf(target).name}; kubectl label pod -n ${target.namespace} ${target.name} ${LABEL}-`,
  async apply(cluster, { position }, target) {
    const { uid } = podRefOf(target);
    const policy = policyOf(target);
    await cluster.apply({
      ...policy,
      position,
      body: {
        apiVersion: policy.apiVersion,
        kind: policy.kind,
        metadata: {
          name: policy.name,
          namespace: policy.namespace,
          labels: { [MANAGED_BY_LABEL]: FIELD_MANAGER },
          annotations: createdFor('network-partition', target),
          ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: target.name, uid }],
        },
        spec: { podSelector: { matchLabels: { [LABEL]: uid } }, policyTypes: ['Ingress'] },
      },
    });
    try {
      await cluster.patch(podObjectOf(target), [isTheSame(target), { op: 'add', path: PATH, value: uid }]);
    } catch (error) {
      // It is another pod by now, and nobody will undo what was not done to it.
      if (error instanceof ChangedError) await removePolicy(cluster, target);
      throw error;
    }
    return {};
  },
  async undo(cluster, target) {
    await removeLabel(cluster, target);
    await removePolicy(cluster, target);
    return {};
  },
};

async function removeLabel(cluster: Cluster, target: Target): Promise<void> {
  const pod = podObjectOf(target);
  if ((await cluster.find(pod))?.uid !== target.uid) return;
  try {
    await cluster.patch(pod, [
      isTheSame(target),
      { op: 'test', path: PATH, value: target.uid },
      { op: 'remove', path: PATH },
    ]);
  } catch (error) {
    if (!(error instanceof ChangedError)) throw error;
    // Where it is not there (any more) this passes; where somebody wrote in between it is tried again.
    await cluster.patch(pod, [isTheSame(target), { op: 'test', path: PATH, value: null }]);
  }
}

async function removePolicy(cluster: Cluster, target: Target): Promise<void> {
  const policy = policyOf(target);
  const found = await cluster.find(policy);
  if (found !== undefined) await cluster.remove(policy, found.uid);
}

/** Of this pod, and of no other that may have its name later. */
function policyOf({ namespace, uid }: Target): ObjectRef {
  return { apiVersion: `${GROUP}/v1`, kind: 'NetworkPolicy', namespace, name: `foreshock-${uid}` };
}

function podObjectOf({ namespace, name }: Target): ObjectRef {
  return { apiVersion: 'v1', kind: 'Pod', namespace, name };
}
