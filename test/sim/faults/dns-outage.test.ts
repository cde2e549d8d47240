import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type {
  Application,
  Container,
  DnsOutage,
  Load,
  Lookups,
  Probe,
  Scenario,
} from '../../../src/scenario/scenario.ts';
import { Budget, budgetShares } from '../../../src/sim/estimate/budget.ts';
import { faultWarnings } from '../../../src/sim/fault-warnings.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import type { EndpointsEvent, RequestEvent } from '../../../src/timeline/event.ts';
import { Score } from '../../../src/timeline/score.ts';
import { LOOKUPS } from '../../support/looking-up.ts';
import { INSTANT } from '../kubernetes/environment.ts';

const ONE = loadScenario('scenarios/validation/one-container.yaml');
const TWO = loadScenario('scenarios/validation/two-one-graceful.yaml');

interface Change {
  readonly mode?: DnsOutage['mode'];
  readonly duration_ms?: number | undefined;
  readonly lookups?: Lookups | undefined;
  readonly application?: Partial<Application>;
  readonly container?: Partial<Container>;
  readonly load?: Partial<Load>;
}

const WITHOUT_PROBES = {
  ...{ startup_probe: undefined, readiness_probe: undefined, liveness_probe: undefined },
};

function scenarioWith(base: Scenario, change: Change): Scenario {
  const { mode = 'all', duration_ms = 10_000, lookups, application, container, load } = change;
  return {
    ...base,
    timing: INSTANT,
    faults: [
      {
        ...{
          type: 'dns-outage',
          position: base.faults[0]!.position,
          workload: 'nginx',
          namespace: 'default',
        },
        ...{ mode, value: undefined, at_ms: [2000], duration_ms },
      },
    ],
    load: { ...base.load, duration_ms: 30_000, ...load },
    workloads: base.workloads.map((workload) => ({
      ...workload,
      pod: {
        ...workload.pod,
        containers: workload.pod.containers.map((each) => ({
          ...each,
          ...container,
          application: { ...each.application, start_time: constant(1000), lookups, ...application },
        })),
      },
    })),
  };
}

/** One trial of 30 s at 100 requests a second, without any delay of a machine. */
function trial(base: Scenario, change: Change) {
  const scenario = scenarioWith(base, change);
  const requests: RequestEvent[] = [];
  const endpoints: EndpointsEvent[] = [];
  const score = new Score();
  const { recoveries } = new SimulatedWorld(scenario).simulate(0, {
    record: (event) => {
      if (event.type === 'request') requests.push(event);
      if (event.type === 'endpoints') endpoints.push(event);
      score.record(event);
    },
  });
  const seen = score.observation();
  const budget = new Budget();
  budget.add(budgetShares(seen.outages, recoveries, scenario.load));
  const lines = new Map(budget.lines().map(({ mechanism, seconds }) => [mechanism, seconds]));
  const sent = (from_ms: number, to_ms: number) =>
    requests.filter(({ at_ms }) => at_ms >= from_ms && at_ms < to_ms);
  const outcomes = (from_ms: number, to_ms: number) => [
    ...new Set(sent(from_ms, to_ms).map(({ outcome }) => outcome)),
  ];
  const badShare = (from_ms: number, to_ms: number) =>
    sent(from_ms, to_ms).filter(({ outcome }) => outcome !== 'ok').length / sent(from_ms, to_ms).length;
  return { seen, lines, sent, outcomes, badShare, endpoints };
}

const http = (change: Partial<Probe>): Probe => ({
  ...{ handler: 'http', port: 80, initial_delay_s: 0, period_s: 1, timeout_s: 1 },
  ...{ success_threshold: 1, failure_threshold: 3 },
  ...change,
});

describe('dns-outage, of a program that looks up no names', () => {
  it('costs nothing, and the prediction says that nobody has said more', () => {
    expect(trial(ONE, {}).seen.failed_requests).toBe(0);
    const { position } = ONE.faults[0]!;
    expect(faultWarnings(scenarioWith(ONE, {}))).toEqual([
      `dns-outage (${position.file}:${position.line}) costs nothing in the prediction: the scenario does not say that a program of Deployment nginx looks up names (\`applications.nginx.lookups\`)`,
    ]);
    expect(faultWarnings(scenarioWith(ONE, { lookups: LOOKUPS }))).toEqual([]);
  });
});

