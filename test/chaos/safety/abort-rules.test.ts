import { describe, expect, test } from 'vitest';
import { AbortRules } from '../../../src/chaos/safety/abort-rules.ts';
import { SAFETY_DEFAULT } from '../../../src/scenario/safety.ts';
import type { Safety } from '../../../src/scenario/scenario.ts';
import type { Outcome, PodEvent } from '../../../src/timeline/event.ts';
import { shortScenario } from '../scenario.ts';

/** Rules over a trial of ten seconds, and why they have ended it. */
function rules(safety: Partial<Safety>, downtime_s?: number) {
  const reasons: string[] = [];
  const scenario = shortScenario([], {
    safety: { ...SAFETY_DEFAULT, ...safety },
    objectives: { ...shortScenario([]).objectives, availability_time: undefined, downtime_s },
  });
  let now_ms = 0;
  const held = new AbortRules({
    scenario,
    times_ms: Float64Array.from({ length: 100 }, (_, index) => index * 100),
    at_ms: () => now_ms,
    breach: (reason) => reasons.push(reason),
  });
  return {
    reasons,
    held,
    request(at_ms: number, outcome: Outcome) {
      now_ms = at_ms;
      held.record({ type: 'request', at_ms, latency_ms: 1, outcome, send_lag_ms: 0 });
    },
    pod(name: string, change: Partial<PodEvent>) {
      const pod = { ready: true, terminating: false, gone: false, phase: 'Running', node: 'node-1' } as const;
      held.record({ type: 'pod', at_ms: now_ms, pod: name, workload: 'nginx', ...pod, ...change });
    },
  };
}

const errorRate = (above: number): Partial<Safety> => ({
  abort: { ...SAFETY_DEFAULT.abort, error_rate: { above, for_ms: 1000 } },
});

describe('the error rate', () => {
  test('ends the trial once more of the last second’s requests failed than may', () => {
    const { reasons, request } = rules(errorRate(0.5));
    for (let at_ms = 0; at_ms < 2000; at_ms += 100) request(at_ms, 'ok');
    for (let at_ms = 2000; at_ms <= 2400; at_ms += 100) request(at_ms, 'refused');
    expect(reasons).toEqual([]);
    request(2500, 'refused');
    expect(reasons).toEqual([
      '60 % of the requests failed in the last 1 s; safety.abort.error_rate allows 50 %',
    ]);
    request(2600, 'refused');
    expect(reasons).toHaveLength(1);
  });

  test('is not judged before there has been so long a time', () => {
    const { reasons, request } = rules(errorRate(0.5));
    for (let at_ms = 0; at_ms < 1000; at_ms += 100) request(at_ms, 'timeout');
    expect(reasons).toEqual([]);
    request(1000, 'timeout');
    expect(reasons).toHaveLength(1);
  });

  test('forgets what was longer ago', () => {
    const { reasons, request } = rules(errorRate(0.5));
    for (let at_ms = 0; at_ms < 500; at_ms += 100) request(at_ms, 'refused');
    for (let at_ms = 500; at_ms < 3000; at_ms += 100) request(at_ms, 'ok');
    expect(reasons).toEqual([]);
  });

  test('does not count what was never sent', () => {
    const { reasons, request } = rules(errorRate(0.5));
    for (let at_ms = 0; at_ms < 3000; at_ms += 100) request(at_ms, 'not-sent');
    expect(reasons).toEqual([]);
  });
});

describe('min_healthy', () => {
  test('ends the trial when fewer pods are ready, whoever took them', () => {
    const { reasons, pod } = rules({ min_healthy: { percent: 100 } });
    // As a watch tells of them at first: one by one.
    pod('a', {});
    pod('b', { ready: false });
    pod('b', {});
    expect(reasons).toEqual([]);
    pod('b', { ready: false });
    expect(reasons).toEqual(['1 pods of nginx are ready; safety.min_healthy wants 2']);
  });

  test.each([{ terminating: true }, { gone: true }, { ready: false }])('counts none that is %j', (change) => {
    const { reasons, pod } = rules({ min_healthy: { pods: 2 } });
    pod('a', {});
    pod('b', {});
    pod('a', change);
    expect(reasons).toHaveLength(1);
  });

  test('lets pods change where enough are left', () => {
    const { reasons, pod } = rules({ min_healthy: { pods: 1 } });
    pod('a', {});
    pod('b', {});
    pod('a', { gone: true });
    pod('c', {});
    pod('b', { gone: true });
    expect(reasons).toEqual([]);
  });
});

test('an outage is seen though some requests of it were never sent', () => {
  const { reasons, request } = rules({ abort: { ...SAFETY_DEFAULT.abort, objectives: true } }, 1);
  for (let at_ms = 0; at_ms < 1000; at_ms += 100) request(at_ms, 'ok');
  for (let at_ms = 1000; at_ms <= 2200; at_ms += 100)
    request(at_ms, at_ms % 300 === 0 ? 'not-sent' : 'refused');
  expect(reasons).toEqual(['1.20 s of downtime so far: objectives.downtime cannot be met any more']);
});

test('what comes after the end is no reason any more', () => {
  const { reasons, held, request } = rules(errorRate(0));
  held.end();
  for (let at_ms = 0; at_ms < 3000; at_ms += 100) request(at_ms, 'refused');
  expect(reasons).toEqual([]);
});
