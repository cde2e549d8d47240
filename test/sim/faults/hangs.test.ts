import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Container, Fault, Load, Probe, Scenario } from '../../../src/scenario/scenario.ts';
import { Budget, budgetShares } from '../../../src/sim/estimate/budget.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import type { TimelineEvent } from '../../../src/timeline/event.ts';
import { Score } from '../../../src/timeline/score.ts';
import { INSTANT } from '../kubernetes/environment.ts';

const ONE = loadScenario('scenarios/validation/one-container.yaml');
const TWO = loadScenario('scenarios/validation/two-one-graceful.yaml');
const { position } = ONE.faults[0]!;

const pause = (duration_ms: number | undefined): Fault => ({
  type: 'container-pause',
  position,
  workload: 'nginx',
  namespace: 'default',
  container: 'nginx',
  mode: 'one',
  value: undefined,
  at_ms: [2000],
  duration_ms,
});

const outage = (duration_ms: number | undefined): Fault => ({
  type: 'registry-outage',
  position,
  at_ms: [1000],
  duration_ms,
});

interface Change {
  readonly faults: readonly Fault[];
  readonly load?: Partial<Load>;
  readonly container?: Partial<Container>;
  readonly images?: Scenario['cluster']['registry']['images'];
  readonly grace_s?: number;
}

/** One trial without any delay of a machine, of a scenario that is changed in code. */
function trial(base: Scenario, { faults, load, container, images, grace_s }: Change) {
  const scenario: Scenario = {
    ...base,
    timing: INSTANT,
    faults,
    cluster: { ...base.cluster, registry: { images: images ?? {}, bytes_per_s: 1_000_000 } },
    load: { ...base.load, duration_ms: 30_000, ...load },
    workloads: base.workloads.map((workload) => ({
      ...workload,
      pod: {
        ...workload.pod,
        termination_grace_period_s: grace_s ?? workload.pod.termination_grace_period_s,
        containers: workload.pod.containers.map((each) => ({
          ...each,
          application: { ...each.application, start_time: constant(1000) },
          ...container,
        })),
      },
    })),
  };
  const events: TimelineEvent[] = [];
  const score = new Score();
  const { recoveries } = new SimulatedWorld(scenario).simulate(0, {
    record: (event) => {
      events.push(event);
      score.record(event);
    },
  });
  const seen = score.observation();
  const budget = new Budget();
  budget.add(budgetShares(seen.outages, recoveries, scenario.load));
  const lines = new Map(budget.lines().map(({ mechanism, seconds }) => [mechanism, seconds]));
  const outcomes = (from_ms: number, to_ms: number) =>
    events.flatMap((event) =>
      event.type === 'request' && event.at_ms >= from_ms && event.at_ms < to_ms ? [event.outcome] : [],
    );
  return { seen, lines, outcomes };
}

const liveness = (change: Partial<Probe> = {}): Probe => ({
  handler: 'http',
  port: 80,
  initial_delay_s: 0,
  period_s: 2,
  timeout_s: 1,
  success_threshold: 1,
  failure_threshold: 3,
  ...change,
});

describe('container-pause', () => {
  const noProbes = { readiness_probe: undefined, liveness_probe: undefined };

  it('lets every request wait, without a probe, until it is undone; the last of them are answered late', () => {
    const { seen, lines, outcomes } = trial(ONE, { faults: [pause(10_000)], container: noProbes });
    expect(new Set(outcomes(2000, 11_000))).toEqual(new Set(['timeout']));
    // None of the last second is answered late: the accept queue has been full since five seconds after the pause.
    expect(new Set(outcomes(12_000, 30_000))).toEqual(new Set(['ok']));
    expect(seen.downtime_s).toBeGreaterThan(9.9);
    expect(seen.downtime_s).toBeLessThan(10.1);
    expect(lines.get('container pause')).toBeGreaterThan(9.9);
  });

  it('answers late what waited for less than the timeout', () => {
    const { outcomes } = trial(ONE, {
      faults: [pause(3000)],
      container: noProbes,
      load: { timeout_ms: 2000, latency_limit_ms: 500 },
    });
    expect(new Set(outcomes(2000, 3000))).toEqual(new Set(['timeout']));
    expect(new Set(outcomes(3010, 4490))).toEqual(new Set(['slow']));
    expect(new Set(outcomes(4510, 30_000))).toEqual(new Set(['ok']));
  });

  it('costs one of two its share until readiness has failed three times, and nothing after', () => {
    const { outcomes, seen } = trial(TWO, { faults: [pause(undefined)] });
    const bad = (from_ms: number, to_ms: number) =>
      outcomes(from_ms, to_ms).filter((outcome) => outcome !== 'ok').length / outcomes(from_ms, to_ms).length;
    expect(bad(2000, 4900)).toBeGreaterThan(0.4);
    expect(bad(2000, 4900)).toBeLessThan(0.6);
    expect(bad(6100, 30_000)).toBe(0);
    expect(seen.outcomes.refused).toBe(0);
  });

  it('ends with the restart where a liveness probe has failed: after its attempts and the whole grace period', () => {
    const { seen, lines } = trial(ONE, {
      faults: [pause(undefined)],
      container: { readiness_probe: undefined, liveness_probe: liveness() },
      grace_s: 6,
    });
    // The first attempt within 2 s, each takes 1 s, the third 4 s later; 6 s of grace; 1 s to start.
    expect(seen.downtime_s).toBeGreaterThan(5 + 6 + 1 - 0.02);
    expect(seen.downtime_s).toBeLessThan(7 + 6 + 1 + 0.02);
    expect(lines.get('liveness probe')).toBeGreaterThan(4.9);
    expect(lines.get('grace period')).toBeCloseTo(6, 1);
    expect(lines.get('application start')).toBeCloseTo(1, 1);
  });

  it('is not noticed by a tcp liveness probe before the accept queue is full', () => {
    const slow = trial(ONE, {
      faults: [pause(undefined)],
      load: { rate_per_s: 10 },
      container: { readiness_probe: undefined, liveness_probe: liveness({ handler: 'tcp' }) },
    });
    expect(slow.seen.outages.at(-1)!.end_ms).toBe(30_000);
    const fast = trial(ONE, {
      faults: [pause(undefined)],
      container: { readiness_probe: undefined, liveness_probe: liveness({ handler: 'tcp' }) },
      grace_s: 2,
    });
    // 512 connections at 100 a second, and those of the probe itself.
    expect(fast.seen.downtime_s).toBeGreaterThan(5 + 5 + 2 + 1);
    expect(fast.seen.downtime_s).toBeLessThan(5.2 + 7.1 + 2 + 1.1);
  });
});

