import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What containerd's shim for runc keeps of everything that it runs on a node, a container or a sandbox: a folder
 * by its id, gone soon after it has ended.
 */
export const TASKS = '/run/containerd/io.containerd.runtime.v2.task/k8s.io';

/** Of containerd (pkg/cri/annotations/annotations.go), in the OCI specification of whatever it runs for a pod. */
const TYPE = 'io.kubernetes.cri.container-type';
const POD_UID = 'io.kubernetes.cri.sandbox-uid';

/**
 * The process id of a task's main process, as the node numbers it.
 *
 * @param tasks the node's TASKS, as the machine sees it
 */
export function mainProcess(tasks: string, id: string): string {
  return readFileSync(join(tasks, id, 'init.pid'), 'utf8');
}

/** The id of the sandbox that runs of a pod; undefined: none does. */
export function runningSandbox(tasks: string, podUid: string): string | undefined {
  if (!existsSync(tasks)) return undefined;
  return readdirSync(tasks).find((id) => {
    const annotations = annotationsOf(join(tasks, id));
    return annotations?.[TYPE] === 'sandbox' && annotations[POD_UID] === podUid;
  });
}

/** undefined where it has ended meanwhile, or only begins: its process is there last. */
function annotationsOf(task: string): Readonly<Record<string, string>> | undefined {
  try {
    if (!existsSync(join(task, 'init.pid'))) return undefined;
    const spec = JSON.parse(readFileSync(join(task, 'config.json'), 'utf8')) as {
      readonly annotations?: Readonly<Record<string, string>>;
    };
    return spec.annotations;
  } catch {
    return undefined;
  }
}
