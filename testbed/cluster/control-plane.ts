import { join } from 'node:path';
import { type AddressPlan, API_SERVER_PORT } from '../addresses.ts';
import { auditArguments } from './audit.ts';

export interface ControlPlaneFiles {
  readonly etcdData: string;
  readonly credentials: string;
  readonly kubeconfigOf: (user: string) => string;
  readonly auditPolicy: string;
  readonly auditLog: string;
}

const ETCD = 'http://127.0.0.1:2379';

export type ControlPlaneComponent = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

/**
 * Command-line arguments of the control plane. Everything that decides how fast the cluster reacts keeps its
 * default; what is set is where things are and who may do what.
 */
export function controlPlaneArguments(
  plan: AddressPlan,
  files: ControlPlaneFiles,
): Record<ControlPlaneComponent, string[]> {
  const credential = (name: string): string => join(files.credentials, name);
  return {
    etcd: [
      `--data-dir=${files.etcdData}`,
      `--listen-client-urls=${ETCD}`,
      `--advertise-client-urls=${ETCD}`,
      '--listen-peer-urls=http://127.0.0.1:2380',
      // The data does not outlive the testbed, and its disk may be slow.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    'kube-apiserver': [
      `--etcd-servers=${ETCD}`,
      `--advertise-address=${plan.lab}`,
      `--secure-port=${API_SERVER_PORT}`,
      `--service-cluster-ip-range=${plan.serviceRange}`,
      '--allow-privileged=true',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--token-auth-file=${credential('tokens.csv')}`,
      `--client-ca-file=${credential('ca.crt')}`,
      `--tls-cert-file=${credential('apiserver.crt')}`,
      `--tls-private-key-file=${credential('apiserver.key')}`,
      `--kubelet-client-certificate=${credential('apiserver-kubelet-client.crt')}`,
      `--kubelet-client-key=${credential('apiserver-kubelet-client.key')}`,
      '--kubelet-preferred-address-types=InternalIP',
      // For aggregated APIs, with kubeadm's names.
      `--proxy-client-cert-file=${credential('front-proxy-client.crt')}`,
      `--proxy-client-key-file=${credential('front-proxy-client.key')}`,
      `--requestheader-client-ca-file=${credential('ca.crt')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      // No kube-proxy runs beside it, so it has to go to the endpoints of an aggregated API by itself.
      '--enable-aggregator-routing=true',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${credential('sa.pub')}`,
      `--service-account-signing-key-file=${credential('sa.key')}`,
      ...auditArguments(files.auditPolicy, files.auditLog),
    ],
    'kube-controller-manager': [
      ...client(files.kubeconfigOf('system:kube-controller-manager')),
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${credential('sa.key')}`,
      `--root-ca-file=${credential('ca.crt')}`,
      `--cluster-signing-cert-file=${credential('ca.crt')}`,
      `--cluster-signing-key-file=${credential('ca.key')}`,
    ],
    'kube-scheduler': client(files.kubeconfigOf('system:kube-scheduler')),
  };
}

function client(kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    // There is one of each.
    '--leader-elect=false',
  ];
}
