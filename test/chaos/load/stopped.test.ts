import { spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { RequestEvent } from '../../../src/timeline/event.ts';
import { observe } from './observe.ts';

const STOP_MS = 5000;
const TIMEOUT_MS = 1000;

test('a runner stopped for 5 s says so: sums are exact, what was overdue is late or not sent', async () => {
  const server = http.createServer((_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const script = fileURLToPath(new URL('./run-load.ts', import.meta.url));
  const child = spawn(process.execPath, [script, String(port), '100', '8000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    while (output === '') await sleep(20);
    await sleep(1000);
    process.kill(child.pid!, 'SIGSTOP');
    await sleep(STOP_MS);
    process.kill(child.pid!, 'SIGCONT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);

    const events = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RequestEvent);
    expect(events.length).toBe(800);
    expect(new Set(events.map((event) => event.at_ms)).size).toBe(800);

    const observation = observe(events, { rate_per_s: 100, window_ms: 8000, latency_limit_ms: 1000 });
    expect(observation.scheduled).toBe(800);
    expect(Object.values(observation.outcomes).reduce((sum, count) => sum + count, 0)).toBe(800);
    expect(observation.valid).toBe(false);
    expect(observation.invalid_because.join('; ')).toMatch(/were not sent; .* left more than 100 ms late/);

    const notSent = events.filter((event) => event.outcome === 'not-sent');
    const expected = ((STOP_MS - TIMEOUT_MS) * 100) / 1000;
    expect(notSent.length).toBeGreaterThan(expected * 0.9);
    expect(notSent.length).toBeLessThan(expected * 1.2);
    for (const event of notSent) expect(event.send_lag_ms).toBeGreaterThanOrEqual(TIMEOUT_MS);

    // Sent late: their latency counts from when they should have been sent.
    const late = events.filter((event) => event.outcome !== 'not-sent' && event.send_lag_ms > 100);
    expect(late.length).toBeGreaterThan(50);
    for (const event of late) expect(event.latency_ms).toBeGreaterThanOrEqual(event.send_lag_ms);

    // Before and after it the schedule was kept.
    const firstStopped_ms = Math.min(...[...notSent, ...late].map((event) => event.at_ms));
    const undisturbed = events.filter((event) => event.at_ms < firstStopped_ms - 100);
    expect(undisturbed.length).toBeGreaterThan(50);
    expect(undisturbed.every((event) => event.outcome === 'ok')).toBe(true);
    const after = events.filter((event) => event.at_ms > firstStopped_ms + STOP_MS + 200);
    expect(after.length).toBeGreaterThan(50);
    expect(after.filter((event) => event.outcome === 'ok').length).toBeGreaterThan(after.length * 0.9);
  } finally {
    child.kill('SIGKILL');
    server.close();
  }
}, 60_000);
