import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { plainNodes } from '../../../src/scenario/nodes.ts';
import type { Fault, Scenario, StatefulSet } from '../../../src/scenario/scenario.ts';
import { type Timing, timing } from '../../../src/scenario/timing.ts';
import { Budget, budgetShares } from '../../../src/sim/estimate/budget.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import type { TimelineEvent } from '../../../src/timeline/event.ts';
import type { Observation } from '../../../src/timeline/observation.ts';
import { Score } from '../../../src/timeline/score.ts';
import { INSTANT } from '../kubernetes/environment.ts';
import { tolerationsOf } from '../kubernetes/node-lab.ts';
import { deployment, template } from '../kubernetes/objects.ts';

const BASE = loadScenario('scenarios/validation/two-one-graceful.yaml');
const AT_MS = 20_000;

interface Options {
  readonly nodes?: number;
  readonly replicas?: number;
  readonly duration_ms?: number | undefined;
  readonly window_ms?: number;
  readonly timing?: Timing;
  readonly rate_per_s?: number;
  readonly mode?: 'one' | 'all';
  readonly kind?: 'Deployment' | 'StatefulSet';
}

/** Nothing starts slowly; load enters at the first node. */
function scenario(type: 'node-loss' | 'node-partition', options: Options = {}): Scenario {
  const { nodes = 2, replicas = 2, window_ms = 420_000, mode = 'one', kind = 'Deployment' } = options;
  const workload = deployment({ replicas, pod: template({ tolerations: tolerationsOf(300) }) });
  const { strategy: _, progress_deadline_s: __, ...base } = workload;
  const set: StatefulSet = {
    ...base,
    kind: 'StatefulSet',
    pod_management: 'OrderedReady',
    update_strategy: { type: 'RollingUpdate', partition: 0, max_unavailable: { pods: 1 } },
  };
  const fault = {
    type,
    position: { file: '', line: 1, column: 1 },
    workload: 'web',
    namespace: 'default',
    mode,
    value: undefined,
    at_ms: [AT_MS],
    duration_ms: options.duration_ms,
  } as Fault;
  return {
    ...BASE,
    timing: options.timing ?? INSTANT,
    cluster: { ...BASE.cluster, nodes: plainNodes(nodes) },
    workloads: [kind === 'Deployment' ? workload : set],
    services: BASE.services.map((service) => ({ ...service, selector: { app: 'web' } })),
    load: { ...BASE.load, rate_per_s: options.rate_per_s ?? 20, duration_ms: window_ms },
    faults: [fault],
  };
}

function trial(
  of: Scenario,
  number = 0,
): { seen: Observation; events: TimelineEvent[]; budget: Map<string, number>; budget_s: number } {
  const score = new Score();
  const events: TimelineEvent[] = [];
  const { recoveries } = new SimulatedWorld(of).simulate(number, {
    record(event) {
      score.record(event);
      events.push(event);
    },
  });
  const seen = score.observation();
  const budget = new Budget();
  budget.add(budgetShares(seen.outages, recoveries, of.load));
  const lines = new Map(budget.lines().map(({ mechanism, seconds }) => [mechanism, seconds]));
  return { seen, events, budget: lines, budget_s: [...lines.values()].reduce((a, b) => a + b, 0) };
}

type Of<T extends TimelineEvent['type']> = TimelineEvent & { readonly type: T };

/** Events of one type, after the steady state was recorded. */
function later<T extends TimelineEvent['type']>(events: readonly TimelineEvent[], type: T): Of<T>[] {
  return events.filter(
    (event): event is Of<T> => event.type === type && event.type !== 'header' && event.at_ms > 0,
  );
}

/** Share of the requests of a stretch that failed. */
function failed(events: readonly TimelineEvent[], from_s: number, to_s: number): number {
  const of = later(events, 'request').filter(
    ({ at_ms }) => at_ms >= AT_MS + from_s * 1000 && at_ms < AT_MS + to_s * 1000,
  );
  return of.filter(({ outcome }) => outcome !== 'ok').length / of.length;
}

const created_s = (events: readonly TimelineEvent[]): number =>
  (later(events, 'pod').find(({ phase }) => phase === 'Pending')!.at_ms - AT_MS) / 1000;

