import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { TestbedError } from './failure.ts';
import { sleep } from './run.ts';
import { ENVIRONMENT } from './search-path.ts';

/** A process, told from a later one that was given the same pid. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process: field 22 of /proc/PID/stat, proc(5). */
  readonly start_ticks: number;
}

export function processId(pid: number): ProcessId | undefined {
  try {
    const start_ticks = startTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return start_ticks === undefined ? undefined : { pid, start_ticks };
  } catch {
    return undefined;
  }
}

/** Undefined for a process that is dead and only waits to be reaped. */
export function startTicks(stat: string): number | undefined {
  // The second field is the command's name in parentheses, which may itself hold blanks and parentheses.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : Number(fields[18]);
}

export function isRunning(id: ProcessId): boolean {
  return processId(id.pid)?.start_ticks === id.start_ticks;
}

/** The letter of /proc/PID/stat, proc(5), as T for stopped by a signal; undefined where there is no process. */
export function processState(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2];
  } catch {
    return undefined;
  }
}

/** Starts a process that outlives this one; what it prints goes to its log. */
export function startDaemon(command: readonly string[], logFile: string): ProcessId {
  const [file = '', ...args] = command;
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(file, args, {
      cwd: '/',
      detached: true,
      env: ENVIRONMENT,
      stdio: ['ignore', log, log],
    });
    child.on('error', () => {}); // the missing pid below tells
    child.unref();
    const id = child.pid === undefined ? undefined : processId(child.pid);
    if (id === undefined) throw new TestbedError(`${command.join(' ')} did not start; see ${logFile}`);
    return id;
  } finally {
    closeSync(log);
  }
}

/** The only child of a process, as `unshare --fork` and `nsenter --pid` have. */
export function childOf(parent: ProcessId): ProcessId | undefined {
  try {
    const [pid] = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim().split(' ');
    return pid ? processId(Number(pid)) : undefined;
  } catch {
    return undefined;
  }
}

/** Every process whose network namespace is the one held by this file. */
export function processesInNamespace(namespaceFile: string): ProcessId[] {
  const wanted = inode(namespaceFile);
  if (wanted === undefined) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && inode(`/proc/${name}/ns/net`) === wanted)
    .map((name) => processId(Number(name)))
    .filter((id) => id !== undefined);
}

function inode(file: string): bigint | undefined {
  try {
    return statSync(file, { bigint: true }).ino;
  } catch {
    return undefined;
  }
}

/** Kills exactly these processes and waits until they are gone. */
export async function killAndWait(ids: readonly ProcessId[], timeout_ms = 10_000): Promise<void> {
  for (const id of ids) {
    if (isRunning(id)) signal(id.pid, 'SIGKILL');
  }
  const deadline = Date.now() + timeout_ms;
  while (ids.some(isRunning)) {
    if (Date.now() > deadline) {
      const left = ids.filter(isRunning).map((id) => id.pid);
      throw new TestbedError(`these processes do not die: ${left.join(', ')}`, {
        hint: 'a process in an uninterruptible wait holds them; try again later',
      });
    }
    await sleep(10);
  }
}

/** Signals a process; one that is gone by now needs none. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
