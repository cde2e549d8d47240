/** What ends a trial early is what the score at its end would say, too. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ObjectiveWatch } from '../../../src/chaos/safety/objective-watch.ts';
import type { Objectives } from '../../../src/scenario/scenario.ts';
import type { HeaderEvent, Outcome, RequestEvent } from '../../../src/timeline/event.ts';
import { Score } from '../../../src/timeline/score.ts';

const NOTHING: Objectives = {
  availability_time: undefined,
  availability_requests: undefined,
  downtime_s: undefined,
  throughput_rps: undefined,
  latency_p99_ms: undefined,
};
const GAP_MS = 100;

interface Known {
  readonly outcome: Outcome;
  readonly latency_ms: number;
  /** When it becomes known, among the others. */
  readonly order: number;
}

const known: fc.Arbitrary<Known> = fc.record({
  outcome: fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'timeout', 'refused', 'slow'),
  latency_ms: fc.integer({ min: 1, max: 1000 }),
  order: fc.double({ min: 0, max: 1, noNaN: true }),
});

const objectives: fc.Arbitrary<Objectives> = fc
  .oneof(
    fc.record({ availability_time: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ availability_requests: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ downtime_s: fc.double({ min: 0, max: 5, noNaN: true }) }),
    fc.record({ throughput_rps: fc.double({ min: 0, max: 10, noNaN: true }) }),
    fc.record({ latency_p99_ms: fc.integer({ min: 1, max: 1000 }) }),
  )
  .map((one) => ({ ...NOTHING, ...one }));

function isMet(wanted: Objectives, score: Score): boolean {
  const seen = score.observation();
  return (
    (wanted.availability_time === undefined || seen.availability_time >= wanted.availability_time) &&
    (wanted.availability_requests === undefined ||
      seen.availability_requests >= wanted.availability_requests) &&
    (wanted.downtime_s === undefined || seen.downtime_s <= wanted.downtime_s) &&
    (wanted.throughput_rps === undefined || seen.throughput_rps >= wanted.throughput_rps) &&
    (wanted.latency_p99_ms === undefined ||
      seen.latency_p99_ms === undefined ||
      seen.latency_p99_ms <= wanted.latency_p99_ms)
  );
}

/** @returns what the watch said, and the score of the whole */
function watched(requests: readonly Known[], wanted: Objectives): { said: string | undefined; score: Score } {
  const window_ms = requests.length * GAP_MS;
  const times_ms = Float64Array.from(requests, (_, index) => index * GAP_MS);
  const watch = new ObjectiveWatch(wanted, window_ms, times_ms);
  const score = new Score();
  const header: Partial<HeaderEvent> = { type: 'header', window_ms, rate_per_s: 10, latency_limit_ms: 1000 };
  score.record({ ...header, replica_rps: {} } as HeaderEvent);
  const events = requests
    .map(({ outcome, latency_ms, order }, index) => ({
      order,
      event: { type: 'request', at_ms: index * GAP_MS, latency_ms, outcome, send_lag_ms: 0 } as RequestEvent,
    }))
    .toSorted((a, b) => a.order - b.order);
  let said: string | undefined;
  for (const { event } of events) {
    score.record(event);
    said ??= watch.judge(event);
  }
  return { said, score };
}

test('a trial that is ended misses its objective whatever would have come', () => {
  fc.assert(
    fc.property(fc.array(known, { minLength: 1, maxLength: 200 }), objectives, (requests, wanted) => {
      const { said, score } = watched(requests, wanted);
      if (said !== undefined) expect(isMet(wanted, score)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

test('a trial that misses an objective about the number of requests is ended', () => {
  fc.assert(
    fc.property(fc.array(known, { minLength: 1, maxLength: 200 }), objectives, (requests, wanted) => {
      fc.pre(wanted.availability_requests !== undefined || wanted.throughput_rps !== undefined);
      const { said, score } = watched(requests, wanted);
      expect(said === undefined).toBe(isMet(wanted, score));
    }),
    { numRuns: 1000 },
  );
});

test('a trial is ended while its outage goes on, not only when it is over', () => {
  const requests = Array.from(
    { length: 100 },
    (_, index): Known => ({
      ...{ outcome: index < 20 ? 'ok' : 'refused', latency_ms: 1, order: index },
    }),
  );
  const wanted = { ...NOTHING, downtime_s: 1 };
  const times_ms = Float64Array.from(requests, (_, index) => index * GAP_MS);
  const watch = new ObjectiveWatch(wanted, 10_000, times_ms);
  const said = requests.findIndex(({ outcome, latency_ms }, index) => {
    const event = { type: 'request', at_ms: index * GAP_MS, latency_ms, outcome, send_lag_ms: 0 } as const;
    return watch.judge(event) !== undefined;
  });
  // Down from the 20th on, so that a second has passed with the 31st.
  expect(said).toBe(31);
});
