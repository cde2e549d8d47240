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

function isVersion2(): boolean {
  return existsSync(join(ROOT, 'cgroup.controllers'));
}

function hierarchies(): string[] {
  if (isVersion2() || !existsSync(ROOT)) return [ROOT];
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(ROOT, entry.name));
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
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeFolder(join(folder, entry.name));
  }
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
