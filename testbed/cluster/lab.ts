import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AddressPlan, REGISTRY_PORT } from '../addresses.ts';
import type { Installation } from '../install/install.ts';
import type { Instance } from '../instance.ts';
import { auditFolder, auditLogFile, auditPolicy, auditPolicyFile } from './audit.ts';
import { type ControlPlaneComponent, controlPlaneArguments } from './control-plane.ts';
import { type Credentials, createCredentials, kubeconfig } from './credentials.ts';
import { kubeconfigFile } from './kubectl.ts';
import { METRICS_SERVER_USER, metricsServerArguments } from './metrics.ts';

/** What runs in the lab, and the files it is given. */

export type LabComponent = ControlPlaneComponent | 'registry' | 'metrics-server';

const LAB_USERS = ['system:kube-controller-manager', 'system:kube-scheduler', METRICS_SERVER_USER];
const REGISTRY = join(import.meta.dirname, '..', 'images', 'registry.ts');

export async function writeLabFiles(instance: Instance, plan: AddressPlan): Promise<Credentials> {
  mkdirSync(instance.folder, { recursive: true });
  const credentials = await createCredentials(credentialsFolder(instance), plan);
  const write = (file: string, user: string): void =>
    writeFileSync(file, kubeconfig(credentials, plan, user), { mode: 0o600 });
  write(kubeconfigFile(instance), 'admin');
  for (const user of LAB_USERS) write(kubeconfigOf(instance, user), user);
  mkdirSync(auditFolder(instance), { recursive: true });
  writeFileSync(auditPolicyFile(instance), JSON.stringify(auditPolicy(), undefined, 2));
  return credentials;
}

/** The command line of each, the same whenever it is started. */
export function labCommands(
  instance: Instance,
  plan: AddressPlan,
  { binaries, images }: Installation,
): Record<LabComponent, string[]> {
  const controlPlane = controlPlaneArguments(plan, {
    etcdData: join(instance.folder, 'etcd'),
    credentials: credentialsFolder(instance),
    kubeconfigOf: (user) => kubeconfigOf(instance, user),
    auditPolicy: auditPolicyFile(instance),
    auditLog: auditLogFile(instance),
  });
  const command = (component: ControlPlaneComponent): string[] => [
    join(binaries, component),
    ...controlPlane[component],
  ];
  return {
    etcd: command('etcd'),
    'kube-apiserver': command('kube-apiserver'),
    'kube-controller-manager': command('kube-controller-manager'),
    'kube-scheduler': command('kube-scheduler'),
    'metrics-server': [
      join(binaries, 'metrics-server'),
      ...metricsServerArguments(
        plan,
        (name) => join(credentialsFolder(instance), name),
        kubeconfigOf(instance, METRICS_SERVER_USER),
      ),
    ],
    registry: [process.execPath, REGISTRY, images, plan.lab, `${REGISTRY_PORT}`],
  };
}

function credentialsFolder(instance: Instance): string {
  return join(instance.folder, 'pki');
}

function kubeconfigOf(instance: Instance, user: string): string {
  return join(credentialsFolder(instance), `${user.replaceAll(':', '-')}.kubeconfig`);
}
