import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { EXIT, UserError } from '../../scenario/errors.ts';

/** A process of this machine: numbers are given anew, with another start. */
export interface ProcessRef {
  readonly pid: number;
  /** In clock ticks since the machine booted; undefined where nobody says. */
  readonly start: string | undefined;
}

export const thisProcess = (): ProcessRef => ({ pid: process.pid, start: startOf(process.pid) });

/**
 * @param by undefined where it is known that it is over
 * @throws UserError where what was done belongs to a run that is not over
 */
export function refuseRunning(by: ProcessRef | undefined, what: string): void {
  if (by === undefined || by.pid === process.pid || !isRunning(by)) return;
  const { pid } = by;
  throw new UserError(`${what} by another run with the same journal, process ${pid}, which is still there`, {
    exitCode: EXIT.configuration,
    hint: 'wait until it has ended, or use another --out',
  });
}

/** Whether it can still do something: one that has ended and that nobody has asked about yet, a zombie, cannot. */
export function isRunning({ pid, start }: ProcessRef): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = statusOf(pid);
  if (now !== undefined && ['Z', 'X'].includes(now.state)) return false;
  return start === undefined || now === undefined || start === now.start;
}

/**
 * Where the numbers of processes mean the same: one boot of one machine, and on Linux one PID namespace of it, since
 * each container counts its own.
 */
export function thisMachine(): string {
  const parts = [
    () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    () => readlinkSync('/proc/self/ns/pid'),
  ].map((read) => {
    try {
      return read();
    } catch {
      // Not Linux.
      return '';
    }
  });
  return [hostname(), ...parts].join(' ').trim();
}

const startOf = (pid: number): string | undefined => statusOf(pid)?.start;

/**
 * Linux proc_pid_stat(5): field 3, state, and field 22, starttime. The second field is a name in brackets that may hold
 * anything.
 */
function statusOf(pid: number): { readonly state: string; readonly start: string | undefined } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fromThird = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fromThird[0] ?? '', start: fromThird[22 - 3] };
  } catch {
    // Not Linux, or it has just ended.
    return undefined;
  }
}
