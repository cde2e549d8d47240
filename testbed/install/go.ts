import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TestbedError } from '../failure.ts';
import type { Progress } from '../progress.ts';
import { run } from '../run.ts';
import { ENVIRONMENT, SEARCH_PATH } from '../search-path.ts';

/** Since 1.21 the go command fetches the toolchain that go.mod asks for by itself (go.dev/doc/toolchain). */
const FETCHES_TOOLCHAINS = [1, 21] as const;
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * The environment in which `go` is at least the Go that go.mod asks for. Debian 12 has Go 1.19, which can
 * download a newer one as the module that toolchains are published as, with its checksum verified.
 */
export async function goEnvironment(goModFile: string, progress: Progress): Promise<NodeJS.ProcessEnv> {
  const installed = await run(['go', 'env', 'GOVERSION']);
  if (fetchesToolchains(installed)) return { ...ENVIRONMENT, GOTOOLCHAIN: 'auto' };

  const toolchain = toolchainOf(readFileSync(goModFile, 'utf8'));
  const module = `golang.org/toolchain@v0.0.1-${toolchain}.linux-${ARCHITECTURES[process.arch] ?? process.arch}`;
  progress(`  downloading ${toolchain} (${installed.trim()} is too old)`);
  const { Dir: root } = JSON.parse(await run(['go', 'mod', 'download', '-json', module])) as { Dir: string };
  for (const folder of ['bin', `pkg/tool/linux_${ARCHITECTURES[process.arch]}`])
    makeExecutable(join(root, folder));
  return { ...ENVIRONMENT, GOROOT: root, PATH: `${join(root, 'bin')}${delimiter}${SEARCH_PATH}` };
}

export function fetchesToolchains(version: string): boolean {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const [leastMajor, leastMinor] = FETCHES_TOOLCHAINS;
  return Number(major) > leastMajor || (Number(major) === leastMajor && Number(minor) >= leastMinor);
}

export function toolchainOf(goMod: string): string {
  const toolchain = /^toolchain (go[\d.]+)$/m.exec(goMod)?.[1];
  if (toolchain === undefined) throw new TestbedError('testbed/components/go.mod has no toolchain line');
  return toolchain;
}

/** Modules carry no permissions. */
function makeExecutable(folder: string): void {
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755);
}
