/**
 * SIGKILL to a container's main process. Nothing inside the container can do it: the kernel drops a SIGKILL
 * that comes from within a PID namespace to its first process (pid_namespaces(7)). So somebody on the node
 * has to: a command of the user's, which knows how to get there.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EXIT, UserError } from '../../../scenario/errors.ts';
import type { PodRef } from '../cluster.ts';

export const CONTAINER_KILL_COMMAND = 'FORESHOCK_CONTAINER_KILL_COMMAND';

/** A command and its first arguments; told the container by the options added to them. */
export type ContainerKillCommand = readonly string[];

const COMMAND_TIMEOUT_MS = 30_000;
/** How much of what the command said is worth repeating. */
const COMPLAINT_LENGTH_MAX = 500;

/**
 * @param text words separated by spaces, or a JSON list where a word has spaces in it
 * @throws UserError where it is neither
 */
export function parseContainerKillCommand(text: string): ContainerKillCommand {
  const trimmed = text.trim();
  if (trimmed !== '' && !trimmed.startsWith('[')) return trimmed.split(/\s+/);
  const words = parseJson(trimmed);
  if (Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string'))
    return words;
  throw new UserError(`the container kill command is neither words nor a JSON list of words: "${text}"`, {
    exitCode: EXIT.configuration,
    hint: 'for example: ssh node kill-container, or ["ssh", "node 1", "kill-container"]',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws UserError where there is none */
export function requireCommand(
  command: ContainerKillCommand | undefined,
): readonly [program: string, ...words: string[]] {
  const [program, ...words] = command ?? [];
  if (program === undefined) {
    throw new UserError('container-kill needs a command that can SIGKILL a process on a node', {
      exitCode: EXIT.configuration,
      hint: `give --container-kill-command or set ${CONTAINER_KILL_COMMAND}; it is run with --namespace, --pod and --container. From inside a container its main process cannot be killed`,
    });
  }
  return [program, ...words];
}

/**
 * Runs `COMMAND --namespace NAMESPACE --pod POD --container CONTAINER` and waits for it; the pod's UID is in
 * its environment as FORESHOCK_POD_UID.
 *
 * @throws UserError where there is no command, or it fails
 */
export async function runContainerKill(
  command: ContainerKillCommand | undefined,
  { namespace, name, uid }: PodRef,
  container: string,
): Promise<void> {
  const [program, ...first] = requireCommand(command);
  const options = ['--namespace', namespace, '--pod', name, '--container', container];
  try {
    await promisify(execFile)(program, [...first, ...options], {
      timeout: COMMAND_TIMEOUT_MS,
      env: { ...process.env, FORESHOCK_POD_UID: uid },
    });
  } catch (error) {
    throw new UserError(`the container kill command failed: ${complaint(error)}`, {
      exitCode: EXIT.configuration,
      hint: `try it by hand: ${[program, ...first, ...options].join(' ')}`,
      cause: error,
    });
  }
}

function complaint(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const text = said || (error instanceof Error ? error.message : String(error));
  return text.slice(0, COMPLAINT_LENGTH_MAX);
}
