import { describe, expect, test } from 'vitest';
import { EffectWatch } from '../../src/chaos/effect-watch.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { LOOKUPS, lookingUp } from '../support/looking-up.ts';
import { lasting, shortScenario } from './scenario.ts';

interface Options {
  readonly type?: 'network-partition' | 'dns-outage';
  readonly targets?: readonly string[];
  readonly requests?: number;
  readonly failed_at_ms?: number;
  /** Of the one that failed. Default: it failed. */
  readonly failed?: { readonly outcome: 'ok' | 'timeout'; readonly latency_ms: number };
  readonly change?: (scenario: Scenario) => Scenario;
}

/** So many requests, ten a second, two seconds after something is denied to some of four pods, by a policy. */
function withoutEffect({
  type = 'network-partition',
  targets = ['a'],
  requests = 100,
  failed_at_ms = -1,
  failed = { outcome: 'timeout', latency_ms: 1 },
  change = (same) => same,
}: Options) {
  const watch = new EffectWatch(change(shortScenario([lasting(type)])));
  const fault = { fault: 0, repetition: 1, name: type, targets };
  watch.record({
    type: 'endpoints',
    at_ms: 0,
    service: 'nginx',
    ready: ['a', 'b', 'c', 'd'],
    terminating: [],
  });
  watch.record({ type: 'fault-begin', at_ms: 1000, ...fault });
  const one = { type: 'request', send_lag_ms: 0 } as const;
  for (let at_ms = 3000; at_ms < 3000 + requests * 100; at_ms += 100) {
    const good = { outcome: 'ok', latency_ms: 1 } as const;
    watch.record({ ...one, at_ms, ...(at_ms === failed_at_ms ? failed : good) });
  }
  if (failed_at_ms < 3000) watch.record({ ...one, at_ms: failed_at_ms, ...failed });
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

describe('a dns-outage', () => {
  const OF_DNS: Options = { type: 'dns-outage', change: lookingUp };

  test('had no effect where none of many requests failed, each of which should have needed a lookup', () => {
    expect(withoutEffect(OF_DNS)).toMatchObject([
      { name: 'dns-outage', because: expect.stringContaining('none of 100 requests failed') },
    ]);
  });

  test.each<[string, Options]>([
    ['where a request failed', { failed_at_ms: 12_900 }],
    [
      'where one was answered as late as a lookup that is tried again',
      { failed_at_ms: 12_900, failed: { outcome: 'ok', latency_ms: 4999.5 } },
    ],
    ['where nobody says that the program looks a name up', { change: (scenario) => scenario }],
    [
      'where it does so for a probe, and for no request',
      { change: (scenario) => lookingUp(scenario, { ...LOOKUPS, for: ['readiness'] }) },
    ],
  ])('had one, for all that is known, %s', (_, options) => {
    expect(withoutEffect({ ...OF_DNS, ...options })).toEqual([]);
  });
});

describe('nothing is said of its effect', () => {
  test.each<[string, Options]>([
    ['where a request failed', { failed_at_ms: 12_900 }],
    ['where one failed before most networks enforce a policy', { failed_at_ms: 1200 }],
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

interface Requests {
  readonly percentage?: number;
  readonly requests?: number;
  readonly latency_ms?: number;
  readonly outcome?: 'ok' | 'bad-status' | 'timeout';
  readonly service?: string;
}

/** So many requests, ten a second, two seconds after a fault in their way begins; the last of them is another. */
function injected(type: 'http-delay' | 'http-abort', options: Requests) {
  const { percentage = 100, requests = 1, latency_ms = 1, outcome = 'ok', service: name = 'nginx' } = options;
  const watch = new EffectWatch(shortScenario([lasting(type, { percentage, service: name })]));
  const fault = { fault: 0, repetition: 0, name: type, targets: [] };
  watch.record({ type: 'fault-begin', at_ms: 1000, ...fault });
  for (let index = 1; index <= requests; index += 1) {
    const last = index === requests ? { latency_ms, outcome } : { latency_ms: 1, outcome: 'ok' as const };
    watch.record({ type: 'request', at_ms: 2900 + index * 100, send_lag_ms: 0, ...last });
  }
  watch.record({ type: 'fault-end', at_ms: 3000 + requests * 100, ...fault });
  return { without: watch.withoutEffect(), sightings: watch.sightings() };
}

describe('a fault that a mesh injects', () => {
  test.each(['http-delay', 'http-abort'] as const)('%s had no effect where no request met it', (type) => {
    const { without, sightings } = injected(type, { requests: 20 });
    expect(without).toEqual([
      {
        ...{ type: 'no-effect', at_ms: 5000, fault: 0, repetition: 0, name: type },
        because: expect.stringMatching(/^none of 20 requests was .*no sidecar where they are sent from/),
      },
    ]);
    expect(sightings).toEqual([]);
  });

  test.each<[string, 'http-delay' | 'http-abort', Requests]>([
    ['a request was answered with an error', 'http-abort', { outcome: 'bad-status' }],
    ['a request took as long as the delay', 'http-delay', { latency_ms: 49.2 }],
    ['a client gave up before the delay was over', 'http-delay', { outcome: 'timeout' }],
  ])('had one where %s, which is said with its time', (_, type, options) => {
    const { without, sightings } = injected(type, { requests: 20, ...options });
    expect(without).toEqual([]);
    expect(sightings).toEqual([`${type} was met by requests: 1, the first sent at 4.9 s, the last at 4.9 s`]);
  });

  test('may have spared all of a few requests, where it is for some of them', () => {
    // 0.9^132 is 9.1e-7.
    expect(injected('http-abort', { percentage: 10, requests: 131 }).without).toEqual([]);
    expect(injected('http-abort', { percentage: 10, requests: 132 }).without).toHaveLength(1);
  });

  test('is not looked for in requests that go to another Service', () => {
    expect(injected('http-abort', { requests: 100, service: 'other' }).without).toEqual([]);
  });
});