describe('network-partition', () => {
  const partition = (mode: 'one' | 'all', duration_ms: number | undefined): Fault => {
    const { container: _, ...of } = pause(duration_ms) as Extract<Fault, { type: 'container-pause' }>;
    return { ...of, type: 'network-partition', mode };
  };

  it('costs one of two its share until it is undone: probes succeed, and it stays an endpoint', () => {
    const { outcomes, seen } = trial(TWO, { faults: [partition('one', 15_000)] });
    const bad = outcomes(2000, 16_900).filter((outcome) => outcome !== 'ok');
    expect(bad.length / outcomes(2000, 16_900).length).toBeGreaterThan(0.4);
    expect(bad.length / outcomes(2000, 16_900).length).toBeLessThan(0.6);
    expect(new Set(bad)).toEqual(new Set(['timeout']));
    expect(new Set(outcomes(17_000, 30_000))).toEqual(new Set(['ok']));
    expect(seen.outcomes.refused).toBe(0);
  });

  it('of all of them is down for as long as it lasts, and that is what took the time', () => {
    const { seen, lines } = trial(ONE, { faults: [partition('all', 10_000)] });
    expect(seen.downtime_s).toBeGreaterThan(9);
    expect(seen.downtime_s).toBeLessThan(10.1);
    expect(lines.get('network policy')).toBeGreaterThan(8.9);
  });

  it('leaves connections that stand as they are', () => {
    const { seen } = trial(ONE, { faults: [partition('all', 10_000)], load: { connections: 'keep-alive' } });
    expect(seen.failed_requests).toBe(0);
  });
});

describe('registry-outage', () => {
  const images = { nginx: { size_bytes: 1_000_000, present_on: 'none' } } as const;
  const kill: Fault = {
    ...(TWO.faults[0] as Extract<Fault, { type: 'pod-kill' }>),
    grace_period_s: 0,
    at_ms: [2000],
  };

  it('costs nothing where nothing has to be pulled', () => {
    const killed = trial(TWO, { faults: [kill] });
    const cut = trial(TWO, { faults: [outage(undefined), kill] });
    expect(cut.seen.outcomes).toEqual(killed.seen.outcomes);
  });

  it('keeps the only replica away where the policy is Always, until an attempt after it', () => {
    const { seen, lines } = trial(ONE, {
      faults: [outage(10_000), { ...kill, mode: 'all' }],
      container: { image_pull_policy: 'Always' },
      load: { duration_ms: 60_000 },
    });
    const { begin_ms, end_ms } = seen.outages.at(-1)!;
    expect(begin_ms).toBeLessThan(3100);
    // Attempts at 2.3 s, and 10 to 16 s later; the outage is over at 11 s.
    expect(end_ms).toBeGreaterThan(12_000 + 1000);
    expect(end_ms).toBeLessThan(19_500 + 2000);
    expect(lines.get('image pull back-off')).toBeGreaterThan(5);
  });

  it('is seen by a node that does not have the image: there a pull takes its time, and another node has none', () => {
    const pulled = trial(ONE, { faults: [{ ...kill, mode: 'all' }], images, load: { duration_ms: 60_000 } });
    // Each node that runs one has it; the replacement goes to the one beside.
    expect(pulled.lines.get('image pull') ?? 0).toBeGreaterThan(0.9);
  });
});
