import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { refuseRunning, thisProcess } from '../../../src/chaos/safety/running.ts';

const refusing = (pid: number, start: string | undefined) => () =>
  refuseRunning({ pid, start }, 'node-drain of node-2 was caused');

async function another() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child;
}

test('what this process did itself is no other run', () => {
  expect(thisProcess().start).toMatch(/^\d+$/);
  expect(refusing(process.pid, thisProcess().start)).not.toThrow();
});

test('a process that is there is refused, one that has ended is not', async () => {
  const child = await another();
  expect(refusing(child.pid!, undefined)).toThrow(`process ${child.pid}, which is still there`);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(refusing(child.pid!, undefined)).not.toThrow();
});

test('a number that was given anew is another process', async () => {
  const child = await another();
  expect(refusing(child.pid!, '1')).not.toThrow();
});
