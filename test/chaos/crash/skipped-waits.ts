/**
 * Waits that are skipped: within `skippingWaits` a sleep takes a moment and counts in full, while what is done takes the
 * time that it takes. What sleeps side by side counts one after the other, so that a time is too long rather than too short.
 *
 * ```ts
 * vi.mock('../../../src/chaos/clock.ts', async (original) => (await import('./skipped-waits.ts')).clock(await original()));
 * vi.mock('../../../src/chaos/sleep.ts', async (original) => (await import('./skipped-waits.ts')).sleeping(await original()));
 * ```
 */
import { AsyncLocalStorage } from 'node:async_hooks';

type Clock = typeof import('../../../src/chaos/clock.ts');
type Sleeping = typeof import('../../../src/chaos/sleep.ts');

/** A cluster's controllers take as long as they do elsewhere. */
const MOMENT_MS = 50;

const skipped = new AsyncLocalStorage<{ ms: number }>();

/** Each has a time of its own, which begins as ours. */
export const skippingWaits = <T>(work: () => Promise<T>): Promise<T> => skipped.run({ ms: 0 }, work);

export const clock = ({ now_ms }: Clock): Clock => ({
  now_ms: () => now_ms() + (skipped.getStore()?.ms ?? 0),
});

export const sleeping = ({ sleep }: Sleeping): Sleeping => ({
  async sleep(duration_ms, signal) {
    const time = skipped.getStore();
    const moment_ms = time === undefined ? duration_ms : Math.min(duration_ms, MOMENT_MS);
    await sleep(moment_ms, signal);
    if (time !== undefined) time.ms += duration_ms - moment_ms;
  },
});
