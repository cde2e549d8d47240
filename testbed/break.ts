import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubectl } from './cluster/kubectl.ts';
import { fileOnNode, onNode } from './cluster/node.ts';
import { TestbedError } from './failure.ts';
import { type Instance, nodeNamespace } from './instance.ts';
import { cableOf, inNamespace } from './network.ts';
import type { ProcessId } from './processes.ts';
import { run } from './run.ts';
import { running } from './running.ts';
import type { State } from './state.ts';

/** Faults that need a hand outside of Kubernetes. */

/** Pulls out a node's cable, or plugs it in: to the others, pulled looks as a power cut does. */
export async function setNodeLink(instance: Instance, node: string, link: 'up' | 'down'): Promise<void> {
  firstProcessOf(running(instance), node);
  await run(['ip', '-n', instance.labNamespace, 'link', 'set', cableOf(node), link]);
}

/**
 * Makes every node forget its connections. A dead backend stays remembered for up to 120 s
 * (nf_conntrack_tcp_timeout_syn_sent) and would leak from one trial into the next.
 */
export async function forgetConnections(instance: Instance): Promise<void> {
  for (const node of Object.keys(running(instance).nodes)) {
    await run(inNamespace(nodeNamespace(instance, node), ['conntrack', '-F']));
  }
}

export interface ContainerName {
  readonly namespace: string;
  readonly pod: string;
  /** May be left out where the pod has one container. */
  readonly container?: string | undefined;
}

export interface KilledContainer {
  readonly node: string;
  readonly container_id: string;
  readonly restart_count: number;
  /** Wall clock, milliseconds since 1970: the kill happened between the two. */
  readonly killed_after_ms: number;
  readonly killed_before_ms: number;
}

/** Sends SIGKILL to a container's main process from outside, where its PID namespace does not protect it. */
export async function killContainer(instance: Instance, name: ContainerName): Promise<KilledContainer> {
  const state = running(instance);
  const answer = await kubectl(instance, state, ['get', 'pod', '-n', name.namespace, name.pod, '-o', 'json']);
  if (answer === undefined) {
    throw new TestbedError(`there is no pod ${name.pod} in namespace ${name.namespace}`);
  }
  const { node, container_id, restart_count } = runningContainer(JSON.parse(answer) as Pod, name);
  // Where containerd's shim for runc keeps the pid, as seen on the node.
  const pidFile = join('/run/containerd/io.containerd.runtime.v2.task/k8s.io', container_id, 'init.pid');
  const pid = readFileSync(fileOnNode(instance, node, pidFile), 'utf8');
  const kill = onNode(firstProcessOf(state, node), ['kill', '-KILL', pid]);
  const killed_after_ms = Date.now();
  await run(kill);
  return { node, container_id, restart_count, killed_after_ms, killed_before_ms: Date.now() };
}

interface Pod {
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly containerID?: string;
      readonly restartCount: number;
      readonly state: { readonly running?: object };
    }[];
  };
}

export function runningContainer(
  pod: Pod,
  { namespace, pod: podName, container }: ContainerName,
): Pick<KilledContainer, 'node' | 'container_id' | 'restart_count'> {
  const where = `pod ${podName} in namespace ${namespace}`;
  const statuses = pod.status.containerStatuses ?? [];
  const names = statuses.map((status) => status.name).join(', ');
  if (container === undefined && statuses.length > 1) {
    throw new TestbedError(`${where} has more than one container: ${names}`, {
      hint: 'say which: --container NAME',
    });
  }
  const status = container === undefined ? statuses[0] : statuses.find(({ name }) => name === container);
  if (status === undefined) {
    throw new TestbedError(`${where} has no container ${container ?? ''} (it has: ${names || 'none yet'})`);
  }
  const container_id = status.containerID?.replace(/^containerd:\/\//, '');
  if (!status.state.running || !container_id || !pod.spec.nodeName) {
    throw new TestbedError(`container ${status.name} of ${where} is not running`);
  }
  return { node: pod.spec.nodeName, container_id, restart_count: status.restartCount };
}

function firstProcessOf(state: State, node: string): ProcessId {
  const first = state.nodes[node];
  if (first === undefined) {
    throw new TestbedError(`there is no node ${node} (there are: ${Object.keys(state.nodes).join(', ')})`);
  }
  return first;
}
