import { UserError } from '../../scenario/errors.ts';
import { now_ms } from '../clock.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { sleep } from '../sleep.ts';

/** The run has ended for want of the cluster, which may come back. */
export class ConnectionLost extends UserError {
  override readonly name = 'ConnectionLost';
}

/** Asked for so often that one lost answer is not taken for a lost connection. */
const BEATS = 4;

/**
 * Watches over the connection to the cluster until `signal`: whoever has lost it sees nothing, and can undo nothing.
 *
 * @param patience_ms how long no answer may come
 * @param lost called when none has
 */
export async function keepHeartbeat(
  cluster: Pick<Cluster, 'warm'>,
  patience_ms: number,
  lost: (reason: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let answered_ms = now_ms();
  let why = 'no answer';
  const ending = new AbortController();
  const over = AbortSignal.any([signal, ending.signal]);
  try {
    while (!signal.aborted) {
      // A version has everybody the right to ask for. One that was swallowed on the way need not hold up the next.
      cluster.warm(1, over).then(
        () => {
          answered_ms = now_ms();
        },
        (error: unknown) => {
          why = error instanceof Error ? error.message : String(error);
        },
      );
      const left_ms = answered_ms + patience_ms - now_ms();
      await sleep(Math.min(patience_ms / BEATS, Math.max(1, left_ms)), signal).catch(() => {});
      if (signal.aborted || now_ms() - answered_ms < patience_ms) continue;
      return lost(`the connection to the cluster is lost for ${patience_ms / 1000} s: ${why}`);
    }
  } finally {
    ending.abort();
  }
}
