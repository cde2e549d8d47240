import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type RunOptions, run } from '../run.ts';
import { ENVIRONMENT } from '../search-path.ts';

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

/** The contents of the files under a folder, as inputs of a cache entry. */
export function contentsOf(folder: string, keep: (path: string) => boolean = () => true): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter(keep)
    .sort()
    .map((path) => `${path.slice(folder.length)}\n${readFileSync(path, 'utf8')}`);
}

/**
 * Makes a cached folder unless it is there. It gets its name only when it is complete, so an interrupted
 * build leaves nothing that looks like a finished one. The caller holds the lock of the cache.
 */
export async function buildOnce(
  entry: string,
  build: (folder: string, scratch: string) => Promise<void>,
): Promise<void> {
  if (existsSync(entry)) return;
  const partial = `${entry}.partial`;
  const scratch = `${entry}.scratch`;
  for (const folder of [partial, scratch]) {
    remove(folder);
    mkdirSync(folder, { recursive: true });
  }
  try {
    await build(partial, scratch);
    renameSync(partial, entry);
  } finally {
    remove(partial);
    remove(scratch);
  }
}

/**
 * Runs a long command of a build. It dies with this process, however that dies, and takes all that it has
 * started and mounted with it: it has namespaces of its own. Its temporary files go to the scratch folder.
 */
export function runBuild(command: readonly string[], scratch: string, options: RunOptions): Promise<string> {
  const dyingWithThis = ['setpriv', '--pdeathsig', 'KILL'];
  const inNamespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const env = { ...(options.env ?? ENVIRONMENT), TMPDIR: scratch };
  return run([...dyingWithThis, ...inNamespaces, ...command], { ...options, env });
}

function remove(folder: string): void {
  // What was killed a moment ago may still have written here.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
