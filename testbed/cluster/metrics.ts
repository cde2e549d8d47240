import type { AddressPlan } from '../addresses.ts';
import { binding, list, named } from './objects.ts';

/**
 * metrics-server: what a HorizontalPodAutoscaler and `kubectl top` ask. It runs beside the API server rather than
 * in a pod, so that no fault of a node takes it away.
 */

export const METRICS_SERVER_USER = 'system:metrics-server';
const NAMESPACE = 'kube-system';
const NAME = 'metrics-server';
const PORT = 4443;

/** The name that the API server expects in its certificate. */
export const METRICS_SERVER_HOST = `${NAME}.${NAMESPACE}.svc`;

export function metricsServerArguments(
  plan: AddressPlan,
  credential: (name: string) => string,
  kubeconfig: string,
): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--bind-address=${plan.lab}`,
    `--secure-port=${PORT}`,
    `--tls-cert-file=${credential('metrics-server.crt')}`,
    `--tls-private-key-file=${credential('metrics-server.key')}`,
  ];
}

/** What it may do (manifests/base/rbac.yaml of metrics-server v0.7.2, for a user instead of a service account). */
export function metricsServerRights(): object {
  return list([
    {
      ...named('ClusterRole', METRICS_SERVER_USER),
      rules: [
        { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
        { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
      ],
    },
    binding(METRICS_SERVER_USER, METRICS_SERVER_USER, ['ClusterRole', METRICS_SERVER_USER]),
    binding(`${NAME}:system:auth-delegator`, METRICS_SERVER_USER, ['ClusterRole', 'system:auth-delegator']),
    binding(
      `${NAME}-auth-reader`,
      METRICS_SERVER_USER,
      ['Role', 'extension-apiserver-authentication-reader'],
      NAMESPACE,
    ),
  ]);
}

/** Where the API server finds it: an APIService names a Service, and that one's only endpoint is in the lab. */
export function metricsServerRegistration(plan: AddressPlan, certificateAuthority: string): object {
  return list([
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: { ports: [{ name: 'https', port: 443, targetPort: PORT }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: NAME,
        namespace: NAMESPACE,
        labels: { 'kubernetes.io/service-name': NAME },
      },
      addressType: 'IPv4',
      ports: [{ name: 'https', port: PORT }],
      endpoints: [{ addresses: [plan.lab], conditions: { ready: true } }],
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { name: NAME, namespace: NAMESPACE },
        caBundle: Buffer.from(certificateAuthority).toString('base64'),
      },
    },
  ]);
}
