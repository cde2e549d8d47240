/** Starts the guard of a run: a process in a session of its own, which a closed terminal or a killed group spares. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { GOODBYE } from './guard.ts';
import { READY } from './guard-ready.ts';
import type { Guard, StartGuard } from './hold.ts';

/** A busy machine may take a while to start a process. */
const START_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 5000;
const COMPLAINT_LENGTH_MAX = 500;

/**
 * @param command program and arguments; it has the line from the run as its standard input, and says READY on its
 *   standard output
 * @param log file for its standard error
 */
export function guardProcess([program, ...words]: readonly [string, ...string[]], log: string): StartGuard {
  return async (lost) => {
    const file = openSync(log, 'a');
    const before = statSync(log).size;
    let child: ChildProcess;
    try {
      child = spawn(program, words, { detached: true, stdio: ['pipe', 'pipe', file] });
    } finally {
      closeSync(file);
    }
    const { promise: ended, resolve: end } = Promise.withResolvers<string>();
    child.on('error', ({ message }) => end(message));
    child.on('exit', (code, signal) => {
      const said = readFileSync(log).subarray(before).toString().trim().slice(-COMPLAINT_LENGTH_MAX);
      end(said || `it ended with ${signal ?? code}`);
    });
    // Should it be gone, that has been told.
    child.stdin?.on('error', () => {});
    await readyOf(child, ended);
    child.stdout?.destroy();
    child.unref();
    (child.stdin as { unref?: () => void } | null)?.unref?.();
    let isDismissed = false;
    ended.then((why) => {
      if (!isDismissed) lost(why);
    });
    return {
      async dismiss() {
        isDismissed = true;
        child.ref();
        child.stdin?.end(GOODBYE);
        await within(END_TIMEOUT_MS, ended);
        child.unref();
      },
    } satisfies Guard;
  };
}

/** @throws where it ends, or takes too long */
async function readyOf(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const { promise: ready, resolve } = Promise.withResolvers<undefined>();
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.endsWith(READY)) resolve(undefined);
  });
  const late = `it was not ready after ${START_TIMEOUT_MS / 1000} s`;
  const why = await within(START_TIMEOUT_MS, Promise.race([ready, ended]), late);
  if (why === undefined) return;
  // It has done nothing yet, and must not begin to.
  child.kill('SIGKILL');
  throw new Error(why);
}

async function within<T>(time_ms: number, what: Promise<T>, otherwise?: T): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<T | undefined>();
  const timer = setTimeout(() => resolve(otherwise), time_ms);
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
