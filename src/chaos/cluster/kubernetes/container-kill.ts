/**
 * SIGKILL to a container's main process. Nothing inside the container can do it: the kernel drops a SIGKILL
 * that comes from within a PID namespace to its first process (pid_namespaces(7)). So somebody on the node
 * has to: a command of the user's, which knows how to get there.
 */
import { EXIT, UserError } from '../../../scenario/errors.ts';
import type { PodRef } from '../cluster.ts';
import { type Command, runCommand } from './command.ts';

export const CONTAINER_KILL_COMMAND = 'FORESHOCK_CONTAINER_KILL_COMMAND';

const TIMEOUT_MS = 30_000;

/** @throws UserError where there is none */
export function requireKillCommand(command: Command | undefined): Command {
  if (command !== undefined) return command;
  throw new UserError('container-kill needs a command that can SIGKILL a process on a node', {
    exitCode: EXIT.configuration,
    hint: `give --container-kill-command or set ${CONTAINER_KILL_COMMAND}; it is run with --namespace, --pod and --container. From inside a container its main process cannot be killed`,
  });
}

/**
 * Runs `COMMAND --namespace NAMESPACE --pod POD --container CONTAINER` and waits for it; the pod's UID is in
 * its environment as FORESHOCK_POD_UID.
 *
 * @throws UserError where there is no command, or it fails
 */
export async function runContainerKill(
  command: Command | undefined,
  { namespace, name, uid }: PodRef,
  container: string,
): Promise<void> {
  const options = ['--namespace', namespace, '--pod', name, '--container', container];
  await runCommand([...requireKillCommand(command), ...options], {
    what: 'container kill',
    timeout_ms: TIMEOUT_MS,
    env: { FORESHOCK_POD_UID: uid },
  });
}
