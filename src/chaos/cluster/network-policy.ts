/** NetworkPolicies (networking.k8s.io/v1), as far as faults go by them. */
import type { KubernetesObject, V1NetworkPolicySpec } from '@kubernetes/client-node';
import type { Selector } from '../../scenario/scenario.ts';
import type { ObjectRef } from './cluster.ts';
import { viewSelector } from './view.ts';

export const NETWORK_POLICIES = {
  ...{ group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
} as const;

export function networkPolicyRef(namespace: string, name: string): ObjectRef {
  const { group, version } = NETWORK_POLICIES;
  return { apiVersion: `${group}/${version}`, kind: 'NetworkPolicy', namespace, name };
}

export interface NetworkPolicy {
  readonly namespace: string;
  readonly name: string;
  /** Of the pods that it is about; empty: all of the namespace. */
  readonly selector: Selector;
  /** Whether it says what those may send to. */
  readonly limits_egress: boolean;
}

/** As it comes over the wire. */
export type NetworkPolicyObject = KubernetesObject & { readonly spec?: Partial<V1NetworkPolicySpec> };

/** Without `policyTypes` it is about egress where it has rules for it (Kubernetes 1.35 pkg/apis/networking/v1/defaults.go). */
export function viewNetworkPolicy({ metadata, spec = {} }: NetworkPolicyObject): NetworkPolicy {
  const { podSelector, policyTypes, egress = [] } = spec;
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    selector: viewSelector(podSelector),
    limits_egress: policyTypes === undefined ? egress.length > 0 : policyTypes.includes('Egress'),
  };
}
