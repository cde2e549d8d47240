import { join } from 'node:path';
import type { Instance } from '../instance.ts';

/**
 * The API server's audit log: who asked it for what, and what it answered. It is always kept, since it costs next to
 * nothing: what Kubernetes' own components ask, most of all calls, is left out.
 */

const FOLDER = 'audit';
const LOG = 'audit.log';
/** Of each of the two files, the one that is written to and the one before it, in megabytes. */
const SIZE_MAX_MB = 50;

const COMPONENTS = [
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:kube-proxy',
  'system:metrics-server',
  'system:kube-router',
];
/** Kubelets; and the controllers, each of which has an account of its own. */
const COMPONENT_GROUPS = ['system:nodes', 'system:serviceaccounts:kube-system'];

export function auditFolder(instance: Instance): string {
  return join(instance.folder, FOLDER);
}

export function auditLogFile(instance: Instance): string {
  return join(auditFolder(instance), LOG);
}

export function auditPolicyFile(instance: Instance): string {
  return join(auditFolder(instance), 'policy.json');
}

/** One line for each answer, and one as a watch begins; the first rule that fits counts. */
export function auditPolicy(): object {
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'None', users: COMPONENTS },
      { level: 'None', userGroups: COMPONENT_GROUPS },
      { level: 'Metadata' },
    ],
  };
}

/** Written before the answer is sent, which is the default: nothing is lost with an API server that is killed. */
export function auditArguments(policyFile: string, logFile: string): string[] {
  return [
    `--audit-policy-file=${policyFile}`,
    `--audit-log-path=${logFile}`,
    `--audit-log-maxsize=${SIZE_MAX_MB}`,
    '--audit-log-maxbackup=1',
  ];
}
