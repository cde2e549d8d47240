import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actTimes } from '../../src/scenario/act-times.ts';
import { constant, exponential } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { plainNodes } from '../../src/scenario/nodes.ts';
import type {
  Application,
  Container,
  Fault,
  Load,
  Probe,
  Scenario,
  Service,
  Workload,
} from '../../src/scenario/scenario.ts';
import { TIMING, type TimingName, timing } from '../../src/scenario/timing.ts';
import { Budget, budgetShares } from '../../src/sim/estimate/budget.ts';
import { SimulatedWorld } from '../../src/sim/world.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';
import type { Observation } from '../../src/timeline/observation.ts';
import { Score } from '../../src/timeline/score.ts';

const ONE_FORCED = loadScenario('scenarios/validation/one-forced.yaml');
const TWO_GRACEFUL = loadScenario('scenarios/validation/two-one-graceful.yaml');
const ONE_CONTAINER = loadScenario('scenarios/validation/one-container.yaml');

/** Every delay of a machine is nothing, so that only timers remain. */
const INSTANT = timing(
  Object.fromEntries(
    Object.entries(TIMING)
      .filter(([, { source }]) => source.startsWith('measured'))
      .map(([name]) => [name as TimingName, constant(0)]),
  ),
);

interface Change {
  readonly timing?: Scenario['timing'];
  readonly load?: Partial<Load>;
  readonly application?: Partial<Application>;
  readonly workload?: Partial<Pick<Workload, 'replicas'>>;
  readonly pod?: Partial<Workload['pod']>;
  readonly readiness?: Partial<Probe>;
  readonly startup?: Partial<Probe>;
  readonly liveness?: Partial<Probe> | undefined;
  readonly container?: Partial<Container>;
  readonly pre_stop_ms?: number;
  readonly faults?: Scenario['faults'];
}

function changed(scenario: Scenario, change: Change): Scenario {
  return {
    ...scenario,
    timing: change.timing ?? scenario.timing,
    faults: change.faults ?? scenario.faults,
    load: { ...scenario.load, ...change.load },
    workloads: scenario.workloads.map((workload) => ({
      ...workload,
      ...change.workload,
      pod: {
        ...workload.pod,
        ...change.pod,
        containers: workload.pod.containers.map((container) => ({
          ...container,
          ...change.container,
          liveness_probe: container.readiness_probe &&
            change.liveness && { ...container.readiness_probe, ...change.liveness },
          readiness_probe: container.readiness_probe && { ...container.readiness_probe, ...change.readiness },
          startup_probe: container.readiness_probe &&
            change.startup && { ...container.readiness_probe, ...change.startup },
          pre_stop: change.pre_stop_ms === undefined ? container.pre_stop : constant(change.pre_stop_ms),
          application: { ...container.application, ...change.application },
        })),
      },
    })),
  };
}

function trial(
  scenario: Scenario,
  number = 0,
): { seen: Observation; events: TimelineEvent[]; budget: Map<string, number>; budget_s: number } {
  const score = new Score();
  const events: TimelineEvent[] = [];
  const { recoveries } = new SimulatedWorld(scenario).simulate(number, {
    record(event) {
      score.record(event);
      events.push(event);
    },
  });
  const seen = score.observation();
  const budget = new Budget();
  budget.add(budgetShares(seen.outages, recoveries, scenario.load));
  const lines = new Map(budget.lines().map(({ mechanism, seconds }) => [mechanism, seconds]));
  return { seen, events, budget: lines, budget_s: [...lines.values()].reduce((a, b) => a + b, 0) };
}

const downtimes = (scenario: Scenario, trials = 40): number[] =>
  Array.from({ length: trials }, (_, number) => trial(scenario, number).seen.downtime_s);

