import { EXIT, UserError } from '../../scenario/errors.ts';

/** @throws UserError where what was done belongs to a run that is not over */
export function refuseRunning(pid: number, what: string): void {
  if (pid === process.pid || !isRunning(pid)) return;
  throw new UserError(`${what} by another run with the same journal, process ${pid}, which is still there`, {
    exitCode: EXIT.configuration,
    hint: 'wait until it has ended, or use another --out',
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
