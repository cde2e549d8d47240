import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { MemoryStress, Scenario } from '../../../src/scenario/scenario.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import type { TimelineEvent } from '../../../src/timeline/event.ts';
import { INSTANT } from '../kubernetes/environment.ts';

const ONE = loadScenario('scenarios/validation/one-container.yaml');
const { position } = ONE.faults[0]!;
const MIB = 2 ** 20;

/** One replica without probes, with a limit of 100 MiB, that starts in a second. */
function eventsOf(program_mib: number, size_mib: number, duration_ms = 60_000): readonly TimelineEvent[] {
  const fault: MemoryStress = {
    ...{
      type: 'memory-stress',
      position,
      workload: 'nginx',
      namespace: 'default',
      mode: 'one',
      value: undefined,
    },
    ...{ at_ms: [2000], duration_ms, size_bytes: size_mib * MIB, image: 'busybox' },
  };
  const scenario: Scenario = {
    ...ONE,
    timing: INSTANT,
    faults: [fault],
    load: { ...ONE.load, rate_per_s: 50, duration_ms: 120_000, timeout_ms: 500, latency_limit_ms: 500 },
    workloads: ONE.workloads.map((workload) => ({
      ...workload,
      pod: {
        ...workload.pod,
        limits: { cpu_millis: undefined, memory_bytes: 100 * MIB },
        containers: workload.pod.containers.map((each) => ({
          ...each,
          ...{ readiness_probe: undefined, liveness_probe: undefined },
          application: {
            ...each.application,
            ...{ start_time: constant(1000), service_time: constant(1), memory_bytes: program_mib * MIB },
          },
        })),
      },
    })),
  };
  const events: TimelineEvent[] = [];
  new SimulatedWorld(scenario).simulate(0, { record: (event) => void events.push(event) });
  return events;
}

const notes = (events: readonly TimelineEvent[]) =>
  events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
const bad = (events: readonly TimelineEvent[]) =>
  events.flatMap((event) => (event.type === 'request' && event.outcome !== 'ok' ? [event.at_ms] : []));

describe('memory-stress', () => {
  it('costs nothing below the limit', () => {
    const events = eventsOf(60, 40);
    expect(bad(events)).toEqual([]);
    expect(notes(events)).toEqual([]);
  });

  it('costs nothing where the stressor holds most at the limit: it is killed, and that is noted', () => {
    const events = eventsOf(40, 80);
    expect(bad(events)).toEqual([]);
    expect(notes(events)).toEqual([
      expect.stringMatching(/^memory-stress: the stressor of \S+ was OOMKilled/),
    ]);
  });

  it('kills the program that holds most, at once and whenever it has come back, until it is over', () => {
    // At the limit the program holds 70, the stressor 30; when it comes back it gets to 60, and the stressor has 40.
    const events = eventsOf(70, 40);
    const at_ms = bad(events);
    expect(at_ms.length).toBeGreaterThan(0);
    expect(Math.min(...at_ms)).toBeGreaterThanOrEqual(1980);
    // Killed at 2, then as soon as it listens: a second after each start, which come 0, 10, 20 and 40 s after its end.
    const good = events.flatMap((event) =>
      event.type === 'request' && event.outcome === 'ok' && event.at_ms > 2500 && event.at_ms < 62_000
        ? [event.at_ms]
        : [],
    );
    expect(good).toEqual([]);
    // The last of these starts was put off until after the stress, by 40 s and up to half as much again.
    expect(Math.max(...at_ms)).toBeGreaterThan(62_000);
    expect(Math.max(...at_ms)).toBeLessThan(114_000);
    expect(notes(events)).toEqual([]);
  });

  it('is over with its first kill where the program that comes back is less than the stressor', () => {
    // At the limit the program holds 55, the stressor 45; then it has grown to 60, and the program gets to 40.
    const events = eventsOf(55, 60);
    const at_ms = bad(events);
    // Seen by the kubelet within a second or so, restarted at once, and a second until it listens.
    expect(Math.max(...at_ms)).toBeLessThan(2000 + 1100 + 1100 + 100);
    expect(at_ms.length).toBeGreaterThan(40);
  });
});
