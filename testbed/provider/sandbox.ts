import { type PodName, podCalled } from '../cluster/container.ts';
import { fileOnNode, onNode } from '../cluster/node.ts';
import { mainProcess, runningSandbox, TASKS } from '../cluster/task.ts';
import type { Instance } from '../instance.ts';
import { run } from '../run.ts';
import { nodeThatRuns, running } from '../running.ts';
import { type Effect, timed, UNCHANGED } from './effect.ts';

export type SandboxEffect = Effect & { readonly node: string; readonly sandbox_id?: string };

/**
 * SIGKILL to the process that holds a pod's sandbox ("pause"). One that is gone, and not yet replaced, is left at
 * that.
 */
export async function killSandbox(
  instance: Instance,
  name: PodName,
  podUid: string | undefined,
): Promise<SandboxEffect> {
  const state = running(instance);
  const { uid, node } = await podCalled(instance, state, name, podUid);
  const first = nodeThatRuns(state, node);
  const tasks = fileOnNode(instance, node, TASKS);
  const sandbox_id = runningSandbox(tasks, uid);
  if (sandbox_id === undefined) return { ...UNCHANGED, node };
  const kill = onNode(first, ['kill', '-KILL', mainProcess(tasks, sandbox_id)]);
  return { ...(await timed(async () => void (await run(kill)))), node, sandbox_id };
}
