/** What a user would look at, and change, with kubectl. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

export const kubectl = (...args: string[]): string => execFileSync('kubectl', args, { encoding: 'utf8' });

export const applied = (yaml: string): string =>
  execFileSync('kubectl', ['apply', '-f', '-'], { input: yaml, encoding: 'utf8' });

/** Writes a kubeconfig of the testbed with nothing but a token of this account; gives its file. */
export function kubeconfigOf(file: string, namespace: string, account: string): string {
  const token = kubectl('-n', namespace, 'create', 'token', account).trim();
  writeFileSync(file, kubeconfigWith(account, token));
  return file;
}

/** The kubeconfig in use, for this account instead. */
export function kubeconfigWith(account: string, token: string): string {
  const config = parse(readFileSync(process.env.KUBECONFIG as string, 'utf8'));
  const current = config['current-context'];
  for (const { name, context } of config.contexts) if (name === current) context.user = account;
  return stringify({ ...config, users: [{ name: account, user: { token } }] });
}
