import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Backoff, insisting, retrying } from '../../../src/chaos/cluster/retry.ts';
import { Unavailable } from '../../../src/chaos/cluster/unavailable.ts';
import { EXIT } from '../../../src/scenario/errors.ts';
import { time } from '../virtual-time.ts';

vi.mock('../../../src/chaos/clock.ts', async () => ({ now_ms: () => time.now_ms }));
vi.mock('../../../src/chaos/sleep.ts', async () => {
  const virtual = await import('../virtual-time.ts');
  return { sleep: virtual.time.sleep };
});

const busy = (retry_after_ms = 0) =>
  new Unavailable('busy', { exitCode: EXIT.configuration, mayBeDone: false, retry_after_ms });

/** Fails until then. @returns when it was tried, and how it ended */
async function tried(until_ms: number, patience_ms: number, retry_after_ms = 0, trying = retrying) {
  const times_ms: number[] = [];
  const work = trying(
    async () => {
      times_ms.push(time.now_ms);
      if (time.now_ms < until_ms) throw busy(retry_after_ms);
      return 'done';
    },
    { patience_ms },
  );
  const result = await time.until(work.catch((error: unknown) => error));
  return { times_ms, result };
}

beforeEach(() => time.reset());

describe('asking again', () => {
  test('has an answer within a second of the server, and asks a server that is away less and less often', async () => {
    const duration_ms = fc.integer({ min: 0, max: 60_000 });
    await fc.assert(
      fc.asyncProperty(duration_ms, async (away_ms) => {
        time.reset();
        const { times_ms, result } = await tried(away_ms, 60_000);
        expect(result).toBe('done');
        expect(times_ms.at(-1)).toBeLessThanOrEqual(away_ms + 1000);
        expect(times_ms.length).toBeLessThanOrEqual(6 + away_ms / 500);
      }),
    );
  });

  test('ends when its time is up, with a last try then', async () => {
    const { times_ms, result } = await tried(10_001, 10_000);
    expect(result).toBeInstanceOf(Unavailable);
    expect(times_ms.at(-1)).toBe(10_000);
  });

  test('leaves a server alone for as long as it asks for', async () => {
    const { times_ms } = await tried(20_000, 60_000, 7000);
    expect(times_ms).toEqual([0, 7000, 14_000, 21_000]);
  });

  test('ends at once where the server asks for more time than there is', async () => {
    const { times_ms, result } = await tried(20_000, 10_000, 11_000);
    expect([times_ms, result]).toEqual([[0], expect.any(Unavailable)]);
  });

  test('is for what may pass, and for nothing else', async () => {
    let attempts = 0;
    const fail = async () => {
      attempts += 1;
      throw new Error('no');
    };
    await expect(retrying(fail, { patience_ms: 1000 })).rejects.toThrow('no');
    const away = async () => {
      attempts += 1;
      throw busy();
    };
    await expect(retrying(away, { patience_ms: 1000, mayPass: () => false })).rejects.toThrow('busy');
    expect(attempts).toBe(2);
  });

  test('ends with the signal', async () => {
    const ending = new AbortController();
    const work = retrying(async () => Promise.reject(busy()), { patience_ms: 60_000, signal: ending.signal });
    work.catch(() => {});
    time.after(2500, () => ending.abort());
    await expect(time.until(work)).rejects.toThrow('busy');
    expect(time.now_ms).toBe(2500);
  });
});

describe('asking again, of what must not stay as it is,', () => {
  test('is for whatever it fails with, until the time is up, with a last try then', async () => {
    const times_ms: number[] = [];
    const fail = async () => {
      times_ms.push(time.now_ms);
      throw new Error('no');
    };
    await expect(time.until(insisting(fail, { patience_ms: 60_000 }))).rejects.toThrow('no');
    expect(times_ms.at(-1)).toBe(60_000);
    const pauses_ms = times_ms.slice(1).map((at_ms, index) => at_ms - times_ms[index]!);
    expect(pauses_ms[0]).toBeLessThanOrEqual(100);
    expect(Math.max(...pauses_ms)).toBeLessThanOrEqual(1000);
    expect(times_ms.length).toBeGreaterThan(60);
  });

  test('leaves a server alone for as long as it asks for, but for a last try when the time is up', async () => {
    const { times_ms, result } = await tried(20_000, 60_000, 7000, insisting);
    expect([times_ms, result]).toEqual([[0, 7000, 14_000, 21_000], 'done']);
    time.reset();
    expect(await tried(10_000, 10_000, 3_600_000, insisting)).toEqual({
      times_ms: [0, 10_000],
      result: 'done',
    });
  });

  test('ends with the signal', async () => {
    const ending = new AbortController();
    const fail = () => Promise.reject(new Error('no'));
    const work = insisting(fail, { patience_ms: 60_000, signal: ending.signal });
    work.catch(() => {});
    time.after(2500, () => ending.abort());
    await expect(time.until(work)).rejects.toThrow('no');
    expect(time.now_ms).toBe(2500);
  });
});

test('pauses double to a second, and are shortened by chance, by a half at most', () => {
  const backoff = new Backoff();
  const longest_ms = [100, 200, 400, 800, 1000, 1000];
  for (const most_ms of longest_ms) {
    const pause_ms = backoff.next_ms();
    expect(pause_ms).toBeLessThanOrEqual(most_ms);
    expect(pause_ms).toBeGreaterThanOrEqual(most_ms / 2);
  }
  backoff.reset();
  expect(backoff.next_ms()).toBeLessThanOrEqual(100);
});
