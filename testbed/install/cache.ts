import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** What is expensive to make is kept here, outside the repository. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.FORESHOCK_CACHE) return resolve(environment.FORESHOCK_CACHE, 'testbed');
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'foreshock', 'testbed');
}

/** The folder of a cached thing, named by what it is made from: other inputs, other folder. */
export function cacheEntry(kind: string, inputs: readonly string[], folder = cacheFolder()): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input.length}:`).update(input);
  return join(folder, `${kind}-${hash.digest('hex').slice(0, 16)}`);
}

/**
 * Makes a cached folder unless it is there. It gets its name only when it is complete, so an interrupted
 * build leaves nothing that looks like a finished one. The caller holds the lock of the cache.
 */
export async function buildOnce(entry: string, build: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(entry)) return;
  const partial = `${entry}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  await build(partial);
  renameSync(partial, entry);
}

/** The contents of the files under a folder, as inputs of a cache entry. */
export function contentsOf(folder: string, keep: (path: string) => boolean = () => true): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter(keep)
    .sort()
    .map((path) => `${path.slice(folder.length)}\n${readFileSync(path, 'utf8')}`);
}
