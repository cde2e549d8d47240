import fc from 'fast-check';
import { expect, test } from 'vitest';
import { now_ms } from '../../../src/chaos/clock.ts';
import type { Transport, TransportRequest, TransportResult } from '../../../src/chaos/cluster/cluster.ts';
import { generate, type LoadPlan, outcomeOf, type RequestPolicy } from '../../../src/chaos/load/generator.ts';
import type { NoteEvent, RequestEvent } from '../../../src/timeline/event.ts';

const never = new AbortController().signal;
const request: RequestPolicy = {
  path: '/',
  timeout_ms: 100,
  latency_limit_ms: 50,
  expected_status: [200],
  connections: 'per-request',
};

function transport(send: (request: TransportRequest) => Promise<TransportResult>): Transport {
  return { route: 'test', send, close: async () => {} };
}
const answer = (status: number): TransportResult => ({ outcome: 'answered', status });
const later = <T>(delay_ms: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(value), delay_ms));

function plan(times_ms: readonly number[], options: Partial<LoadPlan> = {}): LoadPlan {
  return {
    request,
    times_ms: Float64Array.from(times_ms),
    start_ms: now_ms() + 5,
    sources: { ports: 'kernel', addresses: [] },
    ...options,
  };
}

async function run(plan: LoadPlan, to: Transport, signal = never) {
  const requests: RequestEvent[] = [];
  const notes: NoteEvent[] = [];
  await generate(
    plan,
    to,
    (event) => void (event.type === 'request' ? requests.push(event) : notes.push(event)),
    signal,
  );
  requests.sort((a, b) => a.at_ms - b.at_ms);
  return { requests, notes };
}

test('every scheduled request has exactly one outcome, whatever the transport does and whenever it ends', async () => {
  const behaviour = fc.oneof(
    fc.record({
      delay_ms: fc.integer({ min: 0, max: 60 }),
      outcome: fc.constantFrom('answered', 'refused', 'reset', 'timeout', 'unreachable', 'not-sent' as const),
      status: fc.constantFrom(200, 503),
    }),
    fc.constant('never answers' as const),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -150, max: 40 }), { maxLength: 30 }),
      fc.array(behaviour, { minLength: 1 }),
      fc.option(fc.integer({ min: 0, max: 50 })),
      async (times, behaviours, abort_ms) => {
        let sent = 0;
        const to = transport(async () => {
          const now = behaviours[sent++ % behaviours.length]!;
          if (now === 'never answers') return new Promise(() => {});
          return later(now.delay_ms, {
            outcome: now.outcome as TransportResult['outcome'],
            status: now.outcome === 'answered' ? now.status : undefined,
          });
        });
        const aborting = new AbortController();
        if (abort_ms !== null) setTimeout(() => aborting.abort(), abort_ms);
        const sorted = times.toSorted((a, b) => a - b);
        const { requests } = await run(plan(sorted), to, aborting.signal);
        expect(requests.map((event) => event.at_ms)).toEqual(sorted);
        for (const event of requests) {
          expect(event.latency_ms).toBeGreaterThanOrEqual(0);
          expect(event.send_lag_ms).toBeGreaterThanOrEqual(0);
        }
      },
    ),
    { numRuns: 15 },
  );
}, 30_000);

test('latency and timeout are counted from the intended time, not from the sending', async () => {
  const timeouts: number[] = [];
  const to = transport(async ({ timeout_ms }) => {
    timeouts.push(timeout_ms);
    return later(10, answer(200));
  });
  // It begins 60 ms late: the first was due then, the second 30 ms ago.
  const { requests } = await run(plan([0, 30], { start_ms: now_ms() - 60 }), to);
  expect(timeouts[0]).toBeLessThanOrEqual(40);
  expect(timeouts[1]).toBeLessThanOrEqual(70);
  expect(requests[0]?.send_lag_ms).toBeGreaterThanOrEqual(60);
  expect(requests[0]?.latency_ms).toBeGreaterThanOrEqual(69);
  expect(requests[0]?.outcome).toBe('slow');
});

test('a request whose timeout has passed before its turn is not sent', async () => {
  let sent = 0;
  const to = transport(async () => {
    sent += 1;
    return answer(200);
  });
  const { requests } = await run(plan([0, 10, 150], { start_ms: now_ms() - 120 }), to);
  expect(requests.map((event) => event.outcome)).toEqual(['not-sent', 'not-sent', 'ok']);
  expect(requests[0]?.send_lag_ms).toBeGreaterThanOrEqual(120);
  expect(sent).toBe(1);
});

test('after the last intended time it waits for what is in flight, and no longer than the timeout', async () => {
  const answered = await run(
    plan([0]),
    transport(() => later(80, answer(200))),
  );
  expect(answered.requests[0]?.outcome).toBe('slow');
  const begin_ms = now_ms();
  const hung = await run(
    plan([0]),
    transport(() => new Promise(() => {})),
  );
  expect(hung.requests[0]?.outcome).toBe('timeout');
  expect(now_ms() - begin_ms).toBeLessThan(1500);
});

test('abort sends nothing more, awaits what is in flight, and counts the rest as not sent', async () => {
  const aborting = new AbortController();
  const to = transport(() => later(20, answer(200)));
  setTimeout(() => aborting.abort(), 20);
  const { requests } = await run(plan([0, 5, 10_000, 20_000]), to, aborting.signal);
  expect(requests.map((event) => event.outcome)).toEqual(['ok', 'ok', 'not-sent', 'not-sent']);
});

test('an own port that is in use is passed over and never counts as a failure of the service', async () => {
  const ports: (number | undefined)[] = [];
  const to = transport(async ({ source_port }) => {
    ports.push(source_port);
    return ports.length < 4 ? { outcome: 'not-sent', status: undefined } : answer(200);
  });
  const sources = { ports: 'own', addresses: [], range: { first: 40_000, last: 60_000 } } as const;
  const { requests, notes } = await run(plan([0], { sources }), to);
  expect(requests[0]?.outcome).toBe('ok');
  expect(new Set(ports).size).toBe(4);
  expect(notes).toEqual([]);
});

test('where no port can be had the request is not sent, and a note says why', async () => {
  const to = transport(async () => ({ outcome: 'not-sent', status: undefined }));
  for (const sources of [
    { ports: 'kernel', addresses: [] },
    { ports: 'own', addresses: [], range: { first: 40_000, last: 60_000 } },
  ] as const) {
    const { requests, notes } = await run(plan([0, 1], { sources }), to);
    expect(requests.map((event) => event.outcome)).toEqual(['not-sent', 'not-sent']);
    expect(notes.map((note) => note.text)).toEqual([
      '2 requests were not sent: no local address and port could be had for them',
    ]);
  }
});

test('an error of the transport itself is a bug and ends the run', async () => {
  const broken = transport(async () => {
    throw new Error('broken transport');
  });
  await expect(run(plan([0]), broken)).rejects.toThrow('broken transport');
});

test.each([
  ['an expected status in time', answer(200), 10, 'ok'],
  ['an expected status after the latency limit', answer(200), 51, 'slow'],
  ['an expected status after the timeout', answer(200), 101, 'timeout'],
  ['another status', answer(503), 10, 'bad-status'],
  ['an answer that is not HTTP', { outcome: 'answered', status: undefined }, 10, 'bad-status'],
  ['a refused connection', { outcome: 'refused', status: undefined }, 1, 'refused'],
] as const)('%s: %j after %d ms is %s', (_, result, latency_ms, outcome) => {
  expect(outcomeOf(result, latency_ms, request)).toBe(outcome);
});
