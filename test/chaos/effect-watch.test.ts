import { describe, expect, test } from 'vitest';
import { EffectWatch } from '../../src/chaos/effect-watch.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { lasting, shortScenario } from './scenario.ts';

interface Options {
  readonly targets?: readonly string[];
  readonly requests?: number;
  readonly failed_at_ms?: number;
  readonly change?: (scenario: Scenario) => Scenario;
}

/** So many requests, ten a second, two seconds after a partition of some of four pods begins. */
function withoutEffect({
  targets = ['a'],
  requests = 100,
  failed_at_ms = -1,
  change = (same) => same,
}: Options) {
  const watch = new EffectWatch(change(shortScenario([lasting('network-partition')])));
  const fault = { fault: 0, repetition: 1, name: 'network-partition', targets };
  watch.record({
    type: 'endpoints',
    at_ms: 0,
    service: 'nginx',
    ready: ['a', 'b', 'c', 'd'],
    terminating: [],
  });
  watch.record({ type: 'fault-begin', at_ms: 1000, ...fault });
  for (let at_ms = 3000; at_ms < 3000 + requests * 100; at_ms += 100) {
    const outcome = at_ms === failed_at_ms ? 'timeout' : 'ok';
    watch.record({ type: 'request', at_ms, latency_ms: 1, outcome, send_lag_ms: 0 });
  }
  watch.record({ type: 'fault-end', at_ms: 3000 + requests * 100, ...fault });
  return watch.withoutEffect();
}

const service = (fields: object) => (scenario: Scenario) => ({
  ...scenario,
  services: scenario.services.map((each) => ({ ...each, ...fields })),
});

describe('a network-partition had no effect', () => {
  test('where none of many requests failed, which says so with its place', () => {
    expect(withoutEffect({})).toEqual([
      {
        ...{ type: 'no-effect', at_ms: 13_000, fault: 0, repetition: 1, name: 'network-partition' },
        because: expect.stringContaining('none of 100 requests failed'),
      },
    ]);
  });

  test('where a single request shows it, since there is no other pod', () => {
    expect(withoutEffect({ targets: ['a', 'b', 'c', 'd'], requests: 1 })).toHaveLength(1);
  });
});

describe('nothing is said of its effect', () => {
  test.each<[string, Options]>([
    ['where a request failed', { failed_at_ms: 12_900 }],
    // (3/4)^48 is 1.0e-6.
    ['where all requests may have gone to other pods by chance', { requests: 48 }],
    ['where no pod of the Service was hit', { targets: ['x'] }],
    ['where no request was sent', { targets: ['a', 'b', 'c', 'd'], requests: 0 }],
    ['where a client stays with its pod', { change: service({ session_affinity_s: 60 }) }],
    ['where only near pods are asked', { change: service({ external_traffic_policy: 'Local' }) }],
    ['where near pods are preferred', { change: service({ traffic_distribution: 'same-zone' }) }],
    [
      'where connections are kept',
      { change: (scenario) => ({ ...scenario, load: { ...scenario.load, connections: 'keep-alive' } }) },
    ],
  ])('%s', (_, options) => {
    expect(withoutEffect(options)).toEqual([]);
  });

  test('of other faults', () => {
    const watch = new EffectWatch(shortScenario([]));
    const fault = { fault: 0, repetition: 0, name: 'scale', targets: [] };
    watch.record({ type: 'fault-begin', at_ms: 0, ...fault });
    watch.record({ type: 'fault-end', at_ms: 5000, ...fault });
    expect(watch.withoutEffect()).toEqual([]);
  });
});
