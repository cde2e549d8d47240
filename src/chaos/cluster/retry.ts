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

export interface Patience {
  /** From the first attempt to the beginning of the last. */
  readonly patience_ms: number;
  /** Aborted: there is no further attempt. */
  readonly signal?: AbortSignal | undefined;
  /** Default: where the cluster was unavailable. */
  readonly mayPass?: (error: unknown) => boolean;
}

/**
 * @returns what the first attempt gives that does not fail
 * @throws what the last attempt failed with: where the time was up, or the cluster asks for more time than there is; and
 *   at once what may not pass
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  { patience_ms, signal, mayPass = isUnavailable }: Patience,
): Promise<T> {
  const until_ms = now_ms() + patience_ms;
  const backoff = new Backoff();
  while (true) {
    try {
      return await attempt();
    } catch (error) {
      const left_ms = until_ms - now_ms();
      const asked_ms = error instanceof Unavailable ? error.retry_after_ms : 0;
      if (!mayPass(error) || left_ms <= 0 || asked_ms > left_ms || signal?.aborted) throw error;
      // The last attempt is at the end of the time, not before.
      await sleep(Math.min(left_ms, Math.max(backoff.next_ms(), asked_ms)), signal).catch(() => {});
      if (signal?.aborted) throw error;
    }
  }
}

const isUnavailable = (error: unknown): boolean => error instanceof Unavailable;

/** As the undoing of a fault is tried again: a server that has just been started may turn us away for a moment. */
export const whateverItIs = (): boolean => true;
