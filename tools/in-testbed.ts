/** Runs commands, also where the testbed's addresses are in reach, for which it is brought up where it is not. */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { currentInstance } from '../testbed/instance.ts';
import { statusOf } from '../testbed/status.ts';

const TESTBED = [process.execPath, fileURLToPath(new URL('../testbed/main.ts', import.meta.url))];

/** Runs a command in the testbed's network; gives its exit code. */
export type Exec = (command: readonly string[], options?: RunOptions) => Promise<number>;

/**
 * Does work with the testbed. One that was not up before is taken down afterwards.
 *
 * @param otherwise what to do when the testbed does not come up, told its exit code
 * @returns what `work` or `otherwise` gives
 */
export async function withTestbed(
  work: (exec: Exec) => Promise<number>,
  otherwise: (code: number) => Promise<number> = async (code) => code,
): Promise<number> {
  const wasUp = (await statusOf(currentInstance())).up;
  try {
    const failed = await run([...TESTBED, 'up']);
    if (failed !== 0) return await otherwise(failed);
    return await work((command, options) => run([...TESTBED, 'exec', '--', ...command], options));
  } finally {
    if (!wasUp) await run([...TESTBED, 'down']);
  }
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether what it prints is kept until it has ended, for what runs beside something else. */
  readonly isHeld?: boolean;
  /** Of the processor time, only what others leave. */
  readonly isModest?: boolean;
}

/** @returns the exit code; 1 where a signal ended it */
export function run(
  [program = '', ...args]: readonly string[],
  { env = {}, isHeld = false, isModest = false }: RunOptions = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const output = isHeld ? 'pipe' : 'inherit';
    const child = spawn(program, args, {
      stdio: ['inherit', output, output],
      env: { ...process.env, ...env },
    });
    if (isModest && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => void printed.push(chunk));
    }
    child.on('error', reject);
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}
