/** The guard as a process: started by a run, outliving it, gone when it is not needed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { guardProcess } from '../../../src/chaos/guard-process.ts';
import { restore } from '../../../src/chaos/restore.ts';
import { endOrphans, runnerVariable } from '../../../src/chaos/safety/orphans.ts';
import { isRunning, thisProcess } from '../../../src/chaos/safety/running.ts';
import { oneCluster } from './one-cluster.ts';
import { type Order, providerIn } from './runner.ts';

const RUNNER = fileURLToPath(new URL('./runner.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const WAIT = { timeout: 60_000, interval: 50 };

/** Those whose command line names the file. */
function processesWith(file: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** A run as a process with a guard as a process; it leads a process group. */
async function withGuard() {
  const place = await oneCluster({ fault: 'node-loss' });
  const { folder, journal, url } = place;
  const provider = `--provider-command=${providerIn(folder)}`;
  const command = [process.execPath, MAIN, 'guard', `--journal=${journal}`, provider];
  const order: Order = { id: 'one', fault: 'node-loss', server: url, folder, guard: { command } };
  const orders = join(folder, 'orders.json');
  writeFileSync(orders, JSON.stringify([order]));
  const run = spawn(process.execPath, [RUNNER, orders], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KUBECONFIG: join(folder, 'config') },
  });
  const provided = () => {
    try {
      return readFileSync(join(folder, 'provider.log'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };
  onTestFinished(() => {
    for (const pid of processesWith(journal)) process.kill(pid, 'SIGKILL');
  });
  return { ...place, run, provided, before: place.fake.state.content };
}

async function killGroup(run: ChildProcess): Promise<void> {
  const exited = once(run, 'exit');
  process.kill(-run.pid!, 'SIGKILL');
  await exited;
}

describe('the guard of a run', { timeout: 120_000 }, () => {
  test('is gone when the run has put everything back itself', async () => {
    const { run, journal, fake, before, provided } = await withGuard();
    await once(run, 'exit');
    expect(provided()).toEqual(['node-loss --node node-2', 'node-return --node node-2']);
    expect(fake.state.content).toEqual(before);
    await expect.poll(() => processesWith(journal), WAIT).toEqual([]);
  });

  test('undoes everything when the whole process group of the run is killed, and ends', async () => {
    const { run, journal, fake, before, provided } = await withGuard();
    await expect.poll(provided, WAIT).toEqual(['node-loss --node node-2']);
    await killGroup(run);
    await expect.poll(provided, WAIT).toEqual(['node-loss --node node-2', 'node-return --node node-2']);
    await expect.poll(() => processesWith(journal), WAIT).toEqual([]);
    expect(fake.state.content).toEqual(before);
  });

  test('killed together with the run leaves the rest to restore', async () => {
    const { run, journal, fake, before, provided, cluster } = await withGuard();
    await expect.poll(provided, WAIT).toEqual(['node-loss --node node-2']);
    for (const pid of processesWith(journal)) process.kill(pid, 'SIGKILL');
    await killGroup(run);
    const told: string[] = [];
    await restore({ cluster, journal, tell: (text) => told.push(text) });
    expect(told.join()).toContain('node-loss of node-2, of an earlier run that was killed, was undone');
    expect(provided().at(-1)).toBe('node-return --node node-2');
    expect(fake.state.content).toEqual(before);
  });

  test('that cannot be started is no guard', async () => {
    const { folder } = await oneCluster({ fault: 'scale' });
    const guard = (...command: [string, ...string[]]) => guardProcess(command, join(folder, 'log'))(() => {});
    await expect(guard('/no/such/program')).rejects.toThrow('ENOENT');
    await expect(guard('sh', '-c', 'echo broken >&2; exit 3')).rejects.toThrow('broken');
  });
});

describe('what a dead run has started', () => {
  test('is ended, and nothing else', async () => {
    const start = (env: object) => {
      const child = spawn('sleep', ['60'], { env: { ...process.env, ...env }, stdio: 'ignore' });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    };
    const [own, other] = [start(runnerVariable()), start({})];
    await Promise.all([once(own, 'spawn'), once(other, 'spawn')]);
    const exited = once(own, 'exit');
    await endOrphans(thisProcess(), 100);
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(isRunning({ pid: other.pid!, start: undefined })).toBe(true);
  });

  test('is over when it is a zombie', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    await expect.poll(() => isRunning({ pid, start: undefined }), WAIT).toBe(false);
    expect(() => process.kill(pid, 0)).not.toThrow();
  });
});
