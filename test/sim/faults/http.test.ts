import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { HttpAbort, HttpDelay, Load, Scenario } from '../../../src/scenario/scenario.ts';
import { Budget, budgetShares } from '../../../src/sim/estimate/budget.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import type { RequestEvent } from '../../../src/timeline/event.ts';
import { Score } from '../../../src/timeline/score.ts';
import { INSTANT } from '../kubernetes/environment.ts';

const ONE = loadScenario('scenarios/validation/one-container.yaml');
const { position } = ONE.faults[0]!;
const { service, namespace } = ONE.load;

const base = {
  ...{ position, service, namespace, virtual_service: undefined },
  ...{ percentage: 100, at_ms: [2000], duration_ms: 10_000 },
};
const delay = (change: Partial<HttpDelay> = {}): HttpDelay => ({
  ...{ ...base, type: 'http-delay', delay_ms: 300 },
  ...change,
});
const abort = (change: Partial<HttpAbort> = {}): HttpAbort => ({
  ...{ ...base, type: 'http-abort', status: 503 },
  ...change,
});

/** One trial of 30 s at 100 requests a second, without any delay of a machine. */
function trial(fault: HttpDelay | HttpAbort, load: Partial<Load> = {}) {
  const scenario: Scenario = {
    ...ONE,
    timing: INSTANT,
    faults: [fault],
    load: { ...ONE.load, duration_ms: 30_000, ...load },
  };
  const requests: RequestEvent[] = [];
  const score = new Score();
  const { recoveries } = new SimulatedWorld(scenario).simulate(0, {
    record: (event) => {
      if (event.type === 'request') requests.push(event);
      score.record(event);
    },
  });
  const seen = score.observation();
  const budget = new Budget();
  budget.add(budgetShares(seen.outages, recoveries, scenario.load));
  const lines = new Map(budget.lines().map(({ mechanism, seconds }) => [mechanism, seconds]));
  const sent = (from_ms: number, to_ms: number) =>
    requests.filter(({ at_ms }) => at_ms >= from_ms && at_ms < to_ms);
  const outcomes = (from_ms: number, to_ms: number) =>
    new Set(sent(from_ms, to_ms).map(({ outcome }) => outcome));
  return { seen, lines, sent, outcomes };
}

describe('http-delay', () => {
  it('holds every request up for as long as it says, and no other', () => {
    const { seen, sent } = trial(delay());
    expect(seen.failed_requests).toBe(0);
    for (const { latency_ms } of sent(2000, 12_000)) expect(latency_ms).toBeGreaterThanOrEqual(300);
    for (const { latency_ms } of sent(2000, 12_000)) expect(latency_ms).toBeLessThan(310);
    for (const { latency_ms } of [...sent(0, 2000), ...sent(12_000, 30_000)]) {
      expect(latency_ms).toBeLessThan(10);
    }
  });

  it('makes them slow beyond the limit, and that is what took the time', () => {
    const { seen, lines, outcomes } = trial(delay(), { latency_limit_ms: 200 });
    expect(outcomes(2000, 12_000)).toEqual(new Set(['slow']));
    expect(outcomes(12_000, 30_000)).toEqual(new Set(['ok']));
    expect(seen.downtime_s).toBeCloseTo(10, 1);
    expect(lines.get('http delay')).toBeCloseTo(10, 1);
  });

  it.each(['per-request', 'keep-alive'] as const)(
    'outlasts a client that waits for less, whose request never comes: %s',
    (connections) => {
      const { outcomes } = trial(delay({ delay_ms: 5000 }), { connections, timeout_ms: 1000 });
      expect(outcomes(2000, 12_000)).toEqual(new Set(['timeout']));
      expect(outcomes(12_000, 30_000)).toEqual(new Set(['ok']));
    },
  );

  it('costs its share of the requests', () => {
    const { seen } = trial(delay({ percentage: 20 }), { latency_limit_ms: 200 });
    // 1000 requests in its time, of which 200 are drawn, give or take five standard deviations.
    expect(Math.abs(seen.failed_requests - 200)).toBeLessThan(64);
  });
});

describe('http-abort', () => {
  it('answers every request with the error until it is undone, and that is what took the time', () => {
    const { seen, lines, outcomes } = trial(abort());
    expect(outcomes(0, 2000)).toEqual(new Set(['ok']));
    expect(outcomes(2000, 12_000)).toEqual(new Set(['bad-status']));
    expect(outcomes(12_000, 30_000)).toEqual(new Set(['ok']));
    expect(seen.outcomes['bad-status']).toBe(1000);
    expect(seen.downtime_s).toBeCloseTo(10, 1);
    expect(lines.get('http abort')).toBeCloseTo(10, 1);
  });

  it('sends nothing to the pods: connections that are kept are as they were', () => {
    const { seen } = trial(abort(), { connections: 'keep-alive' });
    expect(seen.outcomes).toMatchObject({ 'bad-status': 1000, ok: 2000 });
  });

  it('lasts until the trial is over where no duration is said', () => {
    const { outcomes } = trial(abort({ duration_ms: undefined }));
    expect(outcomes(2000, 30_000)).toEqual(new Set(['bad-status']));
  });
});

it('of another Service is none of the load', () => {
  for (const fault of [delay({ service: 'other' }), abort({ service: 'other' })]) {
    expect(trial(fault, { latency_limit_ms: 200 }).seen.failed_requests).toBe(0);
  }
});