describe('node-loss', () => {
  it('spares the node where the load enters, and nodes that run nothing of the workload', () => {
    for (let number = 0; number < 20; number += 1) {
      const { events } = trial(scenario('node-loss', { nodes: 5, replicas: 3, window_ms: 21_000 }), number);
      const [begin] = later(events, 'fault-begin');
      const used = new Set(events.flatMap((event) => (event.type === 'pod' ? [event.node] : [])));
      expect(begin!.targets).toHaveLength(1);
      expect(begin!.targets[0]).not.toBe('node-1');
      expect(used).toContain(begin!.targets[0]);
    }
  });

  it('costs half of the requests until the node is given up, and its pod is replaced after 340 to 360 s', () => {
    const created: number[] = [];
    for (let number = 0; number < 25; number += 1) {
      const { events } = trial(scenario('node-loss', { timing: timing() }), number);
      const noticed_s = (later(events, 'endpoints')[0]!.at_ms - AT_MS) / 1000;
      expect(noticed_s).toBeGreaterThan(39.5);
      expect(noticed_s).toBeLessThan(55.2);
      const share = failed(events, 0, noticed_s);
      expect(share).toBeGreaterThan(0.44);
      expect(share).toBeLessThan(0.56);
      expect(failed(events, noticed_s + 3, 400)).toBe(0);
      created.push(created_s(events));
    }
    // Measured on a real cluster: 345, 348, 351, 353 s.
    expect(Math.min(...created)).toBeGreaterThan(339);
    expect(Math.max(...created)).toBeLessThan(366);
    // Now and then a look is missed, and it takes 10 s more.
    expect(created.filter((s) => s >= 340 && s <= 360).length).toBeGreaterThanOrEqual(23);
  });

  it('takes 10 s less with the grace period of versions before 1.32', () => {
    const before = { ...INSTANT, node_monitor_grace_period: constant(40_000) };
    const mean = (of: Timing) => {
      const times = Array.from({ length: 20 }, (_, number) =>
        created_s(trial(scenario('node-loss', { timing: of, rate_per_s: 1 }), number).events),
      );
      return times.reduce((a, b) => a + b, 0) / times.length;
    };
    expect(mean(INSTANT) - mean(before)).toBeCloseTo(10, 0);
  });

  it('replaces no pod of a StatefulSet as long as the node is away, and all of them when it is back', () => {
    for (let number = 0; number < 10; number += 1) {
      const options = { kind: 'StatefulSet', replicas: 4, window_ms: 500_000, rate_per_s: 5 } as const;
      const lost = trial(scenario('node-loss', options), number);
      const evicted = new Set(
        later(lost.events, 'pod').flatMap(({ pod, terminating }) => (terminating ? [pod] : [])),
      );
      expect(evicted.size).toBe(2);
      expect(later(lost.events, 'pod').some(({ phase, gone }) => phase === 'Pending' || gone)).toBe(false);
      expect(later(lost.events, 'endpoints').at(-1)!.ready).toHaveLength(2);
      const back = trial(scenario('node-loss', { ...options, duration_ms: 420_000 }), number);
      expect(later(back.events, 'pod').filter(({ gone }) => gone)).toHaveLength(2);
      expect(later(back.events, 'endpoints').at(-1)!.ready).toHaveLength(4);
    }
  });

  it('lays the downtime of the only replica on the timers that it waited for', () => {
    const of = scenario('node-loss', { replicas: 1, nodes: 3, mode: 'all' });
    const outages = Array.from({ length: 40 }, (_, number) => trial(of, number)).filter(
      ({ seen }) => seen.downtime_s > 0,
    );
    expect(outages.length).toBeGreaterThan(10);
    for (const { seen, budget, budget_s } of outages) {
      expect(seen.downtime_s).toBeGreaterThan(339);
      expect(seen.downtime_s).toBeLessThan(368);
      expect(budget_s).toBeCloseTo(seen.downtime_s, 6);
      expect(budget.get('node monitor grace period')).toBeGreaterThan(39);
      expect(budget.get('tolerationSeconds')).toBeCloseTo(300, 0);
    }
  });

  it('is over before anybody notices where the node boots within the grace period, but its pods start anew', () => {
    for (let number = 0; number < 10; number += 1) {
      const of = scenario('node-loss', {
        replicas: 2,
        duration_ms: 10_000,
        window_ms: 60_000,
        timing: { ...INSTANT, node_boot: constant(5000) },
      });
      const { events } = trial(of, number);
      const states = later(events, 'pod');
      expect(states.every(({ phase }) => phase === 'Running')).toBe(true);
      // Off for 10 s, booted 5 s later, its pods asked for after another second.
      expect(states[0]).toMatchObject({ ready: false, at_ms: AT_MS + 16_000 });
      expect(states.at(-1)).toMatchObject({ ready: true });
      expect(failed(events, 20, 39)).toBe(0);
    }
  });
});

