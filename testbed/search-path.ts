import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Root's usual search path after the caller's: a container or a cron job may come without the sbin folders. */
export const SEARCH_PATH = [
  ...new Set([
    ...(process.env.PATH ?? '').split(delimiter),
    ...['/usr/local/go/bin', '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
  ]),
].join(delimiter);

/** The environment of what the testbed runs. */
export const ENVIRONMENT: NodeJS.ProcessEnv = { ...process.env, PATH: SEARCH_PATH };

/** Whether a command, or a file with an absolute path, is there. */
export function isInstalled(file: string): boolean {
  if (file.startsWith('/')) return existsSync(file);
  return SEARCH_PATH.split(delimiter).some((folder) => existsSync(join(folder, file)));
}
