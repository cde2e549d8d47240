import { readFileSync } from 'node:fs';
import { EXIT, UserError } from '../../scenario/errors.ts';

/** A process of this machine: numbers are given anew, with another start. */
export interface ProcessRef {
  readonly pid: number;
  /** In clock ticks since the machine booted; undefined where nobody says. */
  readonly start: string | undefined;
}

export const thisProcess = (): ProcessRef => ({ pid: process.pid, start: startOf(process.pid) });

/** @throws UserError where what was done belongs to a run that is not over */
export function refuseRunning(by: ProcessRef, what: string): void {
  const { pid } = by;
  if (pid === process.pid || !isRunning(by)) return;
  throw new UserError(`${what} by another run with the same journal, process ${pid}, which is still there`, {
    exitCode: EXIT.configuration,
    hint: 'wait until it has ended, or use another --out',
  });
}

function isRunning({ pid, start }: ProcessRef): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return start === undefined || now === undefined || start === now;
}

/** Linux proc_pid_stat(5): field 22, starttime. The second field is a name in brackets that may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fromThird = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fromThird[22 - 3];
  } catch {
    // Not Linux, or it has just ended.
    return undefined;
  }
}
