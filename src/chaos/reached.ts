import { now_ms } from './clock.ts';
import { sleep } from './sleep.ts';

/** Longest of Node's timers. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Waits for a time on the clock, never ending before it; false where the signal came first. */
export async function reached(time_ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    signal.throwIfAborted();
    // A timer may be early by what its resolution of 1 ms leaves over.
    while (now_ms() < time_ms) {
      await sleep(Math.min(TIMER_MAX_MS, Math.max(1, time_ms - now_ms())), signal);
    }
    return true;
  } catch {
    return false;
  }
}
