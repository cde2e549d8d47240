import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Application, Container, Fault, Load, Scenario } from '../../../src/scenario/scenario.ts';
import type { Timing } from '../../../src/scenario/timing.ts';
import { Budget, budgetShares } from '../../../src/sim/estimate/budget.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import type { TimelineEvent } from '../../../src/timeline/event.ts';
import { Score } from '../../../src/timeline/score.ts';
import { INSTANT } from '../kubernetes/environment.ts';

const ONE = loadScenario('scenarios/validation/one-container.yaml');
const TWO = loadScenario('scenarios/validation/two-one-graceful.yaml');

const AT_MS = 2000;
const GRACE_S = 10;
const START_MS = 1500;
const sandboxKill: Fault = {
  type: 'sandbox-kill',
  position: ONE.faults[0]!.position,
  workload: 'nginx',
  namespace: 'default',
  mode: 'one',
  value: undefined,
  at_ms: [AT_MS],
};

interface Change {
  readonly application?: Partial<Application>;
  readonly container?: Partial<Container>;
  readonly load?: Partial<Load>;
  readonly timing?: Timing;
  readonly number?: number;
}

/** One trial without any delay of a machine, in which a sandbox is killed after two seconds. */
function trial(base: Scenario, { application, container, load, timing = INSTANT, number = 0 }: Change = {}) {
  const scenario: Scenario = {
    ...base,
    timing,
    faults: [sandboxKill],
    load: { ...base.load, duration_ms: 30_000, ...load },
    workloads: base.workloads.map((workload) => ({
      ...workload,
      pod: {
        ...workload.pod,
        termination_grace_period_s: GRACE_S,
        containers: workload.pod.containers.map((each) => ({
          ...each,
          application: { ...each.application, start_time: constant(START_MS), ...application },
          ...container,
        })),
      },
    })),
  };
  const events: TimelineEvent[] = [];
  const score = new Score();
  const { recoveries } = new SimulatedWorld(scenario).simulate(number, {
    record: (event) => {
      events.push(event);
      score.record(event);
    },
  });
  const seen = score.observation();
  const budget = new Budget();
  budget.add(budgetShares(seen.outages, recoveries, scenario.load));
  const lines = new Map(budget.lines().map(({ mechanism, seconds }) => [mechanism, seconds]));
  const bad = events.flatMap((event) =>
    event.type === 'request' && event.outcome !== 'ok' ? [[event.at_ms, event.outcome] as const] : [],
  );
  const pods = events.filter((event) => event.type === 'pod');
  return { seen, lines, bad, pods, events };
}

const sum = (lines: ReadonlyMap<string, number>) => [...lines.values()].reduce((a, b) => a + b, 0);

describe('sandbox-kill', () => {
  it('costs what stops at SIGTERM and does not end: from the look that notices it to a whole grace period and a start after it', () => {
    const { seen, lines } = trial(ONE, { application: { on_sigterm: 'exit', stop_time: constant(1e6) } });
    const least_s = GRACE_S + START_MS / 1000;
    expect(seen.downtime_s).toBeGreaterThan(least_s - 0.02);
    // The kubelet sees the new container, and its probe the program in it, within a second each; then the proxy.
    expect(seen.downtime_s).toBeLessThan(least_s + 3.1);
    expect(lines.get('grace period')).toBeCloseTo(GRACE_S, 1);
    expect(lines.get('application start')).toBeCloseTo(START_MS / 1000, 3);
    expect(sum(lines)).toBeCloseTo(seen.downtime_s, 6);
    const [outage, ...more] = seen.outages;
    expect(more).toEqual([]);
    // Until SIGTERM it answers at its address, which is not the dead process's to take away.
    expect(outage!.begin_ms).toBeGreaterThanOrEqual(AT_MS);
    expect(outage!.begin_ms).toBeLessThanOrEqual(AT_MS + 1020);
  });

  it('costs nothing of the grace period where the container goes on to serve until it is over', () => {
    const { seen } = trial(ONE, { application: { on_sigterm: 'ignore' } });
    expect(seen.outages).toHaveLength(1);
    expect(seen.outages[0]!.begin_ms).toBeGreaterThan(AT_MS + GRACE_S * 1000);
    expect(seen.downtime_s).toBeGreaterThan(START_MS / 1000);
    expect(seen.downtime_s).toBeLessThan(START_MS / 1000 + 3.1);
  });

  it('keeps the pod, which is the same one with another address', () => {
    const { pods } = trial(ONE);
    expect(new Set(pods.map(({ pod }) => pod)).size).toBe(1);
    expect(pods.some(({ gone, terminating }) => gone || terminating)).toBe(false);
    expect(pods.at(-1)?.ready).toBe(true);
  });

  it('lets requests run into the old address until the proxy has the new one, though the new container serves', () => {
    const slowProxy = { ...INSTANT, kube_proxy_sync: constant(3000) };
    const { bad, lines, seen } = trial(ONE, {
      timing: slowProxy,
      application: { start_time: constant(0), stop_time: constant(0) },
      container: { readiness_probe: undefined },
    });
    expect(bad.length).toBeGreaterThan(250);
    expect(new Set(bad.map(([, outcome]) => outcome))).toEqual(new Set(['timeout']));
    expect(lines.get('kube-proxy sync')).toBeCloseTo(3, 1);
    expect(seen.outages).toHaveLength(1);
  });

  it('costs one of two its share, until a failing probe has taken it out', () => {
    const { bad, seen } = trial(TWO, { application: { on_sigterm: 'exit', stop_time: constant(1e6) } });
    const end_ms = Math.max(...bad.map(([at_ms]) => at_ms));
    expect(bad.length).toBeGreaterThan(50);
    // Noticed within a second; readiness fails three times, a second apart; the proxy follows.
    expect(end_ms).toBeLessThan(AT_MS + 1000 + 3000 + 1100);
    expect(seen.outcomes.refused).toBe(bad.length);
  });

  it('keeps connections to the old container, which are reset when that ends', () => {
    const { seen } = trial(ONE, {
      application: { on_sigterm: 'ignore', service_time: constant(15) },
      load: { connections: 'keep-alive' },
    });
    expect(seen.outcomes.reset).toBeGreaterThan(0);
    expect(seen.outages[0]!.begin_ms).toBeGreaterThan(AT_MS + GRACE_S * 1000);
  });

  it('takes what the look of the kubelet takes to come: up to a second, half of one in the mean', () => {
    const noticed_s = Array.from({ length: 60 }, (_, number) => {
      const { seen } = trial(ONE, {
        number,
        application: { on_sigterm: 'exit', stop_time: constant(1e6) },
        load: { duration_ms: 6000 },
      });
      return (seen.outages[0]!.begin_ms - AT_MS) / 1000;
    });
    expect(Math.min(...noticed_s)).toBeLessThan(0.1);
    expect(Math.max(...noticed_s)).toBeGreaterThan(0.9);
    expect(Math.max(...noticed_s)).toBeLessThanOrEqual(1.03);
    const mean_s = noticed_s.reduce((a, b) => a + b, 0) / noticed_s.length;
    expect(Math.abs(mean_s - 0.5)).toBeLessThan(0.12);
  });
});
