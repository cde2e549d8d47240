import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Cluster, PodReplacedError, type Refusal } from '../../src/chaos/cluster/cluster.ts';
import { evictPatiently } from '../../src/chaos/eviction.ts';
import { UserError } from '../../src/scenario/errors.ts';

const POD = { namespace: 'shop', name: 'web-1', uid: 'u' };
const refusal = (retry_after_ms = 0): Refusal => ({ because: 'it needs two', retry_after_ms });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Answers the attempts one after the other; then lets the pod go. */
function scripted(...answers: (Refusal | Error | undefined)[]) {
  const asked: number[] = [];
  const cluster = {
    async evictPod() {
      asked.push(Date.now());
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as Cluster;
  const begin_ms = Date.now();
  return { cluster, asked: () => asked.map((at_ms) => at_ms - begin_ms) };
}

test('a pod that may go goes at once', async () => {
  const { cluster, asked } = scripted();
  const { isRefused, rest } = await evictPatiently(cluster, POD, 5, new AbortController().signal);
  expect([isRefused, await rest, asked()]).toEqual([false, undefined, [0]]);
});

test('a pod that is refused is asked for every 5 s, or when the server says, until it goes', async () => {
  const { cluster, asked } = scripted(refusal(), refusal(10_000), refusal());
  const { isRefused, rest } = await evictPatiently(cluster, POD, undefined, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([isRefused, await rest]).toEqual([true, undefined]);
  expect(asked()).toEqual([0, 5000, 15_000, 20_000]);
});

test('it is asked for again where the API server was away', async () => {
  const away = new UserError('cannot be reached', { exitCode: 1 });
  const { cluster, asked } = scripted(refusal(), away, away);
  const { rest } = await evictPatiently(cluster, POD, undefined, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await rest).toBeUndefined();
  expect(asked()).toEqual([0, 5000, 10_000, 15_000]);
});

test('the signal ends the asking, and what refused it last is told', async () => {
  const { cluster, asked } = scripted(...Array.from({ length: 9 }, () => refusal()));
  const enough = new AbortController();
  const { rest } = await evictPatiently(cluster, POD, undefined, enough.signal);
  await vi.advanceTimersByTimeAsync(12_000);
  enough.abort();
  expect(await rest).toBe('web-1 was not evicted: it needs two');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toHaveLength(3);
});

test('a pod that went meanwhile is evicted enough; one that had gone before was not hit', async () => {
  const gone = new PodReplacedError('gone');
  const { rest } = await evictPatiently(
    scripted(refusal(), gone).cluster,
    POD,
    undefined,
    new AbortController().signal,
  );
  await vi.advanceTimersByTimeAsync(5000);
  expect(await rest).toBeUndefined();
  await expect(
    evictPatiently(scripted(gone).cluster, POD, undefined, new AbortController().signal),
  ).rejects.toThrow(PodReplacedError);
});