describe('SimulatedWorld', () => {
  it('is down for the start of the application at the least, when its only replica is killed by force', () => {
    const scenario = changed(ONE_FORCED, { timing: INSTANT, application: { start_time: constant(2000) } });
    for (const downtime_s of downtimes(scenario)) {
      // Volume wait and start, then a probe within its period and a look of the PLEG, and one request.
      expect(downtime_s).toBeGreaterThanOrEqual(2.29);
      expect(downtime_s).toBeLessThanOrEqual(2.3 + 1 + 0.02);
    }
  });

  it('looks for an exited container and a started one once a second: a restart costs up to two looks', () => {
    const scenario = changed(ONE_CONTAINER, { timing: INSTANT, application: { start_time: constant(1500) } });
    for (const downtime_s of downtimes(scenario)) {
      // Seen within a second; restarted; seen running a second later; probed then, and two seconds later.
      expect(downtime_s).toBeGreaterThanOrEqual(1.99);
      expect(downtime_s).toBeLessThanOrEqual(3.02);
    }
  });

  it('makes the second restart of a container wait ten seconds', () => {
    const [fault] = ONE_CONTAINER.faults;
    const twice = changed(ONE_CONTAINER, {
      timing: INSTANT,
      load: { duration_ms: 40_000 },
      faults: [{ ...fault!, at_ms: [2000, 10_000] }],
    });
    const { seen } = trial(twice);
    const [first, second] = seen.outages;
    expect(first!.end_ms - first!.begin_ms).toBeLessThan(5000);
    expect(second!.end_ms - second!.begin_ms).toBeGreaterThan(10_000 + 2000);
  });

  it('looks once a minute at what is left of a long back-off, and does not oversleep by half of it', () => {
    const [fault] = ONE_CONTAINER.faults;
    const often = changed(ONE_CONTAINER, {
      timing: INSTANT,
      load: { duration_ms: 300_000, rate_per_s: 5 },
      faults: [{ ...fault!, at_ms: [2000, 10_000, 40_000, 90_000, 170_000] }],
    });
    for (let number = 0; number < 20; number += 1) {
      const { begin_ms, end_ms } = trial(often, number).seen.outages.at(-1)!;
      // The fifth kill waits 80 s; from 60 s to 90 s, then what is left, at most half of it too long.
      expect(end_ms - begin_ms).toBeGreaterThan(80_000);
      expect(end_ms - begin_ms).toBeLessThan(98_000);
    }
  });

  it('runs preStop for a second even when the pod is deleted by force', () => {
    const slowProxy = { ...INSTANT, kube_proxy_sync: constant(500) };
    const forced = {
      timing: slowProxy,
      application: { on_sigterm: 'exit', stop_time: constant(0) },
      faults: [{ ...ONE_FORCED.faults[0]!, at_ms: [2000] }],
    } as const;
    const failed = (change: Change) =>
      Array.from(
        { length: 10 },
        (_, number) => trial(changed(TWO_GRACEFUL, change), number).seen.failed_requests,
      );
    expect(Math.min(...failed(forced))).toBeGreaterThan(10);
    expect(Math.max(...failed({ ...forced, pre_stop_ms: 5000 }))).toBe(0);
  });

  it('loses nothing of note when one of two is deleted and goes on serving while the proxy catches up', () => {
    const scenario = changed(TWO_GRACEFUL, {
      application: { on_sigterm: 'serve', stop_time: constant(5000) },
    });
    expect(Math.max(...downtimes(scenario))).toBe(0);
  });

  it('loses the requests of the race between SIGTERM and the proxy when the application leaves at once', () => {
    const slowProxy = { ...INSTANT, kube_proxy_sync: constant(500) };
    const scenario = changed(TWO_GRACEFUL, {
      timing: slowProxy,
      application: { on_sigterm: 'exit', stop_time: constant(0) },
    });
    const failed = Array.from({ length: 40 }, (_, number) => trial(scenario, number).seen.failed_requests);
    // Half of the requests of half a second go to the one that has left.
    const mean = failed.reduce((a, b) => a + b, 0) / failed.length;
    expect(mean).toBeGreaterThan(20);
    expect(mean).toBeLessThan(30);
  });

  it('refuses from SIGTERM on when the application exits, however long its end takes', () => {
    const scenario = changed(TWO_GRACEFUL, {
      timing: { ...INSTANT, kube_proxy_sync: constant(500) },
      application: { on_sigterm: 'exit', stop_time: constant(5000) },
    });
    const { outcomes } = trial(scenario).seen;
    expect(outcomes.refused).toBeGreaterThan(10);
    expect(outcomes.refused).toBeLessThan(40);
  });

  it('finishes what it has when the application drains, and breaks it off when it exits', () => {
    const broken = (on_sigterm: 'drain' | 'exit') =>
      trial(
        changed(TWO_GRACEFUL, {
          timing: INSTANT,
          application: { on_sigterm, stop_time: constant(10), service_time: constant(300) },
        }),
      ).seen.outcomes.reset;
    expect(broken('drain')).toBe(0);
    expect(broken('exit')).toBeGreaterThan(5);
  });

  it('answers a few clients of an empty Service with a refusal and lets the others wait', () => {
    const { outcomes } = trial(changed(ONE_FORCED, { timing: INSTANT })).seen;
    expect(outcomes.refused).toBeGreaterThanOrEqual(6);
    expect(outcomes.refused).toBeLessThanOrEqual(12);
    expect(outcomes.timeout).toBeGreaterThan(200);
  });

  it('remembers half-open connections for two minutes where the kernel chooses the ports', () => {
    // One of two goes silently: its rules stay for a while, and its address is gone at once.
    const slow = { ...INSTANT, kube_proxy_sync: constant(8000) };
    const load = { duration_ms: 60_000 };
    const application = { on_sigterm: 'exit', stop_time: constant(0) } as const;
    const kernel = trial(
      changed(TWO_GRACEFUL, { timing: slow, load: { ...load, source_ports: 'kernel' }, application }),
    );
    const own = trial(
      changed(TWO_GRACEFUL, { timing: slow, load: { ...load, source_ports: 'own' }, application }),
    );
    const late = (events: TimelineEvent[]) =>
      events.filter((e) => e.type === 'request' && e.at_ms > 25_000 && e.outcome === 'timeout').length;
    expect(late(own.events)).toBe(0);
    // About 400 of 14,116 ports are remembered, and 3,500 connections are made from here on: 99 of them meet one. Where
    // it goes on from every 10 s decides how many.
    expect(late(kernel.events)).toBeGreaterThan(30);
    expect(late(kernel.events)).toBeLessThan(200);
  });

  it('forgets a half-open connection two minutes after its first SYN, however often its port came round', () => {
    const { events } = trial(
      changed(TWO_GRACEFUL, {
        timing: { ...INSTANT, kube_proxy_sync: constant(8000) },
        load: { duration_ms: 190_000, source_ports: 'kernel' },
        application: { on_sigterm: 'exit', stop_time: constant(0) },
      }),
    );
    const failed_at_ms = events.flatMap((e) =>
      e.type === 'request' && e.outcome === 'timeout' ? [e.at_ms] : [],
    );
    expect(failed_at_ms.filter((at_ms) => at_ms > 100_000 && at_ms < 125_000).length).toBeGreaterThan(20);
    // The rules lose the dead address 8 s after the fault; the last SYN that they sent there is the last remembered.
    expect(failed_at_ms.filter((at_ms) => at_ms > 150_000)).toEqual([]);
  });

  it('makes a slow probe cost its period when the first attempts come too early', () => {
    const scenario = changed(ONE_FORCED, {
      timing: INSTANT,
      load: { duration_ms: 20_000 },
      application: { start_time: constant(3000) },
      readiness: { period_s: 5 },
    });
    // Attempts with two looks of the PLEG, both before 3 s, then 5 s after the later; or after the first, which was
    // too early to count.
    const seconds = downtimes(scenario);
    for (const downtime_s of seconds) {
      expect(downtime_s).toBeGreaterThan(5.29);
      expect(downtime_s).toBeLessThan(7.5);
    }
    expect(seconds.filter((each) => each > 6.2).length).toBeGreaterThan(25);
  });

  it('counts initialDelaySeconds from the whole second before the start, as the status has it', () => {
    const scenario = changed(ONE_FORCED, {
      timing: INSTANT,
      application: { start_time: constant(0) },
      readiness: { initial_delay_s: 2 },
    });
    // Looks in the first, second and third second: the second is late enough for a start late in its second.
    const seconds = downtimes(scenario).map((downtime_s) => downtime_s - 0.3);
    expect(Math.min(...seconds)).toBeGreaterThan(0.98);
    const second = seconds.filter((each) => each < 1.98).length;
    expect(second).toBeGreaterThan(10);
    expect(second).toBeLessThan(30);
  });

  it('reports that a container runs before it reports that it is ready, however close the two are', () => {
    const scenario = changed(ONE_FORCED, {
      load: { duration_ms: 20_000 },
      application: { start_time: constant(50) },
      readiness: { period_s: 10 },
    });
    for (const downtime_s of downtimes(scenario, 100)) expect(downtime_s).toBeLessThan(14);
  });

  it('now and then asks too early, before the status says Running, and waits a whole period', () => {
    const scenario = changed(ONE_FORCED, {
      timing: INSTANT,
      load: { duration_ms: 20_000 },
      application: { start_time: constant(0) },
      readiness: { period_s: 10 },
    });
    const seconds = downtimes(scenario, 200);
    const late = seconds.filter((each) => each > 10);
    expect(late.length).toBeGreaterThan(10);
    expect(late.length).toBeLessThan(45);
    expect(Math.max(...late)).toBeLessThan(11.5);
    // Up to a look of the PLEG, and now and then kube-proxy's pause after the sync that answered the deletion's end.
    for (const each of seconds) if (each <= 10) expect(each).toBeLessThan(3.1);
  });

  it('probes a pod of long ago from the beginning, whatever its initial delay', () => {
    const { events } = trial(changed(ONE_FORCED, { readiness: { initial_delay_s: 60 } }));
    expect(events.filter((event) => event.type === 'probe' && event.at_ms < 2000)).toHaveLength(2);
  });

  it('asks a startup probe once a period from the start of the pod, and the readiness probe when it has passed', () => {
    const scenario = changed(ONE_FORCED, {
      timing: INSTANT,
      load: { duration_ms: 20_000 },
      application: { start_time: constant(2500) },
      startup: { period_s: 2, failure_threshold: 30 },
    });
    // Mounted after 0.3 s; started 4 s later, at the second attempt; synced with the next look of the PLEG.
    for (const downtime_s of downtimes(scenario)) {
      expect(downtime_s).toBeGreaterThanOrEqual(4.29);
      expect(downtime_s).toBeLessThanOrEqual(5.35);
    }
    // From listening on.
    expect(trial(scenario).budget.get('startup probe')).toBeCloseTo(1.5, 2);
  });

  it('restarts a container whose startup probe has failed too often', () => {
    const { seen, events } = trial(
      changed(ONE_FORCED, {
        load: { duration_ms: 20_000 },
        application: { start_time: constant(5000) },
        startup: { period_s: 1, failure_threshold: 2 },
      }),
    );
    const probes = events.filter((event) => event.type === 'probe' && event.at_ms > 2500);
    expect(probes.length).toBeGreaterThan(2);
    expect(probes.every((event) => event.type === 'probe' && !event.success)).toBe(true);
    expect(seen.outages.at(-1)!.end_ms).toBe(20_000);
  });

  it('kept-alive connections to a replica that dies are reset or made anew, never waited for', () => {
    const { outcomes } = trial(changed(TWO_GRACEFUL, { load: { connections: 'keep-alive' } })).seen;
    expect(outcomes.timeout).toBe(0);
  });

  it('sends to the pods of every Deployment that the Service selects, of its own namespace alone', () => {
    const [workload] = ONE_FORCED.workloads;
    const beside = (other: Partial<Workload>) => {
      const workloads = [workload!, { ...workload!, name: 'other', ...other } as Workload];
      return trial({ ...changed(ONE_FORCED, {}), workloads });
    };
    const same = beside({});
    expect(same.seen.downtime_s).toBeLessThan(0.3);
    const ready = (events: TimelineEvent[]) =>
      events.flatMap((event) => (event.type === 'endpoints' ? event.ready : []));
    expect(ready(same.events)).toContain('other-00001');
    const elsewhere = beside({ namespace: 'elsewhere' });
    expect(elsewhere.seen.downtime_s).toBeGreaterThan(2);
    expect(ready(elsewhere.events)).not.toContain('other-00001');
  });

  it('waits for the proxy where another Service has just changed too, unless that one is headless', () => {
    const failed = (other: Partial<Service>) => {
      const [service] = TWO_GRACEFUL.services;
      const services = [service!, { ...service!, name: 'other', ...other }];
      // It refuses while the proxy still sends to it.
      const scenario = changed(TWO_GRACEFUL, { application: { on_sigterm: 'exit', stop_time: constant(0) } });
      return Array.from(
        { length: 100 },
        (_, number) => trial({ ...scenario, services }, number).seen.failed_requests,
      );
    };
    expect(Math.max(...failed({ is_headless: true }))).toBeLessThan(20);
    expect(Math.max(...failed({ namespace: 'elsewhere' }))).toBeLessThan(20);
    // Both slices change within milliseconds: where the other's comes first, half of a second's requests fail.
    const waited = failed({}).filter((each) => each > 30);
    expect(waited.length).toBeGreaterThan(25);
    expect(waited.length).toBeLessThan(75);
  });

  it('gives the same events for the same seed and trial, and others for another trial', () => {
    expect(trial(TWO_GRACEFUL, 3).events).toEqual(trial(TWO_GRACEFUL, 3).events);
    expect(trial(TWO_GRACEFUL, 3).events).not.toEqual(trial(TWO_GRACEFUL, 4).events);
  });

  it('blames what was being waited for where a SYN that was sent again ended an outage before the Service was back', () => {
    const load = { timeout_ms: 3500, latency_limit_ms: 3500 };
    const { seen, budget, budget_s } = trial(changed(ONE_FORCED, { load }));
    expect(budget_s).toBeCloseTo(seen.downtime_s, 6);
    expect(seen.downtime_s).toBeGreaterThan(0.1);
    expect(budget.get('next request') ?? 0).toBeLessThan(0.011);
    expect([...budget.keys()]).toContain('application start');
    expect([...budget.keys()]).not.toContain('kube-proxy minSyncPeriod');
  });

  it('blames the proxy for what goes to a replica that has left, not the request after', () => {
    const slowProxy = { ...INSTANT, kube_proxy_sync: constant(500) };
    const { seen, budget } = trial(changed(TWO_GRACEFUL, { timing: slowProxy }));
    expect(seen.failed_requests).toBeGreaterThan(10);
    expect(budget.get('kube-proxy sync')).toBeGreaterThan(0.9 * seen.downtime_s);
  });

  it('accounts for every request and every second of downtime, whatever the scenario', () => {
    const scenarios = fc.record({
      replicas: fc.integer({ min: 1, max: 5 }),
      nodes: fc.integer({ min: 1, max: 4 }),
      grace: fc.constantFrom(undefined, 0, 1, 30),
      mode: fc.constantFrom('one', 'all', 'random-max-percent' as const),
      type: fc.constantFrom(
        'pod-kill',
        'container-kill',
        'container-pause',
        'sandbox-kill',
        'registry-outage',
      ),
      pause_ms: fc.constantFrom(undefined, 500, 2500),
      policy: fc.constantFrom('Always', 'IfNotPresent' as const),
      init: fc.nat(2),
      liveness: fc.constantFrom(undefined, 'http', 'tcp', 'exec', 'grpc' as const),
      on_sigterm: fc.constantFrom('exit', 'drain', 'serve', 'ignore' as const),
      start_ms: fc.integer({ min: 0, max: 4000 }),
      period_s: fc.integer({ min: 1, max: 10 }),
      success_threshold: fc.integer({ min: 1, max: 3 }),
      connections: fc.constantFrom('per-request', 'keep-alive' as const),
      source_ports: fc.constantFrom('own', 'kernel' as const),
      arrivals: fc.constantFrom('constant', 'poisson' as const),
      timeout_ms: fc.constantFrom(200, 1000, 3500),
      trial: fc.nat(1000),
    });
    fc.assert(
      fc.property(scenarios, (s) => {
        const base = { ...ONE_FORCED, cluster: { ...ONE_FORCED.cluster, nodes: plainNodes(s.nodes) } };
        const { position } = ONE_FORCED.faults[0]!;
        const target = { position, workload: 'nginx', namespace: 'default' };
        const common = { ...target, mode: s.mode as 'one', value: 60, at_ms: [1000, 4000] };
        const podKill = { ...common, type: 'pod-kill' as const, grace_period_s: s.grace };
        const onContainer = { ...common, container: 'nginx' };
        const faults: Fault[] = {
          'pod-kill': () => [podKill],
          'container-kill': () => [{ ...onContainer, type: 'container-kill' as const }],
          'container-pause': () => [
            { ...onContainer, type: 'container-pause' as const, duration_ms: s.pause_ms },
          ],
          'sandbox-kill': () => [{ ...common, type: 'sandbox-kill' as const }],
          'registry-outage': () => [
            podKill,
            { position, type: 'registry-outage' as const, at_ms: [900], duration_ms: s.pause_ms },
          ],
        }[s.type as 'pod-kill']();
        const init_containers = Array.from({ length: s.init }, (_, index) => ({
          name: `init-${index}`,
          image: 'nginx',
          image_pull_policy: s.policy as 'Always',
          run_time: constant(200),
        }));
        const scenario = changed(base, {
          workload: { replicas: s.replicas },
          load: {
            duration_ms: 8000,
            rate_per_s: 30,
            timeout_ms: s.timeout_ms,
            latency_limit_ms: Math.min(1000, s.timeout_ms),
            connections: s.connections,
            source_ports: s.source_ports,
            arrivals: s.arrivals as 'constant',
          },
          application: { on_sigterm: s.on_sigterm as 'exit', start_time: constant(s.start_ms) },
          readiness: { period_s: s.period_s, success_threshold: s.success_threshold },
          container: { image_pull_policy: s.policy as 'Always' },
          liveness: s.liveness && { handler: s.liveness as 'http', failure_threshold: 1, period_s: 1 },
          pod: { init_containers, termination_grace_period_s: 3 },
          faults,
        });
        const { seen, budget_s, events } = trial(scenario, s.trial);
        const requests = events.filter((event) => event.type === 'request');
        expect(Object.values(seen.outcomes).reduce((a, b) => a + b, 0)).toBe(requests.length);
        if (s.arrivals === 'constant') expect(requests.length).toBe(240);
        expect(new Set(requests.map(({ at_ms }) => at_ms)).size).toBe(requests.length);
        expect(budget_s).toBeCloseTo(seen.downtime_s, 6);
        expect(seen.downtime_s).toBeLessThanOrEqual(8);
        for (const event of requests) expect(event.latency_ms).toBeLessThanOrEqual(s.timeout_ms + 1e-6);
      }),
      { numRuns: 150 },
    );
  });
});

it('acts at times that are drawn for each trial, of each of its faults for itself', () => {
  const [fault] = ONE_FORCED.faults as readonly [Fault];
  const at_ms = { first: constant(500), gap: exponential(2000), times: undefined, until_ms: 9000 };
  const scenario = changed(ONE_FORCED, {
    faults: [
      { ...fault, at_ms: [700] },
      { ...fault, at_ms },
    ],
  });
  const world = new SimulatedWorld(scenario);
  for (const trial of [0, 1, 2]) {
    const begun: number[][] = [[], []];
    world.simulate(trial, {
      record: (event) => {
        if (event.type === 'fault-begin') begun[event.fault]?.push(event.at_ms);
      },
    });
    expect(begun).toEqual(actTimes(scenario, trial));
    expect(begun[1]!.length).toBeGreaterThan(1);
  }
});