describe('zone-outage', () => {
  /** Five nodes: the first and the last of zone a, where the load enters; then one of b and two of c. */
  const zoned = (zone: string, number = 0, window_ms = 60_000) => {
    const of = scenario('node-loss', { nodes: 5, replicas: 8, duration_ms: 10_000, window_ms });
    const { position } = of.faults[0]!;
    const at = { position, at_ms: [AT_MS], duration_ms: 10_000 };
    const fault: Fault = { ...at, type: 'zone-outage', workload: 'web', namespace: 'default', zone };
    const zones = ['a', 'b', 'c', 'c', 'a'];
    const nodes = of.cluster.nodes.map((node, index) => ({ ...node, zone: zones[index]! }));
    return trial({ ...of, faults: [fault], cluster: { ...of.cluster, nodes } }, number);
  };

  it('takes all nodes of one zone, by luck another one each time, and never the one where the load enters', () => {
    const hit = Array.from({ length: 20 }, (_, number) =>
      later(zoned('any', number, 21_000).events, 'fault-begin')[0]!.targets.join(' '),
    );
    expect(new Set(hit)).toEqual(new Set(['node-2', 'node-3 node-4']));
  });

  it('takes the zone that is named, and gives its nodes back', () => {
    const { events } = zoned('c');
    expect(later(events, 'fault-begin')[0]!.targets).toEqual(['node-3', 'node-4']);
    const lost = new Set(
      events.flatMap((event) =>
        event.type === 'pod' && ['node-3', 'node-4'].includes(event.node ?? '') ? [event.pod] : [],
      ),
    );
    const share = lost.size / 8;
    expect(Math.abs(failed(events, 0, 10) - share)).toBeLessThan(0.12);
    expect(failed(events, 35, 39)).toBe(0);
    expect(later(events, 'endpoints').at(-1)!.ready).toHaveLength(8);
  });
});

describe('node-partition', () => {
  it('is over when the cable is in again, where that is within the grace period: nothing has stopped', () => {
    for (let number = 0; number < 10; number += 1) {
      const of = scenario('node-partition', { duration_ms: 20_000, window_ms: 60_000, timing: timing() });
      const { events } = trial(of, number);
      expect(later(events, 'pod')).toEqual([]);
      expect(failed(events, 0, 20)).toBeGreaterThan(0.4);
      expect(failed(events, 22, 39)).toBe(0);
    }
  });

  it('lays what it costs on being cut off', () => {
    const of = scenario('node-partition', {
      replicas: 1,
      nodes: 3,
      mode: 'all',
      duration_ms: 20_000,
      window_ms: 60_000,
    });
    const outages = Array.from({ length: 20 }, (_, number) => trial(of, number)).filter(
      ({ seen }) => seen.downtime_s > 0,
    );
    expect(outages.length).toBeGreaterThan(5);
    for (const { seen, budget, budget_s } of outages) {
      expect(seen.downtime_s).toBeGreaterThan(19);
      expect(seen.downtime_s).toBeLessThan(22);
      expect(budget_s).toBeCloseTo(seen.downtime_s, 6);
      expect(budget.get('cut off')).toBeGreaterThan(18.9);
    }
  });

  it('brings the pods back that were marked as not ready, without a restart', () => {
    for (let number = 0; number < 10; number += 1) {
      const of = scenario('node-partition', {
        replicas: 4,
        duration_ms: 100_000,
        window_ms: 240_000,
        timing: timing(),
      });
      const { events } = trial(of, number);
      const pods = later(events, 'pod');
      expect(pods.map(({ ready }) => ready)).toEqual([false, false, true, true]);
      expect(pods.some(({ terminating }) => terminating)).toBe(false);
      expect(later(events, 'endpoints').at(-1)!.ready).toHaveLength(4);
      expect(failed(events, 60, 99)).toBe(0);
    }
  });
});

describe('faults of nodes', () => {
  it('account for every request and every second of downtime, whatever the scenario', () => {
    fc.assert(
      fc.property(
        fc.record({
          type: fc.constantFrom('node-loss', 'node-partition' as const),
          nodes: fc.integer({ min: 2, max: 5 }),
          replicas: fc.integer({ min: 1, max: 6 }),
          mode: fc.constantFrom('one', 'all' as const),
          duration_ms: fc.option(fc.integer({ min: 0, max: 150_000 }), { nil: undefined }),
          number: fc.nat(1000),
        }),
        ({ type, number, ...options }) => {
          const of = scenario(type, { ...options, window_ms: 200_000, rate_per_s: 5, timing: timing() });
          const { seen, events, budget_s } = trial(of, number);
          expect(events.filter(({ type }) => type === 'request')).toHaveLength(1000);
          expect(Object.values(seen.outcomes).reduce((a, b) => a + b, 0)).toBe(1000);
          expect(budget_s).toBeCloseTo(seen.downtime_s, 6);
        },
      ),
      { numRuns: 60 },
    );
  });
});
