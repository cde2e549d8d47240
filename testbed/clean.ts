import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { removeCgroup } from './cluster/cgroup.ts';
import { type Instance, isNamespaceOf } from './instance.ts';
import { NAMESPACE_FOLDER, namespaceFile, removeNamespace } from './network.ts';
import { killAndWait, type ProcessId, processesInNamespace } from './processes.ts';
import { run } from './run.ts';
import { readState } from './state.ts';

/**
 * Removes all that an instance has on this machine, whatever state it is in. Which processes are its own
 * is told by the network namespaces they are in, so those of an `up` that was killed halfway count too.
 */
export async function clean(instance: Instance): Promise<void> {
  const state = readState(instance);
  const namespaces = namespacesOnMachine(instance);
  await killAndWait([
    ...(state?.components.map((component) => component.process) ?? []),
    ...Object.values(state?.nodes ?? {}),
  ]);
  // Again until none is found: one may have been on its way in.
  for (let found = processesIn(namespaces); found.length > 0; found = processesIn(namespaces)) {
    await killAndWait(found);
  }
  for (const namespace of namespaces) await removeNamespace(namespace);
  for (const mount of mountsBelow(instance.folder, readFileSync('/proc/self/mounts', 'utf8'))) {
    await run(['umount', '-n', mount]);
  }
  await removeCgroup(instance.cgroup);
  rmSync(instance.folder, { recursive: true, force: true });
  removeIfEmpty(dirname(instance.folder));
}

/** Whether anything of the instance is left on this machine. */
export function isPresent(instance: Instance): boolean {
  return existsSync(instance.folder) || namespacesOnMachine(instance).length > 0;
}

function processesIn(namespaces: readonly string[]): ProcessId[] {
  return namespaces
    .flatMap((namespace) => processesInNamespace(namespaceFile(namespace)))
    .filter(({ pid }) => pid !== process.pid); // which is in the lab when run by `exec`
}

function namespacesOnMachine(instance: Instance): string[] {
  if (!existsSync(NAMESPACE_FOLDER)) return [];
  return readdirSync(NAMESPACE_FOLDER).filter((namespace) => isNamespaceOf(instance, namespace));
}

/** Mount points below a folder in a table as /proc/self/mounts, innermost first. */
export function mountsBelow(folder: string, table: string): string[] {
  return table
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter((mount) => mount.startsWith(`${folder}/`))
    .reverse();
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // another instance is in it
  }
}
