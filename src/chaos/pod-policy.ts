/**
 * Faults that a NetworkPolicy causes: each victim gets a label of its own and a policy that selects it. The policy is owned
 * by the pod, so that it goes with it, and it is there before the label and goes after it, so that it can say what stands.
 */
import type { DnsOutage, NetworkPartition } from '../scenario/scenario.ts';
import { FIELD_MANAGER, MANAGED_BY_LABEL } from './cluster/annotations.ts';
import { ChangedError, type Cluster, type ObjectRef } from './cluster/cluster.ts';
import { NETWORK_POLICIES, networkPolicyRef } from './cluster/network-policy.ts';
import type { Caused, Undone } from './fault-action.ts';
import type { Target } from './safety/journal.ts';
import { createdFor } from './safety/marks.ts';
import type { Right } from './safety/rights.ts';
import { isTheSame, podRefOf } from './target.ts';

type PolicyFault = NetworkPartition | DnsOutage;

interface PolicyOf<F extends PolicyFault> {
  readonly fault: F['type'];
  /** Of the victim; its value is the UID. */
  readonly label: string;
  /** Of the policy's name, which ends with the UID. */
  readonly prefix: string;
  /** What the policy says of the pod. */
  readonly spec: { readonly policyTypes: readonly string[]; readonly egress?: readonly object[] };
}

const { group, resource } = NETWORK_POLICIES;

/** @param verbs on NetworkPolicies */
export const policyRights = (verbs: readonly string[]): readonly Right[] => [
  { verb: 'get', resource: 'pods', group: '' },
  { verb: 'patch', resource: 'pods', group: '' },
  ...verbs.map((verb) => ({ verb, resource, group })),
];

/** How such a fault is caused, and undone: both label and policy are taken away. */
export function byPolicy<F extends PolicyFault>({ fault, label, prefix, spec }: PolicyOf<F>) {
  const path = `/metadata/labels/${label.replace('/', '~1')}`;
  /** Of this pod, and of no other that may have its name later. */
  const policyOf = ({ namespace, uid }: Target): ObjectRef => networkPolicyRef(namespace, `${prefix}${uid}`);

  async function removeLabel(cluster: Cluster, target: Target): Promise<void> {
    const pod = podObjectOf(target);
    if ((await cluster.find(pod))?.uid !== target.uid) return;
    try {
      await cluster.patch(pod, [
        isTheSame(target),
        { op: 'test', path, value: target.uid },
        { op: 'remove', path },
      ]);
    } catch (error) {
      if (!(error instanceof ChangedError)) throw error;
      // Where it is not there (any more) this passes; where somebody wrote in between it is tried again.
      await cluster.patch(pod, [isTheSame(target), { op: 'test', path, value: null }]);
    }
  }

  async function removePolicy(cluster: Cluster, target: Target): Promise<void> {
    const policy = policyOf(target);
    const found = await cluster.find(policy);
    if (found !== undefined) await cluster.remove(policy, found.uid);
  }

  return {
    on: 'pods',
    rights: () => policyRights(['get', 'create', 'patch', 'delete']),
    undoRights: () => policyRights(['get', 'delete']),
    byHand: (target: Target) =>
      `kubectl delete networkpolicy -n ${target.namespace} ${policyOf(target).name}; kubectl label pod -n ${target.namespace} ${target.name} ${label}-`,
    async apply(cluster: Cluster, { position }: F, target: Target): Promise<Caused> {
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
            annotations: createdFor(fault, target),
            ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: target.name, uid }],
          },
          spec: { podSelector: { matchLabels: { [label]: uid } }, ...spec },
        },
      });
      try {
        await cluster.patch(podObjectOf(target), [isTheSame(target), { op: 'add', path, value: uid }]);
      } catch (error) {
        // It is another pod by now, and nobody will undo what was not done to it.
        if (error instanceof ChangedError) await removePolicy(cluster, target);
        throw error;
      }
      return {};
    },
    async undo(cluster: Cluster, target: Target): Promise<Undone> {
      await removeLabel(cluster, target);
      await removePolicy(cluster, target);
      return {};
    },
  } as const;
}

function podObjectOf({ namespace, name }: Target): ObjectRef {
  return { apiVersion: 'v1', kind: 'Pod', namespace, name };
}
