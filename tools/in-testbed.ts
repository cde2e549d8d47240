/** Runs commands where a testbed's addresses are reachable, bringing it up when it is not. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { currentInstance } from '../testbed/instance.ts';
import { statusOf } from '../testbed/status.ts';

const TESTBED = [process.execPath, fileURLToPath(new URL('../testbed/main.ts', import.meta.url))];

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether what it prints is kept until it has ended, for what runs beside something else. */
  readonly held?: boolean;
}

/** Runs a command in a testbed's network, and gives its exit code. */
export type Exec = (command: readonly string[]) => Promise<number>;

export interface TestbedOptions {
  /** Which of several; undefined: the one that the environment names. */
  readonly testbed?: string;
  readonly held?: boolean;
  /** What to do when it does not come up, told the exit code. */
  readonly otherwise: (code: number) => Promise<number>;
}

/** Does work with a testbed. One that was not up before is taken down afterwards. */
export async function withTestbed(
  { testbed, held = false, otherwise }: TestbedOptions,
  work: (exec: Exec) => Promise<number>,
): Promise<number> {
  const env = testbed === undefined ? {} : { FORESHOCK_TESTBED: testbed };
  const command = (...args: readonly string[]) => run([...TESTBED, ...args], { env, held });
  const wasUp = (await statusOf(currentInstance({ ...process.env, ...env }))).up;
  try {
    const failed = await command('up');
    if (failed !== 0) return await otherwise(failed);
    return await work((inside) => command('exec', '--', ...inside));
  } finally {
    if (!wasUp) await command('down');
  }
}

/** @returns the exit code; 1 where a signal ended it */
export function run(
  [program = '', ...args]: readonly string[],
  { env = {}, held = false }: RunOptions = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['inherit', held ? 'pipe' : 'inherit', held ? 'pipe' : 'inherit'],
      env: { ...process.env, ...env },
    });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => printed.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}
