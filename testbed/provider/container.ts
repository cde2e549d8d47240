import { cgroupBelow, processesInCgroup } from '../cluster/cgroup.ts';
import {
  type ContainerName,
  findContainer,
  NotRunningError,
  type RunningContainer,
} from '../cluster/container.ts';
import { fileOnNode, nodeCgroup, onNode } from '../cluster/node.ts';
import { mainProcess, TASKS } from '../cluster/task.ts';
import { TestbedError } from '../failure.ts';
import type { Instance } from '../instance.ts';
import { processState, signal } from '../processes.ts';
import { run, sleep } from '../run.ts';
import { nodeThatRuns, running } from '../running.ts';
import { type Effect, timed, UNCHANGED } from './effect.ts';

export type ContainerEffect = Effect & Partial<RunningContainer>;

/** SIGKILL to a container's main process from outside, where its PID namespace does not protect it. */
export async function killContainer(
  instance: Instance,
  name: ContainerName,
  podUid: string | undefined,
): Promise<ContainerEffect> {
  const state = running(instance);
  const found = await findContainer(instance, state, name, podUid);
  const first = nodeThatRuns(state, found.node);
  const pid = mainProcess(fileOnNode(instance, found.node, TASKS), found.container_id);
  const kill = onNode(first, ['kill', '-KILL', pid]);
  return { ...(await timed(async () => void (await run(kill)))), ...found };
}

/**
 * SIGSTOP to all processes of a container: an application that hangs. The kernel goes on to accept connections
 * for it, nothing answers, a SIGTERM waits, a SIGKILL works. Not the freezer: under cgroup v1 what it holds
 * cannot be killed, and the kubelet would fail to stop the container.
 */
export async function pauseContainer(
  instance: Instance,
  name: ContainerName,
  podUid: string | undefined,
): Promise<ContainerEffect> {
  const state = running(instance);
  const found = await findContainer(instance, state, name, podUid);
  nodeThatRuns(state, found.node);
  const cgroup = cgroupOf(instance, found);
  if (cgroup === undefined) throw new NotRunningError(`container ${found.container_id} has no process`);
  const effect = await settle(() => movingIn(cgroup), 'SIGSTOP');
  return { ...effect, ...found };
}

/** SIGCONT to all that was stopped. A container that was replaced meanwhile, or is gone, has nothing to resume. */
export async function resumeContainer(
  instance: Instance,
  name: ContainerName,
  podUid: string | undefined,
): Promise<ContainerEffect> {
  try {
    const found = await findContainer(instance, running(instance), name, podUid);
    const cgroup = cgroupOf(instance, found);
    if (cgroup === undefined) return { ...UNCHANGED, ...found };
    return { ...(await settle(() => stoppedIn(cgroup), 'SIGCONT')), ...found };
  } catch (error) {
    if (error instanceof NotRunningError) return UNCHANGED;
    throw error;
  }
}

function cgroupOf(instance: Instance, { node, container_id }: RunningContainer): string | undefined {
  return cgroupBelow(nodeCgroup(instance, node), container_id);
}

const isStopped = (pid: number): boolean => processState(pid) === 'T';
const isDead = (pid: number): boolean => ['Z', 'X', undefined].includes(processState(pid));
const stoppedIn = (cgroup: string): number[] => processesInCgroup(cgroup).filter(isStopped);
const movingIn = (cgroup: string): number[] =>
  processesInCgroup(cgroup).filter((pid) => !isStopped(pid) && !isDead(pid));

const SETTLE_TIMEOUT_MS = 5000;

/** Signals until nobody is left: a process may fork on its way to being stopped, and what is on disk stops later. */
async function settle(left: () => number[], name: NodeJS.Signals): Promise<Effect> {
  if (left().length === 0) return UNCHANGED;
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  return timed(async () => {
    for (let pids = left(); pids.length > 0; pids = left()) {
      if (Date.now() > deadline) throw new TestbedError(`${name} has no effect on ${pids.join(', ')}`);
      for (const pid of pids) signal(pid, name);
      await sleep(1);
    }
  });
}
