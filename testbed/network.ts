import { existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressPlan, NodePlan } from './addresses.ts';
import { type Instance, nodeNamespace } from './instance.ts';
import { attempt, run } from './run.ts';
import { isInstalled } from './search-path.ts';

export const NAMESPACE_FOLDER = '/run/netns';
const BRIDGE = 'lan';

export function namespaceFile(namespace: string): string {
  return join(NAMESPACE_FOLDER, namespace);
}

export function inNamespace(namespace: string, command: readonly string[]): string[] {
  // Not `ip netns exec`: it mounts a new /sys, which hides the cgroups.
  return ['nsenter', `--net=${namespaceFile(namespace)}`, '--', ...command];
}

/** The lab's end of a node's cable; the node's own end is eth0. */
export function cableOf(node: string): string {
  return node;
}

/**
 * A bridge in the lab and a cable to each node. There is no uplink and nothing in the machine's own
 * network namespace: what is sent in here cannot leave.
 */
export async function createNetwork(instance: Instance, plan: AddressPlan): Promise<void> {
  await loadBridgeFilter();
  mkdirSync(NAMESPACE_FOLDER, { recursive: true });
  await createNamespace(instance.labNamespace);
  for (const node of plan.nodes) await createNamespace(nodeNamespace(instance, node.name));
  for (const command of networkCommands(instance, plan)) await run(command);
}

/** One node's namespace and cable, where the rest is there. */
export async function createNodeNetwork(
  instance: Instance,
  plan: AddressPlan,
  node: NodePlan,
): Promise<void> {
  await createNamespace(nodeNamespace(instance, node.name));
  for (const command of nodeNetworkCommands(instance, plan, node)) await run(command);
}

/** Both, as far as they are there: with the last process in it, the kernel drops all that the namespace knew. */
export async function removeNodeNetwork(instance: Instance, node: string): Promise<void> {
  // Now, not when the kernel comes round to it: a new one will have the same name.
  await attempt(['ip', '-n', instance.labNamespace, 'link', 'delete', cableOf(node)]);
  await removeNamespace(nodeNamespace(instance, node));
}

export async function setCable(instance: Instance, node: string, link: 'up' | 'down'): Promise<void> {
  await run(['ip', '-n', instance.labNamespace, 'link', 'set', cableOf(node), link]);
}

/** False also where there is no cable. */
export async function isPluggedIn(instance: Instance, node: string): Promise<boolean> {
  const show = ['ip', '-n', instance.labNamespace, '-json', 'link', 'show', 'dev', cableOf(node)];
  const { exitCode, stdout } = await attempt(show);
  if (exitCode !== 0) return false;
  const [link] = JSON.parse(stdout) as [{ readonly flags: readonly string[] }];
  return link.flags.includes('UP');
}

async function createNamespace(namespace: string): Promise<void> {
  // As `ip netns add` does, but without turning the folder into a mount of its own for good.
  writeFileSync(namespaceFile(namespace), '');
  await run(['unshare', `--net=${namespaceFile(namespace)}`, 'true']);
}

/** A module on most kernels, and nothing loads it by itself. */
async function loadBridgeFilter(): Promise<void> {
  if (existsSync('/proc/sys/net/bridge') || !isInstalled('modprobe')) return;
  await attempt(['modprobe', 'br_netfilter']);
}

export function networkCommands(instance: Instance, plan: AddressPlan): string[][] {
  return [
    ...labNetworkCommands(instance, plan),
    ...plan.nodes.flatMap((node) => nodeNetworkCommands(instance, plan, node)),
  ];
}

function labNetworkCommands(instance: Instance, plan: AddressPlan): string[][] {
  const lab = instance.labNamespace;
  return [
    ip(lab, 'link set lo up'),
    ip(lab, `link add ${BRIDGE} type bridge`),
    ip(lab, `address add ${plan.lab}/${plan.prefixLength} dev ${BRIDGE}`),
    ip(lab, `link set ${BRIDGE} up`),
    ip(lab, `route add local ${plan.sourceAddresses} dev lo`),
    // The bridge stands for a switch: it must not track or filter what nodes say to each other.
    setting(lab, 'bridge/bridge-nf-call-iptables', 0),
    ...plan.nodes.map((node) => ip(lab, `route add ${node.podRange} via ${node.address}`)),
    ...plan.nodes.slice(0, 1).map((first) => ip(lab, `route add ${plan.serviceRange} via ${first.address}`)),
  ];
}

function nodeNetworkCommands(instance: Instance, plan: AddressPlan, node: NodePlan): string[][] {
  const lab = instance.labNamespace;
  const namespace = nodeNamespace(instance, node.name);
  const cable = cableOf(node.name);
  return [
    ip(namespace, 'link set lo up'),
    // A card keeps its address over a reboot, or the others would look for the old one for a while.
    ip(lab, `link add ${cable} type veth peer name eth0 address ${node.cardAddress} netns ${namespace}`),
    ip(lab, `link set ${cable} master ${BRIDGE} up`),
    ip(namespace, `address add ${node.address}/${plan.prefixLength} dev eth0`),
    ip(namespace, 'link set eth0 up'),
    ip(namespace, `route add ${plan.sourceAddresses} via ${plan.lab}`),
    setting(namespace, 'ipv4/ip_forward', 1),
    // A Service's answer to a pod of the same node crosses the pods' bridge: kube-proxy must see it.
    setting(namespace, 'bridge/bridge-nf-call-iptables', 1),
    ...plan.nodes
      .filter((other) => other.name !== node.name)
      .map((other) => ip(namespace, `route add ${other.podRange} via ${other.address}`)),
  ];
}

function ip(namespace: string, words: string): string[] {
  return ['ip', '-n', namespace, ...words.split(' ')];
}

/** A kernel setting of one network namespace; one that this kernel does not have is left out. */
function setting(namespace: string, key: string, value: number): string[] {
  const file = `/proc/sys/net/${key}`;
  return inNamespace(namespace, ['sh', '-c', `[ ! -e ${file} ] || echo ${value} >${file}`]);
}

/** Cables and bridges go with the namespaces that hold them. */
export async function removeNamespace(namespace: string): Promise<void> {
  const file = namespaceFile(namespace);
  if (!existsSync(file)) return;
  await attempt(['umount', '-n', file]); // fails when an interrupted `up` had made the file and no more
  rmSync(file);
  try {
    rmdirSync(NAMESPACE_FOLDER);
  } catch {
    // others keep namespaces there
  }
}
