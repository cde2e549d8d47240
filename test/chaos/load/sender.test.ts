import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { now_ms } from '../../../src/chaos/clock.ts';
import type { LoadPlan } from '../../../src/chaos/load/generator.ts';
import { HttpTransport } from '../../../src/chaos/load/http.ts';
import { LocalSender, senderFor, WorkerSender } from '../../../src/chaos/load/sender.ts';
import { localPortRange } from '../../../src/chaos/load/source.ts';
import type { NoteEvent, RequestEvent } from '../../../src/timeline/event.ts';

const never = new AbortController().signal;
const arrivals: number[] = [];
const sockets = new Set<unknown>();
const server = http.createServer((incoming, response) => {
  sockets.add(incoming.socket);
  arrivals.push(now_ms());
  response.end();
});
let transport: HttpTransport;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  transport = new HttpTransport({ host: '127.0.0.1', port, route: 'loopback' });
});
afterAll(() => {
  server.close();
});

const plan = (times_ms: readonly number[], start_ms = now_ms() + 100): LoadPlan => ({
  request: {
    path: '/',
    timeout_ms: 1000,
    latency_limit_ms: 500,
    expected_status: [200],
    connections: 'per-request',
  },
  times_ms: Float64Array.from(times_ms),
  start_ms,
  sources: { ports: 'own', addresses: [], range: localPortRange() },
});

test('HTTP is sent from a thread of its own, on the same clock, one run after another', async () => {
  const sender = senderFor(transport);
  expect(sender).toBeInstanceOf(WorkerSender);
  await sender.run(plan([0]), () => {}, never);
  for (let run = 0; run < 2; run += 1) {
    arrivals.length = 0;
    const events: (RequestEvent | NoteEvent)[] = [];
    const start_ms = now_ms() + 300;
    await sender.run(plan([0, 50, 100], start_ms), (event) => events.push(event), never);
    expect(events).toEqual(
      [0, 50, 100].map((at_ms) => expect.objectContaining({ type: 'request', at_ms, outcome: 'ok' })),
    );
    arrivals.forEach((arrival_ms, index) => {
      expect(arrival_ms - start_ms).toBeGreaterThanOrEqual(index * 50);
      expect(arrival_ms - start_ms).toBeLessThan(index * 50 + 100);
    });
  }
  await sender.close();
});

test('kept connections are kept within a run, not into the next', async () => {
  const sender = senderFor(transport);
  const keepAlive = (times_ms: readonly number[]) => {
    const { request, ...rest } = plan(times_ms);
    return { ...rest, request: { ...request, connections: 'keep-alive' as const } };
  };
  // The thread takes its time to start: what is late is sent at once, each on a connection of its own.
  await sender.run(plan([0]), () => {}, never);
  sockets.clear();
  await sender.run(keepAlive([0, 100, 200]), () => {}, never);
  expect(sockets.size).toBe(1);
  await sender.run(keepAlive([0, 100, 200]), () => {}, never);
  expect(sockets.size).toBe(2);
  await sender.close();
});

test('the thread keeps the schedule while this one is busy', async () => {
  const sender = new WorkerSender({ ...transport.target, port: 9, route: 'nobody listens' });
  // The thread takes its time to start.
  await sender.run(plan([0]), () => {}, never);
  const lags: number[] = [];
  const times = Array.from({ length: 60 }, (_, index) => index * 10);
  const running = sender.run(
    plan(times),
    (event) => event.type === 'request' && lags.push(event.send_lag_ms),
    never,
  );
  const busyUntil_ms = now_ms() + 800;
  while (now_ms() < busyUntil_ms);
  await running;
  lags.sort((a, b) => a - b);
  expect(lags.length).toBe(60);
  expect(lags[30]).toBeLessThan(20);
  await sender.close();
});

test('abort reaches the thread', async () => {
  const sender = new WorkerSender(transport.target);
  await sender.run(plan([0]), () => {}, never);
  const outcomes = new Map<number, string>();
  const aborting = new AbortController();
  setTimeout(() => aborting.abort(), 400);
  await sender.run(
    plan([0, 60_000]),
    (event) => event.type === 'request' && outcomes.set(event.at_ms, event.outcome),
    aborting.signal,
  );
  expect(Object.fromEntries(outcomes)).toEqual({ 0: 'ok', 60000: 'not-sent' });
  await sender.close();
});

test('a thread that ends in mid-run is an error, not a silent gap', async () => {
  const sender = new WorkerSender(transport.target);
  const running = sender.run(plan([60_000]), () => {}, never);
  await Promise.all([expect(running).rejects.toThrow('ended with code'), sender.close()]);
  await expect(sender.run(plan([0]), () => {}, never)).rejects.toThrow('has ended');
});

test('a transport of this process is used in this thread', () => {
  const own = { route: 'in-process', send: transport.send, close: async () => {} };
  expect(senderFor(own)).toBeInstanceOf(LocalSender);
});
