import { existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressPlan } from './addresses.ts';
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

export function namespacesOf(instance: Instance, plan: AddressPlan): string[] {
  return [instance.labNamespace, ...plan.nodes.map((node) => nodeNamespace(instance, node.name))];
}

/**
 * A bridge in the lab and a cable to each node. There is no uplink and nothing in the machine's own
 * network namespace: what is sent in here cannot leave.
 */
export async function createNetwork(instance: Instance, plan: AddressPlan): Promise<void> {
  await loadBridgeFilter();
  mkdirSync(NAMESPACE_FOLDER, { recursive: true });
  for (const namespace of namespacesOf(instance, plan)) {
    // As `ip netns add` does, but without turning the folder into a mount of its own for good.
    writeFileSync(namespaceFile(namespace), '');
    await run(['unshare', `--net=${namespaceFile(namespace)}`, 'true']);
  }
  for (const command of networkCommands(instance, plan)) await run(command);
}

/** A module on most kernels, and nothing loads it by itself. */
async function loadBridgeFilter(): Promise<void> {
  if (existsSync('/proc/sys/net/bridge') || !isInstalled('modprobe')) return;
  await attempt(['modprobe', 'br_netfilter']);
}

export function networkCommands(instance: Instance, plan: AddressPlan): string[][] {
  const lab = instance.labNamespace;
  const commands = [
    ip(lab, 'link set lo up'),
    ip(lab, `link add ${BRIDGE} type bridge`),
    ip(lab, `address add ${plan.lab}/${plan.prefixLength} dev ${BRIDGE}`),
    ip(lab, `link set ${BRIDGE} up`),
    ip(lab, `route add local ${plan.sourceAddresses} dev lo`),
    // The bridge stands for a switch: it must not track or filter what nodes say to each other.
    setting(lab, 'bridge/bridge-nf-call-iptables', 0),
  ];
  for (const node of plan.nodes) {
    const namespace = nodeNamespace(instance, node.name);
    const cable = cableOf(node.name);
    commands.push(
      ip(namespace, 'link set lo up'),
      ip(lab, `link add ${cable} type veth peer name eth0 netns ${namespace}`),
      ip(lab, `link set ${cable} master ${BRIDGE} up`),
      ip(namespace, `address add ${node.address}/${plan.prefixLength} dev eth0`),
      ip(namespace, 'link set eth0 up'),
      ip(namespace, `route add ${plan.sourceAddresses} via ${plan.lab}`),
      ip(lab, `route add ${node.podRange} via ${node.address}`),
      setting(namespace, 'ipv4/ip_forward', 1),
      // A Service's answer to a pod of the same node crosses the pods' bridge: kube-proxy must see it.
      setting(namespace, 'bridge/bridge-nf-call-iptables', 1),
    );
    for (const other of plan.nodes) {
      if (other !== node) commands.push(ip(namespace, `route add ${other.podRange} via ${other.address}`));
    }
  }
  const [first] = plan.nodes;
  if (first) commands.push(ip(lab, `route add ${plan.serviceRange} via ${first.address}`));
  return commands;
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
