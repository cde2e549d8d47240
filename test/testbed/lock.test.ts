import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../testbed/failure.ts';
import { acquire, acquireOrWait } from '../../testbed/lock.ts';

const name = `test ${process.pid}`;

describe.skipIf(process.platform !== 'linux')('lock', () => {
  it('is refused while another holds it, with the pid of the holder', async () => {
    const lock = await acquire(name);
    const refused = { exitCode: ExitCode.busy, message: expect.stringContaining(`pid ${process.pid}`) };
    await expect(acquire(name)).rejects.toMatchObject(refused);
    await expect(acquire(`${name} of another instance`)).resolves.toBeDefined();
    lock.release();
    (await acquire(name)).release();
  });

  it('is waited for where that makes sense', async () => {
    const lock = await acquire(name);
    const waiting = acquireOrWait(name, () => lock.release());
    (await waiting).release();
  });

  it('goes with a holder that is killed', async () => {
    const module = join(import.meta.dirname, '../../testbed/lock.ts');
    const script = `const { acquire } = await import(${JSON.stringify(module)});
      await acquire(${JSON.stringify(name)}); console.log('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    await once(holder.stdout, 'data');
    await expect(acquire(name)).rejects.toMatchObject({
      message: expect.stringContaining(`pid ${holder.pid}`),
    });
    holder.kill('SIGKILL');
    await once(holder, 'close');
    (await acquire(name)).release();
  });
});
