import { readFileSync, writeFileSync } from 'node:fs';
import type { Progress } from './progress.ts';

/**
 * Linux's default is 128 for all of a user's processes; a control plane takes 11 and a node 8 and more
 * (counted with Kubernetes 1.35), so a few testbeds are one too many: "too many open files".
 */
const INOTIFY_INSTANCES = 8192;
const INOTIFY_FILE = '/proc/sys/fs/inotify/max_user_instances';

/** Raises what would stop a kubelet from starting. A machine that does not let itself be changed is left as it is. */
export function raiseLimits(progress: Progress, file = INOTIFY_FILE): void {
  try {
    const limit = readFileSync(file, 'utf8').trim();
    if (Number(limit) >= INOTIFY_INSTANCES) return;
    writeFileSync(file, `${INOTIFY_INSTANCES}`);
    progress(
      `raised this machine's fs.inotify.max_user_instances from ${limit} to ${INOTIFY_INSTANCES}, until it restarts`,
    );
  } catch {
    // as in a container with a read-only /proc/sys: a testbed or two will do
  }
}
