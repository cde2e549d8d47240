import { expect, test } from 'vitest';
import { now_ms } from '../../../src/chaos/clock.ts';
import { pace } from '../../../src/chaos/load/pacer.ts';

const never = new AbortController().signal;

test('every index is called once, in order, and never before its time', async () => {
  const times = Float64Array.from({ length: 60 }, (_, index) => index * 5 + (index % 3));
  const start_ms = now_ms() + 20;
  const calls: { index: number; early_ms: number }[] = [];
  const called = await pace(
    times,
    start_ms,
    (index) => calls.push({ index, early_ms: start_ms + times[index]! - now_ms() }),
    never,
  );
  expect(called).toBe(60);
  expect(calls.map((call) => call.index)).toEqual([...times.keys()]);
  expect(Math.max(...calls.map((call) => call.early_ms))).toBeLessThanOrEqual(0);
});

test('lateness does not add up: a slow callee delays none of the later calls', async () => {
  const times = Float64Array.from({ length: 100 }, (_, index) => index * 4);
  const start_ms = now_ms();
  const lags: number[] = [];
  await pace(
    times,
    start_ms,
    (index) => {
      lags[index] = now_ms() - start_ms - times[index]!;
      const until_ms = now_ms() + 1;
      while (now_ms() < until_ms);
    },
    never,
  );
  lags.sort((a, b) => a - b);
  expect(lags[50]).toBeLessThan(3);
});

test('what a stall made overdue is called at once, in order', async () => {
  const times = Float64Array.from({ length: 30 }, (_, index) => index * 2);
  const start_ms = now_ms() - 1000;
  const calls: number[] = [];
  const called = pace(times, start_ms, (index) => calls.push(index), never);
  expect(calls).toEqual([...times.keys()]);
  expect(await called).toBe(30);
});

test('abort ends it at once and says how many were called', async () => {
  const aborting = new AbortController();
  const calls: number[] = [];
  const running = pace(
    Float64Array.of(0, 0, 60_000),
    now_ms() - 1,
    (index) => calls.push(index),
    aborting.signal,
  );
  aborting.abort();
  expect(await running).toBe(2);
  expect(await pace(Float64Array.of(0), now_ms(), () => calls.push(9), aborting.signal)).toBe(0);
  expect(calls).toEqual([0, 1]);
});

test('waiting does not burn a core', async () => {
  const times = Float64Array.from({ length: 50 }, (_, index) => index * 10);
  const before = process.cpuUsage();
  await pace(times, now_ms(), () => {}, never);
  const used = process.cpuUsage(before);
  expect((used.user + used.system) / 1000).toBeLessThan(250);
});

test('an error of the callee is handed on', async () => {
  const fail = () => {
    throw new Error('no');
  };
  await expect(pace(Float64Array.of(0), now_ms(), fail, never)).rejects.toThrow('no');
});