describe('dns-outage, of a program that looks a name up for each request', () => {
  it('is down for as long as it lasts where all are hit, and that is what took the time', () => {
    const { seen, lines, outcomes } = trial(ONE, { lookups: LOOKUPS, container: WITHOUT_PROBES });
    expect(outcomes(0, 2000)).toEqual(['ok']);
    expect(outcomes(2000, 11_000)).toEqual(['timeout']);
    expect(outcomes(13_000, 30_000)).toEqual(['ok']);
    expect(seen.downtime_s).toBeGreaterThan(9);
    expect(seen.downtime_s).toBeLessThan(10.2);
    expect(lines.get('dns outage')).toBeGreaterThan(8.9);
  });

  it('costs one of two its share, and leaves the other alone', () => {
    const { badShare } = trial(TWO, { mode: 'one', lookups: LOOKUPS, container: WITHOUT_PROBES });
    expect(badShare(2000, 11_000)).toBeGreaterThan(0.4);
    expect(badShare(2000, 11_000)).toBeLessThan(0.6);
    expect(badShare(13_000, 30_000)).toBe(0);
  });

  it('answers with an error when the lookup has been given up, if the client still waits', () => {
    const { sent } = trial(ONE, {
      ...{ duration_ms: 25_000, lookups: LOOKUPS, container: WITHOUT_PROBES },
      load: { rate_per_s: 10, timeout_ms: 20_000, latency_limit_ms: 1000 },
    });
    for (const { outcome, latency_ms } of sent(2000, 16_900)) {
      expect(outcome).toBe('bad-status');
      expect(latency_ms).toBeCloseTo(10_000, 3);
    }
  });

  it('answers late what asked again when it was over', () => {
    const { sent, outcomes } = trial(ONE, {
      ...{ duration_ms: 3000, lookups: LOOKUPS, container: WITHOUT_PROBES },
      load: { rate_per_s: 10, timeout_ms: 20_000, latency_limit_ms: 1000 },
    });
    expect(outcomes(2000, 5000)).toEqual(['slow']);
    for (const { latency_ms } of sent(2000, 5000)) expect(latency_ms).toBeGreaterThan(5000);
    for (const { latency_ms } of sent(2000, 5000)) expect(latency_ms).toBeLessThan(5010);
    expect(outcomes(5000, 30_000)).toEqual(['ok']);
  });

  it('goes on to fail where all workers wait for what they asked before, until they give up', () => {
    const { seen, lines, outcomes } = trial(ONE, {
      ...{ duration_ms: 8000, lookups: LOOKUPS, container: WITHOUT_PROBES },
      application: { concurrency: 4 },
    });
    // They have begun at 2 s, asked again at 7 s, and give up at 12 s, though DNS is back at 10 s.
    expect(outcomes(2000, 10_900)).toEqual(['timeout']);
    expect(seen.downtime_s).toBeGreaterThan(9);
    expect(seen.downtime_s).toBeLessThan(10.5);
    expect(lines.get('dns outage')).toBeCloseTo(8, 1);
    expect(lines.get('requests that still fail')).toBeGreaterThan(0.9);
  });

  it('does not outlast the pod that was hit', () => {
    const of = scenarioWith(TWO, {
      mode: 'all',
      duration_ms: 25_000,
      lookups: LOOKUPS,
      container: WITHOUT_PROBES,
    });
    const kill = { ...TWO.faults[0]!, mode: 'all', grace_period_s: 0, at_ms: [5000] };
    const outcomes: string[] = [];
    new SimulatedWorld({ ...of, faults: [...of.faults, kill as never] }).simulate(0, {
      record: (event) => {
        if (event.type === 'request' && event.at_ms > 8000) outcomes.push(event.outcome);
      },
    });
    expect([...new Set(outcomes)]).toEqual(['ok']);
  });
});

describe('dns-outage, of a program that looks a name up for a probe', () => {
  const readiness = { ...WITHOUT_PROBES, readiness_probe: http({}) };

  it('takes the victim from its Service when readiness has failed three times, and gives it back', () => {
    const { badShare, endpoints } = trial(TWO, {
      ...{ mode: 'one', lookups: { ...LOOKUPS, for: ['requests', 'readiness'] }, container: readiness },
    });
    expect(badShare(2000, 4900)).toBeGreaterThan(0.4);
    expect(badShare(6100, 30_000)).toBe(0);
    expect(Math.min(...endpoints.map(({ ready }) => ready.length))).toBe(1);
    expect(endpoints.at(-1)!.ready).toHaveLength(2);
  });

  it('of all of them costs whatever requests need no name: there is nobody left to take them', () => {
    const { seen, lines, outcomes } = trial(ONE, {
      lookups: { ...LOOKUPS, for: ['readiness'] },
      container: readiness,
    });
    expect(outcomes(2000, 4000)).toEqual(['ok']);
    expect(outcomes(6100, 12_000)).toEqual(['refused', 'timeout']);
    expect(outcomes(14_000, 30_000)).toEqual(['ok']);
    expect(seen.downtime_s).toBeGreaterThan(5.9);
    expect(lines.get('dns outage')).toBeGreaterThan(5);
    expect(lines.get('readiness probe') ?? 0).toBeLessThan(1.1);
  });

  it('is what took the time, also where pods leave their Service one after the other meanwhile', () => {
    const { seen, lines } = trial(TWO, {
      ...{ lookups: { ...LOOKUPS, for: ['requests', 'readiness'] }, container: readiness },
      ...{ duration_ms: 12_000, application: { concurrency: 64 } },
    });
    expect(seen.downtime_s).toBeGreaterThan(12);
    expect(lines.get('dns outage')).toBeCloseTo(12, 0);
    expect(lines.get('requests that still fail') ?? 0).toBeLessThan(1);
  });

  it('restarts it where liveness fails, which does not help', () => {
    const { badShare } = trial(ONE, {
      ...{ duration_ms: 25_000, lookups: { ...LOOKUPS, for: ['requests', 'liveness'] } },
      container: { ...WITHOUT_PROBES, liveness_probe: http({ period_s: 2 }) },
    });
    expect(badShare(2000, 26_900)).toBe(1);
  });

  it('leaves probes alone that need no name, as long as a worker is free', () => {
    const { endpoints } = trial(ONE, { lookups: LOOKUPS, container: readiness, duration_ms: 4000 });
    expect(Math.min(...endpoints.map(({ ready }) => ready.length))).toBe(1);
    const busy = trial(ONE, {
      ...{ lookups: LOOKUPS, container: readiness, duration_ms: 8000 },
      application: { concurrency: 4 },
    });
    expect(Math.min(...busy.endpoints.map(({ ready }) => ready.length))).toBe(0);
  });
});
