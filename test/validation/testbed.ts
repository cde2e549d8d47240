/** Testbeds as the validation uses them: brought up where they are not, and only then taken down again. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { currentInstance, instanceNamed } from '../../testbed/instance.ts';
import { statusOf } from '../../testbed/status.ts';

const MAIN = [process.execPath, fileURLToPath(new URL('../../testbed/main.ts', import.meta.url))];

export interface Testbed {
  /** @throws Error where it does not come up */
  up(): Promise<void>;
  /** Runs a command in its network, with KUBECONFIG set; gives the exit code. */
  run(command: readonly string[]): Promise<number>;
  /** Empties the nodes' connection tracking tables. */
  forgetConnections(): Promise<void>;
  /** Takes down what `up` brought up. */
  down(): Promise<void>;
}

export interface TestbedOptions {
  /** Undefined: the one that the environment names, which may be somebody's already. */
  readonly instance: string | undefined;
  /** Of `testbed up`. */
  readonly options: readonly string[];
  readonly onLine: (line: string) => void;
  /** Ends in order what runs in it. */
  readonly signal: AbortSignal;
}

export function testbed({ instance: name, options, onLine, signal }: TestbedOptions): Testbed {
  const instance = name === undefined ? currentInstance() : instanceNamed(name);
  const environment = { ...process.env, FORESHOCK_TESTBED: instance.name };
  const call = (args: readonly string[], ends?: AbortSignal) =>
    runLines([...MAIN, ...args], environment, onLine, ends);
  let wasUp: boolean | undefined;
  return {
    async up() {
      wasUp ??= (await statusOf(instance)).up;
      const code = await call(['up', ...options], signal);
      if (code !== 0) throw new Error(`the testbed (${instance.name}) did not come up: exit code ${code}`);
    },
    run: (command) => call(['exec', '--', ...command], signal),
    async forgetConnections() {
      const code = await call(['forget-connections']);
      if (code !== 0) throw new Error(`connections were not forgotten: exit code ${code}`);
    },
    async down() {
      // One of its own is nobody else's: if it was up, an earlier run was ended without this.
      if (name === undefined && wasUp !== false) return;
      await call(['down']);
    },
  };
}

/**
 * Runs a command, and hands on what it says on stderr line by line: progress and errors.
 *
 * @returns its exit code, 1 where a signal ended it
 */
export function runLines(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // In a group of its own: Ctrl-C reaches it once, through `signal`, and not from the terminal as well.
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env, detached: true });
    const interrupt = () => child.kill('SIGINT');
    signal?.addEventListener('abort', interrupt);
    if (signal?.aborted) interrupt();
    let unfinished = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (unfinished + chunk).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) if (line !== '') onLine(line);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      signal?.removeEventListener('abort', interrupt);
      resolve(code ?? 1);
    });
  });
}
