/**
 * The real `chaos` command, in a Python environment of its own that is kept in the user's cache. The testbed's network
 * may not reach a package index: `node test/e2e/chaos-toolkit.ts` installs it beforehand.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const FOLDER = join(CACHE, 'foreshock', 'chaos-toolkit-0.39');
const PACKAGES = ['chaostoolkit==1.19.0', 'chaostoolkit-kubernetes==0.39.0', 'setuptools<81'];

/** The program, installed if need be. @throws Error where there is no Python, or no package index in reach */
export function chaosCommand(): string {
  const command = join(FOLDER, 'bin', 'chaos');
  if (existsSync(command)) return command;
  mkdirSync(dirname(FOLDER), { recursive: true });
  try {
    execFileSync('python3', ['-m', 'venv', FOLDER], { stdio: 'pipe' });
    execFileSync(join(FOLDER, 'bin', 'pip'), ['install', '--quiet', ...PACKAGES], { stdio: 'pipe' });
  } catch (error) {
    // Half of an environment would be taken for a whole one.
    rmSync(FOLDER, { recursive: true, force: true });
    throw error;
  }
  return command;
}

if (import.meta.main) process.stdout.write(`${chaosCommand()}\n`);
