import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Application, CpuStress, Load, Scenario } from '../../../src/scenario/scenario.ts';
import { predict } from '../../../src/sim/predict.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import type { RequestEvent } from '../../../src/timeline/event.ts';
import { INSTANT } from '../kubernetes/environment.ts';

const ONE = loadScenario('scenarios/validation/one-container.yaml');
const { position } = ONE.faults[0]!;
const BEGIN_MS = 2000;
const END_MS = 12_000;

interface Change {
  readonly cpu_millis: number | undefined;
  readonly workers?: number;
  readonly application?: Partial<Application>;
  readonly load?: Partial<Load>;
}

/** One replica without probes, stressed for ten seconds of fifteen. */
function scenarioOf({ cpu_millis, workers = 1, application, load }: Change): Scenario {
  const fault: CpuStress = {
    ...{
      type: 'cpu-stress',
      position,
      workload: 'nginx',
      namespace: 'default',
      mode: 'one',
      value: undefined,
    },
    ...{ at_ms: [BEGIN_MS], duration_ms: END_MS - BEGIN_MS, workers, image: 'busybox' },
  };
  return {
    ...ONE,
    timing: INSTANT,
    faults: [fault],
    load: {
      ...ONE.load,
      rate_per_s: 97,
      duration_ms: 15_000,
      timeout_ms: 1000,
      latency_limit_ms: 1000,
      ...load,
    },
    workloads: ONE.workloads.map((workload) => ({
      ...workload,
      pod: {
        ...workload.pod,
        limits: { cpu_millis, memory_bytes: undefined },
        containers: workload.pod.containers.map((each) => ({
          ...each,
          ...{ readiness_probe: undefined, liveness_probe: undefined },
          application: {
            ...each.application,
            ...{ service_time: constant(2), cpu_per_request_ms: 2 },
            ...application,
          },
        })),
      },
    })),
  };
}

function requestsOf(scenario: Scenario): (from_ms: number, to_ms: number) => readonly RequestEvent[] {
  const requests: RequestEvent[] = [];
  new SimulatedWorld(scenario).simulate(0, {
    record: (event) => void (event.type === 'request' && requests.push(event)),
  });
  return (from_ms, to_ms) => requests.filter(({ at_ms }) => at_ms >= from_ms && at_ms < to_ms);
}

const latencies = (requests: readonly RequestEvent[]) => requests.map(({ latency_ms }) => latency_ms);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('cpu-stress', () => {
  it('has requests wait for the rest of a period while it lasts, and none before and after', () => {
    // 500m, less 19 % by the requests: the stressor uses it up in some 40 of 100 ms.
    const between = requestsOf(scenarioOf({ cpu_millis: 500 }));
    expect(Math.max(...latencies(between(0, BEGIN_MS - 10)))).toBeCloseTo(2, 6);
    const during = latencies(between(BEGIN_MS + 100, END_MS - 100));
    const waited = during.filter((latency_ms) => latency_ms > 2.001);
    expect(waited.length / during.length).toBeGreaterThan(0.5);
    expect(waited.length / during.length).toBeLessThan(0.75);
    expect(Math.max(...during)).toBeLessThan(90);
    // Of whoever comes in the 60 ms that it stands still the mean wait is half of that.
    expect(mean(during) - 2).toBeGreaterThan(10);
    expect(mean(during) - 2).toBeLessThan(25);
    expect(Math.max(...latencies(between(END_MS + 10, 15_000)))).toBeCloseTo(2, 6);
  });

  it('costs nothing where there is no limit, or where the workers cannot use it up, and the first is told', async () => {
    for (const cpu_millis of [undefined, 4000]) {
      expect(Math.max(...latencies(requestsOf(scenarioOf({ cpu_millis }))(0, 15_000)))).toBeCloseTo(2, 6);
    }
    const warning = 'not every container of Deployment nginx has a CPU limit';
    const warnings = async (cpu_millis: number | undefined) =>
      (await predict(scenarioOf({ cpu_millis }), { trials: 2 })).warnings.join();
    expect(await warnings(undefined)).toContain(warning);
    expect(await warnings(4000)).not.toContain(warning);
  });

  it('leaves a pod so much of its capacity that its queue grows beyond what clients wait for', () => {
    // 8 workers use up a limit of one processor in 12.5 ms: so much is left to requests of 5 ms, one at a time.
    const starved = requestsOf(
      scenarioOf({
        ...{ cpu_millis: 1000, workers: 8 },
        application: { service_time: constant(5), cpu_per_request_ms: 5, concurrency: 1 },
        load: { duration_ms: 30_000 },
      }),
    );
    const late = starved(BEGIN_MS + 3000, END_MS).filter(({ outcome }) => outcome === 'timeout');
    expect(late.length / starved(BEGIN_MS + 3000, END_MS).length).toBeGreaterThan(0.6);
    expect(starved(0, BEGIN_MS - 100).every(({ outcome }) => outcome === 'ok')).toBe(true);
    // It has caught up with what was waiting, most of which nobody waits for any more.
    expect(starved(29_000, 30_000).every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  it('does not hold up what a request waits for elsewhere', () => {
    const application = { service_time: constant(300), cpu_per_request_ms: 1 };
    const latest = (workers: number) =>
      latencies(
        requestsOf(scenarioOf({ cpu_millis: 500, workers, application }))(BEGIN_MS + 100, END_MS - 400),
      );
    const during = latest(4);
    expect(Math.min(...during)).toBeGreaterThan(299.9);
    // Once to begin with, and once to end: never more than two waits, of less than 100 ms each.
    expect(Math.max(...during)).toBeLessThan(500);
    expect(mean(during)).toBeLessThan(400);
  });

  it('is as likely to find the kernel anywhere in its period', () => {
    const scenario = scenarioOf({ cpu_millis: 100, load: { rate_per_s: 1000, arrivals: 'constant' } });
    const first = Array.from({ length: 40 }, (_, trial) => {
      const events: RequestEvent[] = [];
      new SimulatedWorld(scenario).simulate(trial, {
        record: (event) => void (event.type === 'request' && events.push(event)),
      });
      const waited = events.find(({ at_ms, latency_ms }) => at_ms >= BEGIN_MS && latency_ms > 2.001);
      return waited!.at_ms + waited!.latency_ms - BEGIN_MS;
    });
    expect(new Set(first.map((at_ms) => Math.floor(at_ms / 25))).size).toBeGreaterThanOrEqual(4);
  });
});
