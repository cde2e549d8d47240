import { now_ms } from '../clock.ts';

/**
 * Calls `due` with each index of `times_ms` at its time, never before it; what a stall has made overdue is
 * called at once, in order. Every wait is taken from the absolute schedule, so lateness never adds up.
 *
 * Timers of Node have a resolution of 1 ms and run late by up to one more. The last tenth of a gap, at most
 * 1 ms, is therefore spent going round the event loop, which costs at most a tenth of a core.
 *
 * @param start_ms when the schedule's 0 is, on the clock of `now_ms`
 * @returns how many were called: all of them unless `signal` ended it
 */
export function pace(
  times_ms: Float64Array,
  start_ms: number,
  due: (index: number) => void,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let spin_ms = 1;
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    const end = (error?: unknown) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve(next);
      else reject(error);
    };
    const onAbort = () => end();
    const wait_ms = () => start_ms + times_ms[next]! - now_ms();
    const step = () => {
      if (ended) return;
      try {
        const before = next;
        while (next < times_ms.length && wait_ms() <= 0 && !ended) {
          next += 1;
          due(next - 1);
        }
        if (next === times_ms.length) return end();
        const remaining_ms = wait_ms();
        if (next !== before || timer === undefined) spin_ms = Math.min(1, remaining_ms / 10);
        if (remaining_ms > spin_ms) timer = setTimeout(step, remaining_ms - spin_ms);
        else setImmediate(step);
      } catch (error) {
        end(error);
      }
    };
    if (signal.aborted) return end();
    signal.addEventListener('abort', onAbort);
    step();
  });
}
