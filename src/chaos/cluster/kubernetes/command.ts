/** Commands of the user's: what they are written as, and how they are run. */
import { spawn } from 'node:child_process';
import { EXIT, UserError } from '../../../scenario/errors.ts';
import { runnerVariable } from '../../safety/orphans.ts';

/** A program and its first arguments. */
export type Command = readonly [program: string, ...words: string[]];

/** How much of what a command said is worth repeating. */
const COMPLAINT_LENGTH_MAX = 500;
/** How long the end of a command that was killed is waited for. */
const CLOSE_PATIENCE_MS = 1000;

/**
 * @param text words separated by spaces, or a JSON list where a word has spaces in it
 * @param what the command is called in the message
 * @throws UserError where it is neither
 */
export function parseCommand(text: string, what: string): Command {
  const trimmed = text.trim();
  const words = trimmed === '' || trimmed.startsWith('[') ? parseJson(trimmed) : trimmed.split(/\s+/);
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) {
    const [program, ...rest] = words;
    if (program !== undefined) return [program, ...rest];
  }
  throw new UserError(`the ${what} command is neither words nor a JSON list of words: "${text}"`, {
    exitCode: EXIT.configuration,
    hint: 'for example: ssh node break, or ["ssh", "node 1", "break"]',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Runs it to its end, in a process group of its own: a Ctrl-C at the terminal must not break it off halfway.
 *
 * @param what the command is called in the message
 * @returns what it wrote to its standard output
 * @throws UserError with what it wrote to its standard error, where it fails or takes longer than `timeout_ms`
 */
export async function runCommand(
  [program, ...words]: Command,
  options: { readonly what: string; readonly timeout_ms: number; readonly env?: Record<string, string> },
): Promise<string> {
  const { what, timeout_ms, env } = options;
  const child = spawn(program, words, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...runnerVariable(), ...env },
  });
  let said = '';
  let complained = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complained += chunk));
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const late = `no end after ${timeout_ms / 1000} s`;
  let isLate = false;
  let timer = setTimeout(() => {
    isLate = true;
    killGroup(child.pid);
    // Somebody who has left the group may hold its output for ever.
    timer = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(late);
    }, CLOSE_PATIENCE_MS);
  }, timeout_ms);
  child.on('error', (error) => resolve(error.message));
  child.on('close', (code, signal) => {
    if (isLate) resolve(late);
    else if (code === 0) resolve(undefined);
    else resolve(complained.trim().slice(0, COMPLAINT_LENGTH_MAX) || `it ended with ${signal ?? code}`);
  });
  const complaint = await promise;
  clearTimeout(timer);
  if (complaint === undefined) return said;
  throw new UserError(`the ${what} command failed: ${complaint}`, {
    exitCode: EXIT.configuration,
    hint: `try it by hand: ${[program, ...words].join(' ')}`,
  });
}

/** With all that it has started: what goes on behind our back could come after its own undoing. */
function killGroup(leader: number | undefined): void {
  try {
    // The leader may have ended, the rest of its group not.
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
