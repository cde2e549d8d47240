import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TestbedError } from '../failure.ts';
import type { Progress } from '../progress.ts';
import { run } from '../run.ts';
import { buildOnce, cacheEntry, contentsOf } from './cache.ts';

const SOURCE = join(import.meta.dirname, '..', 'components');

/** The names that the one binary answers to (components/main.go). */
const COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
] as const;

export type ComponentName = (typeof COMPONENTS)[number];

/** The version in go.mod: the one place where it is chosen. */
export function kubernetesVersion(goMod = readFileSync(join(SOURCE, 'go.mod'), 'utf8')): string {
  const version = /^\s*k8s\.io\/kubernetes (v[\d.]+)$/m.exec(goMod)?.[1];
  if (version === undefined) throw new TestbedError('testbed/components/go.mod names no k8s.io/kubernetes version');
  return version;
}

export function componentsEntry(): string {
  return cacheEntry('components', [process.arch, ...buildFlags(), ...contentsOf(SOURCE)]);
}

export function componentsFolder(entry: string): string {
  return join(entry, 'bin');
}

export async function buildComponents(entry: string, progress: Progress, signal: AbortSignal): Promise<void> {
  await buildOnce(entry, async (folder) => {
    const bin = componentsFolder(folder);
    mkdirSync(bin);
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOTOOLCHAIN: 'auto' };
    const options = { cwd: SOURCE, env, signal, onLine: (line: string) => progress(`  ${line}`) };
    progress(`building Kubernetes ${kubernetesVersion()} from its Go modules (about 5 minutes the first time)`);
    await run(['go', 'build', ...buildFlags(), '-o', join(bin, 'pause'), './pause'], options);
    await run(['go', 'build', ...buildFlags(), '-o', join(bin, 'components'), '.'], options);
    for (const name of COMPONENTS) symlinkSync('components', join(bin, name));
  });
}

function buildFlags(): string[] {
  const version = kubernetesVersion();
  const [major, minor] = version.slice(1).split('.');
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const definitions = Object.entries(variables).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ['-trimpath', '-ldflags', ['-s', '-w', ...definitions].join(' ')];
}
