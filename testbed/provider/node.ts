import { createCgroup, removeCgroup } from '../cluster/cgroup.ts';
import { nodeCgroup } from '../cluster/node.ts';
import type { Instance } from '../instance.ts';
import { Launch } from '../launch.ts';
import { createNodeNetwork, isPluggedIn, removeNodeNetwork, setCable } from '../network.ts';
import { isRunning, killAndWait, type ProcessId } from '../processes.ts';
import { nodeThatRuns, plannedNode, running } from '../running.ts';
import { planOf, type State } from '../state.ts';
import { type Effect, timed, UNCHANGED } from './effect.ts';

/** Pulls out a node's cable: silence both ways, and all on the node goes on. */
export async function pullOut(instance: Instance, node: string): Promise<Effect> {
  nodeThatRuns(running(instance), node);
  if (!(await isPluggedIn(instance, node))) return UNCHANGED;
  return timed(() => setCable(instance, node, 'down'));
}

export async function plugIn(instance: Instance, node: string): Promise<Effect> {
  nodeThatRuns(running(instance), node);
  if (await isPluggedIn(instance, node)) return UNCHANGED;
  return timed(() => setCable(instance, node, 'up'));
}

/**
 * A power cut. The cable first, or the others would see the kernel close the connections of what dies. Then all
 * processes, and all that a kernel forgets: firewall, connection tracking, interfaces. The disk stays.
 */
export async function cutPower(instance: Instance, node: string): Promise<Effect> {
  const state = running(instance);
  plannedNode(state, node);
  const alive = processesOf(state, node).filter(isRunning);
  if (alive.length === 0) return UNCHANGED;
  const effect = (await isPluggedIn(instance, node))
    ? await timed(() => setCable(instance, node, 'down'))
    : await timed(() => killAndWait(alive));
  await killAndWait(alive);
  await removeNodeNetwork(instance, node);
  return effect;
}

/** Power again: the node boots with the disk that it had. The kubelet then starts its pods' containers anew. */
export async function restorePower(instance: Instance, node: string, signal: AbortSignal): Promise<Effect> {
  const state = running(instance);
  const planned = plannedNode(state, node);
  const processes = processesOf(state, node);
  if (processes.every(isRunning)) return UNCHANGED;
  await killAndWait(processes); // of a start that was interrupted
  await removeNodeNetwork(instance, node);
  await removeCgroup(nodeCgroup(instance, node));
  return timed(async () => {
    try {
      createCgroup(nodeCgroup(instance, node));
      await createNodeNetwork(instance, planOf(state), planned);
      const launch = new Launch(instance, state, signal);
      await launch.bootNode(planned);
      launch.startKubelet(planned);
    } catch (error) {
      await cutPower(instance, node);
      throw error;
    }
  });
}

/** All that the testbed has started on a node, and the node's first process. */
function processesOf(state: State, node: string): ProcessId[] {
  const first = state.nodes[node];
  const started = state.components.filter(({ name }) => name.startsWith(`${node}/`));
  return [...(first ? [first] : []), ...started.map(({ process }) => process)];
}
