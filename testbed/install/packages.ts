import { existsSync } from 'node:fs';
import { errorMessage, TestbedError } from '../failure.ts';
import type { Progress } from '../progress.ts';
import { attempt, run } from '../run.ts';
import { ENVIRONMENT, isInstalled } from '../search-path.ts';

/** A file that must be there, and the Debian package that brings it. */
const NEEDED: readonly (readonly [file: string, debianPackage: string])[] = [
  ['containerd', 'containerd'],
  ['runc', 'runc'],
  ['/usr/lib/cni/bridge', 'containernetworking-plugins'],
  ['iptables', 'iptables'],
  ['conntrack', 'conntrack'],
  ['ipset', 'ipset'],
  ['ip', 'iproute2'],
  ['nsenter', 'util-linux'],
  ['mount', 'mount'],
  ['openssl', 'openssl'],
  ['tini', 'tini'],
];

/** Only needed while something is built. */
const NEEDED_TO_BUILD_IMAGES: typeof NEEDED = [
  ['mmdebstrap', 'mmdebstrap'],
  ['/usr/share/keyrings/debian-archive-keyring.gpg', 'debian-archive-keyring'],
];
const NEEDED_TO_BUILD_COMPONENTS: typeof NEEDED = [
  ['go', 'golang-go'],
  ['/etc/ssl/certs/ca-certificates.crt', 'ca-certificates'],
];

export function missingPackages(
  { images, components }: { images: boolean; components: boolean },
  isThere: (file: string) => boolean = isInstalled,
): string[] {
  return [
    ...NEEDED,
    ...(images ? NEEDED_TO_BUILD_IMAGES : []),
    ...(components ? NEEDED_TO_BUILD_COMPONENTS : []),
  ]
    .filter(([file]) => !isThere(file))
    .map(([, debianPackage]) => debianPackage);
}

export async function installPackages(packages: readonly string[], progress: Progress): Promise<void> {
  if (packages.length === 0) return;
  if (!isInstalled('apt-get')) {
    throw new TestbedError(`these are missing: ${packages.join(', ')} (names of Debian packages)`, {
      hint: 'install them with the package manager of this system',
    });
  }
  progress(`installing Debian packages: ${packages.join(', ')}`);
  const env = { ...ENVIRONMENT, DEBIAN_FRONTEND: 'noninteractive' };
  const running = await runningContainerd();
  try {
    await run(['apt-get', 'update', '-q'], { env });
    await run(['apt-get', 'install', '-q', '-y', '--no-install-recommends', ...packages], { env });
  } catch (error) {
    throw new TestbedError(`cannot install Debian packages\n${errorMessage(error)}`, {
      hint: `install them yourself and try again: apt-get install ${packages.join(' ')}`,
    });
  }
  // Debian starts containerd's service with the package. The testbed runs its own, one a node.
  if (packages.includes('containerd') && !running && (await runningContainerd())) {
    progress('stopping the containerd service that its package has started (the testbed runs its own)');
    await run(['systemctl', 'disable', '--now', 'containerd']);
  }
}

async function runningContainerd(): Promise<boolean> {
  if (!existsSync('/run/systemd/system')) return false; // no systemd, so no service was started
  return (await attempt(['systemctl', 'is-active', '--quiet', 'containerd'])).exitCode === 0;
}
