/** Asking again where a cluster was unavailable: for how long, and with which pauses. */
import { now_ms } from '../clock.ts';
import { sleep } from '../sleep.ts';
import { Unavailable } from './unavailable.ts';

/**
 * client-go waits from 0.8 s to 30 s (client-go 1.35 tools/cache/reflector.go NewReflectorWithOptions), because thousands
 * of them may share a server. We are one, a fault may stand meanwhile, and its undoing is to come a second after the
 * server at the latest.
 */
const PAUSE_MIN_MS = 100;
const PAUSE_MAX_MS = 1000;

/** Pauses that double, each shortened by up to a half: those who lost a server at once do not come back at once. */
export class Backoff {
  #pause_ms = PAUSE_MIN_MS;

  next_ms(): number {
    const pause_ms = this.#pause_ms;
    this.#pause_ms = Math.min(2 * pause_ms, PAUSE_MAX_MS);
    // No luck of a trial's: it may differ from run to run.
    return pause_ms * (1 - Math.random() / 2);
  }

  reset(): void {
    this.#pause_ms = PAUSE_MIN_MS;
  }
}

/** How long something is tried for. */
export interface Limits {
  /** From the first attempt to the beginning of the last. */
  readonly patience_ms: number;
  /** Aborted: there is no further attempt. */
  readonly signal?: AbortSignal | undefined;
}

export interface Patience extends Limits {
  /** Default: where the cluster was unavailable. */
  readonly mayPass?: (error: unknown) => boolean;
}

/**
 * @returns what the first attempt gives that does not fail
 * @throws what the last attempt failed with: where the time was up, or the cluster asks for more time than there is; and
 *   at once what may not pass
 */
export function retrying<T>(
  attempt: () => Promise<T>,
  { mayPass = isUnavailable, ...limits }: Patience,
): Promise<T> {
  return trying(attempt, limits, (error, left_ms) => mayPass(error) && askedBy(error) <= left_ms);
}

/**
 * As `retrying`, of what must not stay as it is, such as a fault that stands: whatever it fails with, since a server that
 * has just been started may turn us away for a moment; and at the end of the time once more, though the cluster asks for
 * more time than that.
 */
export function insisting<T>(attempt: () => Promise<T>, limits: Limits): Promise<T> {
  return trying(attempt, limits, () => true);
}

async function trying<T>(
  attempt: () => Promise<T>,
  { patience_ms, signal }: Limits,
  isWorthwhile: (error: unknown, left_ms: number) => boolean,
): Promise<T> {
  const until_ms = now_ms() + patience_ms;
  const backoff = new Backoff();
  while (true) {
    try {
      return await attempt();
    } catch (error) {
      const left_ms = until_ms - now_ms();
      if (left_ms <= 0 || signal?.aborted || !isWorthwhile(error, left_ms)) throw error;
      // The last attempt is at the end of the time, not before.
      await sleep(Math.min(left_ms, Math.max(backoff.next_ms(), askedBy(error))), signal).catch(() => {});
      if (signal?.aborted) throw error;
    }
  }
}

const isUnavailable = (error: unknown): boolean => error instanceof Unavailable;

/** How long the cluster asks to be left alone; 0 where it does not say. */
export const askedBy = (error: unknown): number => (error instanceof Unavailable ? error.retry_after_ms : 0);
