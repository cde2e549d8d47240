/**
 * Commands that a run has started and that go on after it was killed: what they do could come after its own undoing.
 * They are known by a variable in their environment, which their children inherit.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { now_ms } from '../clock.ts';
import { sleep } from '../sleep.ts';
import { type ProcessRef, thisProcess } from './running.ts';

const VARIABLE = 'FORESHOCK_RUNNER';
const POLL_MS = 50;

/** For the environment of a command that this process starts. */
export function runnerVariable(): Readonly<Record<string, string>> {
  return { [VARIABLE]: valueFor(thisProcess()) };
}

/**
 * Waits until all commands of a run have ended, and kills what has not by then. Elsewhere than on Linux nobody knows
 * which they are.
 */
export async function endOrphans(of: ProcessRef, patience_ms: number): Promise<void> {
  const until_ms = now_ms() + patience_ms;
  let orphans = orphansOf(of);
  while (orphans.length > 0 && now_ms() < until_ms) {
    await sleep(POLL_MS);
    orphans = orphansOf(of);
  }
  for (const pid of orphans) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended, or is somebody else's.
    }
  }
}

function orphansOf(runner: ProcessRef): readonly number[] {
  const wanted = `${VARIABLE}=${valueFor(runner)}`;
  return processes().filter((pid) => {
    try {
      // Of a zombie it is empty.
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(wanted);
    } catch {
      return false;
    }
  });
}

function processes(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

const valueFor = ({ pid, start }: ProcessRef): string => `${pid}/${start ?? ''}`;
