import { type SpawnOptions, spawn } from 'node:child_process';
import { TestbedError } from './failure.ts';
import { ENVIRONMENT } from './search-path.ts';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Kills the command when it aborts. */
  readonly signal?: AbortSignal;
  /** Gets each line of stderr as it comes, for long commands. */
  readonly onLine?: (line: string) => void;
}

const ERROR_LINES = 8;

/** Runs a command to its end and returns its stdout; a failure names the command and quotes its last lines. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const outcome = await attempt(command, options);
  if (outcome.exitCode !== 0) {
    const said = lastLines(outcome.stderr || outcome.stdout, ERROR_LINES);
    throw new TestbedError(`${command.join(' ')}: exit code ${outcome.exitCode}\n${indent(said)}`);
  }
  return outcome.stdout;
}

/** Runs a command to its end, whatever its exit code. */
export function attempt(command: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [file = '', ...args] = command;
  const spawnOptions: SpawnOptions = {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? ENVIRONMENT,
  };
  if (options.cwd !== undefined) spawnOptions.cwd = options.cwd;
  if (options.signal !== undefined) {
    spawnOptions.signal = options.signal;
    spawnOptions.killSignal = 'SIGKILL';
  }
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, spawnOptions);
    let stdout = '';
    let stderr = '';
    let unfinished = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
      const lines = (unfinished + chunk).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) options.onLine?.(line);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') return; // 'close' follows
      reject(
        new TestbedError(
          `cannot run ${file}: ${error.code === 'ENOENT' ? 'no such command' : error.message}`,
        ),
      );
    });
    child.on('close', (code, signal) => {
      resolve({ exitCode: code ?? 128, stdout, stderr: signal ? `${stderr}killed by ${signal}\n` : stderr });
    });
  });
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

export function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
