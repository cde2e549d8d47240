import type { MemoryStress } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { stress } from '../stressor.ts';

/** Holds memory in an ephemeral container of each victim. */
export const memoryStress: FaultAction<MemoryStress> = stress(
  'stress-memory',
  ({ size_bytes }: MemoryStress, duration_s) => holding(size_bytes, duration_s),
);

/** One read(2) gives less than 2 GiB (Linux MAX_RW_COUNT). */
const BLOCK_MAX_BYTES = 2 ** 30;

const SIGKILL = 9;

/**
 * `dd` reads a block of zeros into its memory and cannot get rid of it, since nobody reads what it writes, until the
 * sleep behind it is over. Where the kernel kills one of them, all of the stressor ends as if it had been killed.
 */
function holding(size_bytes: number, duration_s: number): string {
  const blocks = Math.ceil(size_bytes / BLOCK_MAX_BYTES);
  const killed = 128 + SIGKILL;
  const hold = `dd if=/dev/zero bs=${Math.ceil(size_bytes / blocks)} count=1 2>/dev/null || [ $? -ne ${killed} ] || kill -USR1 $$`;
  return `trap 'kill -KILL $all 2>/dev/null' EXIT; trap 'exit 0' TERM; trap 'exit ${killed}' USR1; all=; i=0
while [ $i -lt ${blocks} ]; do (${hold}) | sleep ${duration_s} & all="$all $!"; i=$((i + 1)); done
sleep ${duration_s} & all="$all $!"; wait $!`;
}
