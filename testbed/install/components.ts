import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TestbedError } from '../failure.ts';
import type { Progress } from '../progress.ts';
import { buildOnce, cacheEntry, contentsOf, runBuild } from './cache.ts';
import { goEnvironment } from './go.ts';

const SOURCE = join(import.meta.dirname, '..', 'components');

const PACKAGES_PER_LINE = 250;

/** The names that the one binary answers to (components/main.go). */
const COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-router',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'metrics-server',
];

/** The version in go.mod: the one place where it is chosen. */
export function kubernetesVersion(goMod = readFileSync(join(SOURCE, 'go.mod'), 'utf8')): string {
  const version = /^\s*k8s\.io\/kubernetes (v[\d.]+)$/m.exec(goMod)?.[1];
  if (version === undefined)
    throw new TestbedError('testbed/components/go.mod names no k8s.io/kubernetes version');
  return version;
}

export function componentsEntry(): string {
  return cacheEntry('components', [process.arch, ...buildFlags(), ...contentsOf(SOURCE)]);
}

export function componentsFolder(entry: string): string {
  return join(entry, 'bin');
}

export async function buildComponents(entry: string, progress: Progress, signal: AbortSignal): Promise<void> {
  await buildOnce(entry, async (folder, scratch) => {
    const bin = componentsFolder(folder);
    mkdirSync(bin);
    progress(
      `building Kubernetes ${kubernetesVersion()} from its Go modules (about 5 minutes the first time)`,
    );
    const go = await goEnvironment(join(SOURCE, 'go.mod'), progress);
    const options = {
      cwd: SOURCE,
      env: { ...go, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
      signal,
      onLine: packageCount(progress),
    };
    for (const [binary, source] of [
      ['pause', './pause'],
      ['worker', './worker'],
      ['components', '.'],
    ] as const) {
      const command = ['go', 'build', '-v', ...buildFlags(), '-o', join(bin, binary), source];
      await runBuild(command, scratch, options);
    }
    for (const name of COMPONENTS) symlinkSync('components', join(bin, name));
  });
}

/** Takes the lines of `go build -v`, one for each package that it compiles, and tells now and then. */
function packageCount(progress: Progress): (line: string) => void {
  let packages = 0;
  return (line) => {
    if (line.startsWith('go: ')) return; // a module that it downloads
    packages += 1;
    if (packages % PACKAGES_PER_LINE === 0) progress(`  ${packages} Go packages compiled`);
  };
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
