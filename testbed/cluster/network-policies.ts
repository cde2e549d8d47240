import type { AddressPlan, NodePlan } from '../addresses.ts';
import { binding, list, named } from './objects.ts';

/**
 * kube-router's network policy controller on each node, where it is asked for: the CNI plugin `bridge`, which makes the
 * pods' network, knows no NetworkPolicy.
 */

export const KUBE_ROUTER_USER = 'system:kube-router';

export function kubeRouterArguments(plan: AddressPlan, node: NodePlan, kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${node.name}`,
    `--service-cluster-ip-range=${plan.serviceRange}`,
  ];
}

/** What it may do: less than in daemonset/kube-router-firewall-daemonset.yaml of kube-router, which serves Services too. */
export function kubeRouterRights(): object {
  return list([
    {
      ...named('ClusterRole', KUBE_ROUTER_USER),
      rules: [
        { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
        { apiGroups: [''], resources: ['pods', 'namespaces'], verbs: ['list', 'watch'] },
        { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list', 'watch'] },
      ],
    },
    binding(KUBE_ROUTER_USER, KUBE_ROUTER_USER, ['ClusterRole', KUBE_ROUTER_USER]),
  ]);
}
