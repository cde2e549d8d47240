/** foreshock as a user runs it: the program that was built last, as a process of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program that was built last. */
export const FORESHOCK = fileURLToPath(new URL('../../dist/foreshock.js', import.meta.url));
const POLL_MS = 100;

export interface Ended {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with what it has said so far, and a way to send it a signal. */
  readonly seen?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export function foreshock(words: readonly string[], { env, seen }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [FORESHOCK, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    seen?.(stderr, (signal) => child.kill(signal));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export interface ChaosOptions extends RunOptions {
  readonly out: string;
  /** Flags beside those of every run. Default: --yes. */
  readonly flags?: readonly string[];
}

export const chaos = (file: string, { out, flags = ['--yes'], ...rest }: ChaosOptions): Promise<Ended> =>
  foreshock(['chaos', file, '--cluster', 'kubernetes', ...flags, '--out', out], rest);

export interface SignalOptions extends Omit<ChaosOptions, 'seen'> {
  readonly signal: NodeJS.Signals;
  /** From then on, until it is sent. Default: none. */
  readonly after_ms?: number;
}

/** Runs it, and sends it a signal once something is so. */
export async function chaosUntil(
  file: string,
  isSo: () => boolean,
  { signal, after_ms = 0, ...options }: SignalOptions,
): Promise<Ended> {
  let watching: NodeJS.Timeout | undefined;
  const seen: NonNullable<RunOptions['seen']> = (_, kill) => {
    watching ??= setInterval(() => {
      if (!isSo()) return;
      clearInterval(watching);
      setTimeout(kill, after_ms, signal);
    }, POLL_MS);
  };
  try {
    return await chaos(file, { ...options, seen });
  } finally {
    clearInterval(watching);
  }
}

/** What `foreshock rbac` prints. */
export const rbac = (...words: string[]): string =>
  execFileSync(process.execPath, [FORESHOCK, 'rbac', ...words], { encoding: 'utf8' });
