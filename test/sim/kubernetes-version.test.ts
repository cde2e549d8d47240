import { describe, expect, test } from 'vitest';
import { constant } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Probe, Scenario } from '../../src/scenario/scenario.ts';
import { TIMING, type TimingName, timing } from '../../src/scenario/timing.ts';
import { SimulatedWorld } from '../../src/sim/world.ts';
import { Score } from '../../src/timeline/score.ts';

const ONE_FORCED = loadScenario('scenarios/validation/one-forced.yaml');

/** Every delay of a machine is nothing, so that only timers remain. */
const INSTANT = timing(
  Object.fromEntries(
    Object.entries(TIMING)
      .filter(([, { source }]) => source.startsWith('measured'))
      .map(([name]) => [name as TimingName, constant(0)]),
  ),
);

/** One replica killed by force, whose program listens after a while. */
function scenario(minor: number, start_ms: number, readiness: Partial<Probe>): Scenario {
  return {
    ...ONE_FORCED,
    timing: INSTANT,
    cluster: { ...ONE_FORCED.cluster, minor },
    load: { ...ONE_FORCED.load, duration_ms: 40_000 },
    workloads: ONE_FORCED.workloads.map((workload) => ({
      ...workload,
      pod: {
        ...workload.pod,
        containers: workload.pod.containers.map((container) => ({
          ...container,
          readiness_probe: container.readiness_probe && { ...container.readiness_probe, ...readiness },
          application: { ...container.application, start_time: constant(start_ms) },
        })),
      },
    })),
  };
}

function downtimes(what: Scenario): number[] {
  return Array.from({ length: 40 }, (_, trial) => {
    const score = new Score();
    new SimulatedWorld(what).simulate(trial, score);
    return score.observation().downtime_s;
  });
}

describe('before 1.34', () => {
  test('kube-proxy has a second sync to spare, and so does not hold a pod up that is ready a second later', () => {
    // The new pod has its address long after the syncs that answer the deletion, and is ready a second after that.
    const [since, before] = [34, 33].map((minor) => {
      const pod = scenario(minor, 700, { period_s: 1 });
      return downtimes({ ...pod, timing: { ...pod.timing, sandbox_start: constant(5000) } });
    });
    for (const [trial, downtime_s] of before!.entries())
      expect(downtime_s).toBeLessThanOrEqual(since![trial]!);
    const held_s = before!.map((downtime_s, trial) => since![trial]! - downtime_s).filter((s) => s > 0.5);
    expect(held_s.length).toBeGreaterThan(2);
    for (const s of held_s) expect(s).toBeCloseTo(1, 1);
  });
});

describe('before 1.32', () => {
  test('an attempt that a sync asks for does not put off the next one of the period', () => {
    const [since, before] = [32, 31].map((minor) => downtimes(scenario(minor, 3000, { period_s: 10 })));
    // The kubelet waits 300 ms for the volumes; the probe's period begins with the pod.
    for (const downtime_s of before!) expect(downtime_s).toBeCloseTo(10.3, 1);
    // It begins anew when the kubelet first sees the container run, up to a second later.
    expect(Math.max(...since!)).toBeGreaterThan(11.5);
    for (const [trial, downtime_s] of before!.entries())
      expect(downtime_s).toBeLessThanOrEqual(since![trial]!);
  });
});
