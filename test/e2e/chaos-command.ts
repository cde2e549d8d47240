/** `foreshock chaos` as a user runs it, and what they would look at with kubectl. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FORESHOCK = fileURLToPath(new URL('../../dist/foreshock.js', import.meta.url));

export const kubectl = (...args: string[]): string => execFileSync('kubectl', args, { encoding: 'utf8' });

export const applied = (yaml: string): string =>
  execFileSync('kubectl', ['apply', '-f', '-'], { input: yaml, encoding: 'utf8' });

/** What `foreshock rbac` prints. */
export const rbac = (...args: string[]): string =>
  execFileSync(process.execPath, [FORESHOCK, 'rbac', ...args], { encoding: 'utf8' });

/** Writes a kubeconfig of the testbed with nothing but a token of this account; gives its file. */
export function kubeconfigOf(file: string, namespace: string, account: string): string {
  const token = kubectl('-n', namespace, 'create', 'token', account).trim();
  writeFileSync(file, readFileSync(process.env.KUBECONFIG as string));
  const as = (...args: string[]) => kubectl('--kubeconfig', file, 'config', ...args);
  as('set-credentials', account, `--token=${token}`);
  as('set-context', '--current', `--user=${account}`);
  return file;
}

/** Everything in a namespace that a run could leave behind or take away. */
export const objectsIn = (namespace: string): string[] =>
  kubectl('-n', namespace, 'get', 'deployments,replicasets,pods,services,leases', '-o', 'name')
    .trim()
    .split('\n');

export interface Ended {
  /** undefined where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChaosOptions {
  readonly out: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Flags beside those of every run. Default: --yes. */
  readonly flags?: readonly string[];
  /** Called with what it has said so far, and a way to send it a signal. */
  readonly seen?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export function chaos(file: string, { out, env, flags = ['--yes'], seen }: ChaosOptions): Promise<Ended> {
  const args = [FORESHOCK, 'chaos', file, '--cluster', 'kubernetes', ...flags, '--out', out];
  const child = spawn(process.execPath, args, {
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
