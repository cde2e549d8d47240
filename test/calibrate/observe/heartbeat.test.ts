import { expect, test } from 'vitest';
import { Heartbeat } from '../../../src/calibrate/observe/heartbeat.ts';
import { now_ms } from '../../../src/chaos/clock.ts';

test('a stretch in which nothing could be done is noticed, with its begin and end', async () => {
  const heartbeat = new Heartbeat();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const begin_ms = now_ms();
  while (now_ms() < begin_ms + 60);
  const end_ms = now_ms();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const stalls = heartbeat.end();
  const found = stalls.find((stall) => stall.begin_ms <= begin_ms && stall.end_ms >= end_ms);
  expect(found).toBeDefined();
});
