import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AddressPlan, NodePlan } from '../addresses.ts';
import { TestbedError } from '../failure.ts';
import { PAUSE_IMAGE } from '../images/table.ts';
import { type Instance, nodeNamespace } from '../instance.ts';
import { inNamespace } from '../network.ts';
import { childOf, isRunning, type ProcessId } from '../processes.ts';
import { sleep } from '../run.ts';
import { createCgroup } from './cgroup.ts';
import { type Credentials, kubeconfig, nodeUser } from './credentials.ts';
import { KUBE_ROUTER_USER, kubeRouterArguments } from './network-policies.ts';
import { CONFIG_FOLDER, nodeConfig } from './node-config.ts';

/**
 * A node is a process with namespaces of its own (mounts, processes, network, host name) whose /run and
 * /var are folders of the testbed. All that runs on the node descends from that process: when it dies,
 * the kernel ends the processes and the mounts with it, as a power cut does.
 */

const BINARIES = '/run/testbed/bin';
const STARTED = '/run/testbed/started';

export function nodeFolder(instance: Instance, node: string): string {
  return join(instance.folder, node);
}

/** A node's file as the machine sees it. */
export function fileOnNode(instance: Instance, node: string, path: string): string {
  return join(nodeFolder(instance, node), path);
}

export function nodeCgroup(instance: Instance, node: string): string {
  return `${instance.cgroup}/${node}`;
}

export function writeNodeFiles(
  instance: Instance,
  plan: AddressPlan,
  node: NodePlan,
  credentials: Credentials,
): void {
  const files = nodeConfig({
    plan,
    node,
    pauseImage: PAUSE_IMAGE,
    cgroup: nodeCgroup(instance, node.name),
    kubeconfigs: {
      kubelet: kubeconfig(credentials, plan, nodeUser(node.name)),
      kubeProxy: kubeconfig(credentials, plan, 'system:kube-proxy'),
      kubeRouter: kubeconfig(credentials, plan, KUBE_ROUTER_USER),
    },
    certificateAuthority: readFileSync(join(credentials.folder, 'ca.crt'), 'utf8'),
  });
  for (const [name, content] of files) {
    const file = fileOnNode(instance, node.name, join(CONFIG_FOLDER, name));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  }
  for (const folder of ['/var/log', '/var/tmp']) {
    mkdirSync(fileOnNode(instance, node.name, folder), { recursive: true });
  }
  createCgroup(nodeCgroup(instance, node.name));
  symlinkSync('/run', fileOnNode(instance, node.name, '/var/run'));
}

/** A node's /run as it is before a boot. Its mounts went with the namespaces that held them. */
export function clearRun(instance: Instance, node: string): void {
  rmSync(fileOnNode(instance, node, '/run'), { recursive: true, force: true });
  mkdirSync(fileOnNode(instance, node, BINARIES), { recursive: true });
}

/** The command that boots a node: it turns into the node's first process and stays. */
export function bootCommand(instance: Instance, node: string, binaries: string): string[] {
  const folder = nodeFolder(instance, node);
  const script = [
    'set -e',
    // -n: or mount would keep notes of these in the machine's own /run.
    `mount -n --bind '${binaries}' '${folder}${BINARIES}'`,
    `mount -n --rbind '${folder}/run' /run`,
    `mount -n --bind '${folder}/var' /var`,
    'mount -n --make-rshared /', // for volumes with mountPropagation; shared within the node only
    `hostname '${node}'`,
    `touch ${STARTED}`,
    'exec tini -s -- sleep infinity', // a first process that reaps, for the containers' shims
  ];
  return inNamespace(nodeNamespace(instance, node), [
    ...[
      'unshare',
      '--mount',
      '--propagation',
      'private',
      '--uts',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
    ],
    ...['sh', '-c', script.join('\n')],
  ]);
}

/** Waits for the node's first process. */
export async function booted(instance: Instance, node: string, boot: ProcessId): Promise<ProcessId> {
  while (isRunning(boot)) {
    const first = childOf(boot);
    if (first !== undefined && existsSync(fileOnNode(instance, node, STARTED))) return first;
    await sleep(10);
  }
  throw new TestbedError(`${node} did not start`);
}

/** Runs a command on a node: in all its namespaces, below its first process. */
export function onNode(first: ProcessId, command: readonly string[]): string[] {
  const namespaces = ['--mount', '--uts', '--net', '--pid'];
  return ['nsenter', `--target=${first.pid}`, ...namespaces, '--', ...command];
}

/** Command lines of what runs on a node, in the order of their start. */
export function nodeCommands(
  plan: AddressPlan,
  node: NodePlan,
): Record<'containerd' | 'kubelet' | 'kube-proxy' | 'kube-router', string[]> {
  const config = (name: string): string => join(CONFIG_FOLDER, name);
  return {
    containerd: ['containerd', '--config', config('containerd.toml')],
    kubelet: [
      join(BINARIES, 'kubelet'),
      `--config=${config('kubelet.json')}`,
      `--kubeconfig=${config('kubelet.kubeconfig')}`,
      `--hostname-override=${node.name}`,
      `--node-ip=${node.address}`,
      `--node-labels=topology.kubernetes.io/region=testbed,topology.kubernetes.io/zone=${node.zone}`,
    ],
    'kube-proxy': [join(BINARIES, 'kube-proxy'), `--config=${config('kube-proxy.json')}`],
    'kube-router': [
      join(BINARIES, 'kube-router'),
      ...kubeRouterArguments(plan, node, config('kube-router.kubeconfig')),
    ],
  };
}
