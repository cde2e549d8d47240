import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { EXIT, UserError } from '../../../scenario/errors.ts';

export interface ConfigOptions {
  /** Path of a kubeconfig; undefined: as kubectl finds it (KUBECONFIG, ~/.kube/config, the pod's own account). */
  readonly kubeconfig?: string | undefined;
  /** Undefined: the kubeconfig's current one. */
  readonly context?: string | undefined;
  /** Folder under which a pod's files are; undefined: the root. */
  readonly pod_root?: string | undefined;
}

/** Where a pod finds the account it runs under; client-go rest/config.go. */
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/** In a pod's environment, the address of the API server's Service. */
const SERVICE = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'] as const;

/** @throws UserError where there is none, or it cannot be read, or has no such context */
export function loadConfig(options: ConfigOptions): KubeConfig {
  const files = kubeconfigFiles(options);
  const config = files.length === 0 ? ofPod(options) : ofFiles(files);
  useContext(config, options.context);
  return config;
}

function ofFiles(files: readonly string[]): KubeConfig {
  const config = new KubeConfig();
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) {
    throw refusal(`no kubeconfig at ${missing.join(' and ')}`, 'check KUBECONFIG, or unset it');
  }
  try {
    for (const [index, file] of files.entries()) {
      if (index === 0) {
        config.loadFromFile(file);
        readTokenFiles(config, file);
      } else {
        const further = new KubeConfig();
        further.loadFromFile(file);
        readTokenFiles(further, file);
        config.mergeConfig(further, true);
      }
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refusal(
      `the kubeconfig ${files.join(', ')} cannot be read: ${why}`,
      'try `kubectl config view`',
      cause,
    );
  }
  return config;
}

/**
 * `users[].user.tokenFile`, which the official client does not know (client-node 2.0 config_types.js findToken). It is
 * read again every minute, and counts for more than `token` (client-go 1.35 tools/clientcmd/api/types.go AuthInfo).
 */
function readTokenFiles(config: KubeConfig, file: string): void {
  const { users } = parse(readFileSync(file, 'utf8')) as {
    readonly users?: readonly { readonly name: string; readonly user?: { readonly tokenFile?: string } }[];
  };
  const files = new Map(users?.map(({ name, user }) => [name, user?.tokenFile]));
  config.users = config.users.map((user) => {
    const tokenFile = files.get(user.name);
    if (tokenFile === undefined) return user;
    const { token: _, ...others } = user;
    const authProvider = { name: 'tokenFile', config: { tokenFile: resolve(dirname(file), tokenFile) } };
    return { ...others, authProvider };
  });
}

/** The account that a pod runs under, whose token is read anew as it is renewed. */
function ofPod({ pod_root = '' }: ConfigOptions): KubeConfig {
  if (!existsSync(`${pod_root}${SERVICE_ACCOUNT_TOKEN}`)) {
    throw refusal(
      'no kubeconfig: neither KUBECONFIG nor ~/.kube/config names a cluster, and this is no pod with an account',
      'set KUBECONFIG, or use --cluster embedded, which needs none',
    );
  }
  const missing = SERVICE.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw refusal(
      `there is a pod's account, but no API server to use it at: ${missing.join(' and ')} not set`,
      'Kubernetes sets them in every container; set KUBECONFIG to use another cluster',
    );
  }
  const config = new KubeConfig();
  config.loadFromCluster(pod_root);
  return config;
}

function kubeconfigFiles({ kubeconfig }: ConfigOptions): string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const fromEnvironment = (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (fromEnvironment.length > 0) return fromEnvironment;
  const usual = join(homedir(), '.kube', 'config');
  return existsSync(usual) ? [usual] : [];
}

function useContext(config: KubeConfig, context: string | undefined): void {
  const names = config.getContexts().map(({ name }) => name);
  const known = `the kubeconfig has ${names.length > 0 ? names.join(', ') : 'none'}`;
  if (context !== undefined) {
    if (!names.includes(context)) throw refusal(`no context ${context}`, known);
    config.setCurrentContext(context);
  }
  if (!config.getCurrentCluster()) {
    throw refusal(
      `the kubeconfig's context "${config.getCurrentContext() ?? ''}" names no cluster`,
      `choose one with --context; ${known}`,
    );
  }
}

const refusal = (message: string, hint: string, cause?: unknown): UserError =>
  new UserError(message, { exitCode: EXIT.configuration, hint, cause });
