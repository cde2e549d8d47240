import { afterEach, expect, test, vi } from 'vitest';
import * as clock from '../../src/chaos/clock.ts';
import { TrialSources } from '../../src/chaos/trial-sources.ts';
import { shortScenario } from './scenario.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const load = (source_ports: 'own' | 'kernel') => ({ ...shortScenario([]).load, source_ports });

test('own ports need no wait between trials', () => {
  const sources = new TrialSources(load('own'), 'kubernetes', []);
  sources.sent(0);
  expect(sources.wait_ms(1)).toBe(0);
  expect(sources.of(0)).toMatchObject({ ports: 'own', addresses: [] });
  expect(sources.describe()).toMatch(/^source ports: \d+ to \d+, none used again within 120 s$/);
});

test('ports of the operating system need 120 s between trials from one address', () => {
  let now_ms = 1_000_000;
  vi.spyOn(clock, 'now_ms').mockImplementation(() => now_ms);
  const sources = new TrialSources(load('kernel'), 'kubernetes', []);
  expect(sources.wait_ms(0)).toBe(0);
  sources.sent(0);
  now_ms += 50_000;
  expect(sources.wait_ms(1)).toBe(70_000);
  now_ms += 70_000;
  expect(sources.wait_ms(1)).toBe(0);
});

test('with an address for each trial nothing is waited for until one comes round', () => {
  const sources = new TrialSources(load('kernel'), 'kubernetes', ['127.0.0.1', '127.0.0.2']);
  expect(sources.of(1)).toEqual({ ports: 'kernel', addresses: ['127.0.0.2'] });
  sources.sent(0);
  expect(sources.wait_ms(1)).toBe(0);
  expect(sources.wait_ms(2)).toBeGreaterThan(100_000);
});

test('the embedded cluster has no connection tracking to wait for', () => {
  const sources = new TrialSources(load('kernel'), 'embedded', ['127.0.0.1']);
  sources.sent(0);
  expect(sources.wait_ms(1)).toBe(0);
  expect(sources.describe()).toBe('source ports: none, requests do not leave the process');
});

test('the highest rate of the load must have ports enough, and is named as the scenario has it', async () => {
  const check = (rate_per_s: number, ...steps: number[]) =>
    new TrialSources(
      {
        ...load('own'),
        rate_per_s,
        steps: steps.map((rate, index) => ({ at_ms: (index + 1) * 1000, rate_per_s: rate })),
      },
      'kubernetes',
      [],
    ).check();
  await expect(check(50, 100, 60)).resolves.toBeUndefined();
  await expect(check(50, 60, 90_000, 70)).rejects.toThrow(/^load\.steps\[1\]\.rate 90000 is more than /);
  await expect(check(90_000, 60)).rejects.toThrow(/^load\.rate 90000 is more than /);
});
