import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sleep } from '../run.ts';

/** The cgroups below which a node's kubelet keeps its pods. */

const ROOT = '/sys/fs/cgroup';

/** Makes a cgroup in every hierarchy: the one of cgroup v2, or one for each controller of v1. */
export function createCgroup(path: string): void {
  if (isVersion2()) {
    enableControllers(join(ROOT, path));
    return;
  }
  for (const hierarchy of hierarchies()) mkdirSync(join(hierarchy, path), { recursive: true });
}

/** Removes a cgroup with all below it; its parents too, where they are left empty. */
export async function removeCgroup(path: string): Promise<void> {
  for (const hierarchy of hierarchies()) {
    await removeFolder(join(hierarchy, path));
    for (let parent = dirname(path); parent !== '/' && tryToRemove(join(hierarchy, parent)); ) {
      parent = dirname(parent);
    }
  }
}

/** The cgroup of this name at any depth below another; that of cgroup v1's first hierarchy which has it. */
export function cgroupBelow(path: string, name: string): string | undefined {
  for (const hierarchy of hierarchies()) {
    const found = folderBelow(join(hierarchy, path), name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The processes in a cgroup's folder and in all below it; none where it is gone. */
export function processesInCgroup(folder: string): number[] {
  try {
    const own = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    return [...own, ...foldersIn(folder).flatMap((child) => processesInCgroup(join(folder, child)))];
  } catch {
    return [];
  }
}

function folderBelow(folder: string, name: string): string | undefined {
  const children = foldersIn(folder);
  if (children.includes(name)) return join(folder, name);
  for (const child of children) {
    const found = folderBelow(join(folder, child), name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function isVersion2(): boolean {
  return existsSync(join(ROOT, 'cgroup.controllers'));
}

function hierarchies(): string[] {
  if (isVersion2() || !existsSync(ROOT)) return [ROOT];
  return foldersIn(ROOT).map((hierarchy) => join(ROOT, hierarchy));
}

/** In cgroup v2 a cgroup has the controllers that its parent hands down. */
function enableControllers(folder: string): void {
  if (folder !== ROOT) {
    const parent = dirname(folder);
    enableControllers(parent);
    mkdirSync(folder, { recursive: true });
  }
  const controllers = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(' ');
  const handDown = controllers.filter(Boolean).map((name) => `+${name}`);
  writeFileSync(join(folder, 'cgroup.subtree_control'), handDown.join(' '));
}

/** A cgroup goes by rmdir, after its children; the files in it are the kernel's. */
async function removeFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const child of foldersIn(folder)) await removeFolder(join(folder, child));
  // Busy for a moment after its last process has died.
  for (let tries = 100; !tryToRemove(folder) && tries > 0; tries--) await sleep(20);
}

function tryToRemove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
