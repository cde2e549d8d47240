import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Instance, isNamespaceOf } from './instance.ts';
import { NAMESPACE_FOLDER, namespaceFile, removeNamespace } from './network.ts';
import { killAndWait, processesInNamespace } from './processes.ts';
import { run, sleep } from './run.ts';
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
    ...namespaces.flatMap((namespace) => processesInNamespace(namespaceFile(namespace))),
  ]);
  for (const namespace of namespaces) await removeNamespace(namespace);
  for (const mount of mountsBelow(instance.folder, readFileSync('/proc/self/mounts', 'utf8'))) {
    await run(['umount', mount]);
  }
  for (const hierarchy of cgroupHierarchies()) {
    await removeCgroup(join(hierarchy, instance.cgroup));
    removeIfEmpty(dirname(join(hierarchy, instance.cgroup)));
  }
  rmSync(instance.folder, { recursive: true, force: true });
  removeIfEmpty(dirname(instance.folder));
}

/** Whether anything of the instance is left on this machine. */
export function isPresent(instance: Instance): boolean {
  return existsSync(instance.folder) || namespacesOnMachine(instance).length > 0;
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

function cgroupHierarchies(): string[] {
  const root = '/sys/fs/cgroup'; // cgroup v2, or the parent of one folder for each controller of v1
  if (!existsSync(root)) return [];
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [root, ...folders.map((folder) => join(root, folder.name))];
}

/** A cgroup goes by rmdir, after its children; the files in it are the kernel's. */
async function removeCgroup(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(join(folder, entry.name));
  }
  // Busy for a moment after its last process has died.
  for (let tries = 100; !removeIfEmpty(folder) && tries > 0; tries--) await sleep(20);
}

function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
