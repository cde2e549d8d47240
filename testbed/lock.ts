import { connect, createServer, type Server } from 'node:net';
import { ExitCode, TestbedError } from './failure.ts';
import { sleep } from './run.ts';

export interface Lock {
  release(): void;
}

const WAIT_MS = 500;

/**
 * A lock that the kernel drops when its holder dies, however it dies: the holder listens on an abstract
 * socket, unix(7), and answers with its pid whoever finds the name taken. There is no file to go stale.
 */
export async function acquire(name: string): Promise<Lock> {
  const lock = await tryAcquire(name);
  if (lock) return lock;
  const holder = await holderOf(name);
  throw new TestbedError(`another command (pid ${holder}) is at work on this testbed`, {
    hint: `wait until it is done, or interrupt it: kill -INT ${holder}`,
    exitCode: ExitCode.busy,
  });
}

export async function acquireOrWait(name: string, onWait: (holder: string) => void): Promise<Lock> {
  for (let waited = false; ; waited = true) {
    const lock = await tryAcquire(name);
    if (lock) return lock;
    if (!waited) onWait(await holderOf(name));
    await sleep(WAIT_MS);
  }
}

function tryAcquire(name: string): Promise<Lock | undefined> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(String(process.pid));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address(name), () => {
      server.unref();
      resolve({ release: () => server.close() });
    });
  });
}

function holderOf(name: string): Promise<string> {
  return new Promise((resolve) => {
    let pid = '';
    const socket = connect(address(name));
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (chunk) => {
      pid += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(pid || 'unknown'));
  });
}

const address = (name: string): string => `\0foreshock-testbed/${name}`;
