import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeaderEvent, OUTCOMES, type Outcome, type TimelineEvent } from '../../src/timeline/event.ts';
import type { Observation } from '../../src/timeline/observation.ts';
import { Score } from '../../src/timeline/score.ts';

const HEADER: HeaderEvent = {
  type: 'header',
  version: 1,
  arm: 'sim',
  scenario: 'test',
  seed: '1',
  trial: 0,
  window_ms: 1000,
  rate_per_s: 10,
  latency_limit_ms: 500,
  replica_rps: { web: 4 },
  where: 'test',
};

const request = (at_ms: number, outcome: Outcome, latency_ms = 5, send_lag_ms = 0): TimelineEvent => ({
  type: 'request',
  at_ms,
  outcome,
  latency_ms,
  send_lag_ms,
});

function observe(events: readonly TimelineEvent[], header = HEADER): Observation {
  const score = new Score();
  score.record(header);
  for (const event of events) score.record(event);
  return score.observation();
}

/** Ten requests, one every 100 ms, with these outcomes. */
const ten = (...outcomes: Outcome[]) => observe(outcomes.map((outcome, i) => request(i * 100, outcome)));

describe('Score', () => {
  it('is invalid where a fault had no effect, which it tells once', () => {
    const event = {
      type: 'no-effect',
      at_ms: 900,
      fault: 0,
      name: 'network-partition',
      because: 'why',
    } as const;
    const seen = observe([request(0, 'ok'), { ...event, repetition: 0 }, { ...event, repetition: 1 }]);
    expect(seen.valid).toBe(false);
    expect(seen.invalid_because).toEqual(['network-partition had no effect: why']);
  });

  it('runs an outage from the first bad request to the next good one', () => {
    const seen = ten('ok', 'ok', 'refused', 'timeout', 'ok', 'ok', 'ok', 'slow', 'ok', 'ok');
    expect(seen.outages).toEqual([
      { begin_ms: 200, end_ms: 400, failed_requests: 2 },
      { begin_ms: 700, end_ms: 800, failed_requests: 1 },
    ]);
    expect(seen.downtime_s).toBeCloseTo(0.3, 12);
    expect(seen.availability_time).toBeCloseTo(0.7, 12);
    expect(seen.availability_requests).toBeCloseTo(0.7, 12);
    expect(seen.throughput_rps).toBeCloseTo(7, 12);
    expect(seen.failed_requests).toBe(3);
  });

  it('lets an outage that is not over last to the end of the window', () => {
    const seen = ten('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'reset', 'reset');
    expect(seen.outages).toEqual([{ begin_ms: 800, end_ms: 1000, failed_requests: 2 }]);
  });

  it('orders requests by when they were meant to be sent, not by when they ended', () => {
    const seen = observe([request(200, 'ok'), request(0, 'ok'), request(100, 'timeout', 500)]);
    expect(seen.outages).toEqual([{ begin_ms: 100, end_ms: 200, failed_requests: 1 }]);
  });

  it('tells half of the requests from half of the time', () => {
    const seen = ten('ok', 'refused', 'ok', 'refused', 'ok', 'refused', 'ok', 'refused', 'ok', 'ok');
    expect(seen.availability_requests).toBeCloseTo(0.6, 12);
    expect(seen.availability_time).toBeCloseTo(0.6, 12);
    const uneven = observe([
      request(0, 'ok'),
      request(100, 'refused'),
      request(600, 'ok'),
      request(900, 'ok'),
    ]);
    expect(uneven.availability_requests).toBeCloseTo(0.75, 12);
    expect(uneven.availability_time).toBeCloseTo(0.5, 12);
  });

  it('calls a trial invalid when a request was not sent, or left late, or none was scheduled', () => {
    expect(ten('ok', 'not-sent').invalid_because).toEqual(['1 request was not sent']);
    const late = observe([request(0, 'ok', 70, 51), request(100, 'ok', 70, 50)]);
    expect(late.valid).toBe(false);
    expect(late.invalid_because).toEqual(['1 request left more than 50 ms late, the worst by 51 ms']);
    expect(observe([]).invalid_because).toEqual(['no request was scheduled']);
    expect(ten('ok').valid).toBe(true);
  });

  it('takes latencies of answered requests only', () => {
    const seen = observe([
      request(0, 'ok', 10),
      request(100, 'bad-status', 30),
      request(200, 'timeout', 500),
    ]);
    expect(seen.latency_p50_ms).toBe(20);
    expect(observe([request(0, 'refused', 1)]).latency_p99_ms).toBeUndefined();
  });

  it('integrates capacity over the ready replicas', () => {
    const pod = (at_ms: number, name: string, ready: boolean, gone = false): TimelineEvent => ({
      type: 'pod',
      at_ms,
      pod: name,
      node: 'node-1',
      workload: 'web',
      phase: 'Running',
      ready,
      terminating: false,
      gone,
    });
    const events = [
      pod(-50, 'a', true),
      pod(0, 'b', true),
      pod(250, 'b', true, true),
      pod(750, 'c', true),
      pod(1200, 'c', false),
    ];
    // Two replicas for half of the window, one for the other half, 4 requests a second each.
    expect(observe([request(0, 'ok'), ...events]).capacity_rps).toBeCloseTo(6, 12);
    expect(observe([request(0, 'ok')]).capacity_rps).toBeUndefined();
  });

  it('accounts for every request exactly once, and for every moment of the window', () => {
    const outcomes = fc.array(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(outcomes, (list) => {
        const window_ms = list.length * 10;
        const seen = observe(
          list.map((outcome, i) => request(i * 10, outcome)),
          { ...HEADER, window_ms },
        );
        expect(Object.values(seen.outcomes).reduce((a, b) => a + b, 0)).toBe(list.length);
        expect(seen.scheduled).toBe(list.length);
        expect(seen.outages.reduce((sum, { failed_requests }) => sum + failed_requests, 0)).toBe(
          seen.failed_requests,
        );
        // Evenly spaced: time and requests tell the same.
        expect(seen.availability_time).toBeCloseTo(seen.availability_requests, 9);
        expect(seen.downtime_s).toBeCloseTo((1 - seen.availability_time) * seen.window_s, 9);
      }),
    );
  });
});
