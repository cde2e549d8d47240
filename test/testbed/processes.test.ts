import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { mountsBelow } from '../../testbed/clean.ts';
import {
  isRunning,
  killAndWait,
  processId,
  processState,
  signal,
  startTicks,
} from '../../testbed/processes.ts';

describe('startTicks', () => {
  const fields = (state: string) => `${state} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21`;

  it('is field 22 of /proc/PID/stat', () => expect(startTicks(`7 (sleep) ${fields('S')}`)).toBe(4711));

  it('is not misled by the name of the command', () => {
    expect(startTicks(`7 (a) S 1 (b) c) ${fields('R')}`)).toBe(4711);
  });

  it('is nothing for a dead process that was not reaped', () => {
    expect(startTicks(`7 (sleep) ${fields('Z')}`)).toBeUndefined();
  });
});

describe.skipIf(process.platform !== 'linux')('processes', () => {
  it('knows this one', () => expect(isRunning(processId(process.pid)!)).toBe(true));

  it('does not take a later process with the same pid for the same', () => {
    const id = processId(process.pid)!;
    expect(isRunning({ ...id, start_ticks: id.start_ticks - 1 })).toBe(false);
  });

  it('tells a stopped process from one that goes on, and from none', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const pid = child.pid!;
    const id = processId(pid)!;
    signal(pid, 'SIGSTOP');
    await expect.poll(() => processState(pid)).toBe('T');
    signal(pid, 'SIGCONT');
    await expect.poll(() => processState(pid)).toBe('S');
    await killAndWait([id]);
    await expect.poll(() => processState(pid)).toBeUndefined();
    signal(pid, 'SIGSTOP');
  });

  it('kills what it is told to, and nothing that only has the pid', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const id = processId(child.pid!)!;
    await killAndWait([{ ...id, start_ticks: id.start_ticks - 1 }]);
    expect(isRunning(id)).toBe(true);
    await killAndWait([id]);
    expect(isRunning(id)).toBe(false);
  });
});

describe('mountsBelow', () => {
  const table = [
    '/dev/vda / ext4 rw 0 0',
    'tmpfs /state/a tmpfs rw 0 0',
    'tmpfs /state/a/b\\040c tmpfs rw 0 0',
    'tmpfs /state-of-others tmpfs rw 0 0',
    '',
  ].join('\n');

  it('lists the innermost first and nothing beside the folder', () => {
    expect(mountsBelow('/state', table)).toEqual(['/state/a/b c', '/state/a']);
  });
});
