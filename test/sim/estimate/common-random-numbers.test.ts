/** Two variants of a scenario under one seed share their luck, so their difference is known from few trials. */
import { expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { Replicator } from '../../../src/sim/estimate/replication.ts';

function downtimes_s(scenario: Scenario, trials: number): number[] {
  const replicator = new Replicator(scenario, 'kubernetes');
  return Array.from({ length: trials }, (_, trial) => replicator.run(trial).values.downtime_s);
}

function varianceOfDifference(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((value, index) => value - b[index]!);
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  return differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (differences.length - 1);
}

/** Two seconds later, whatever it was. */
function slowerStart(scenario: Scenario): Scenario {
  const copy = structuredClone(scenario) as { -readonly [K in keyof Scenario]: Scenario[K] };
  copy.workloads = copy.workloads.map((workload) => ({
    ...workload,
    pod: {
      ...workload.pod,
      containers: workload.pod.containers.map((container) => ({
        ...container,
        application: {
          ...container.application,
          start_time: { kind: 'uniform', min_ms: 10_000, max_ms: 10_020 } as const,
        },
      })),
    },
  }));
  return copy;
}

const earlierNotice = (scenario: Scenario): Scenario => ({
  ...scenario,
  timing: { ...scenario.timing, node_monitor_grace_period: constant(40_000) },
});

it.each([
  ['an application that starts two seconds later', 'one-start-8s', slowerStart, 100, 2],
  ['a node that is given up ten seconds earlier', 'two-node-loss', earlierNotice, 16, -5],
] as const)(
  '%s: its cost varies ten times less under the same seed than under another',
  (_name, file, change, trials, cost_s) => {
    const load = (seed: string) => loadScenario(`scenarios/validation/${file}.yaml`, { seed });
    const before = downtimes_s(load('1'), trials);
    const after = downtimes_s(change(load('1')), trials);
    const elsewhere = downtimes_s(change(load('2')), trials);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(after) - mean(before) - cost_s)).toBeLessThan(0.1);
    const shared = varianceOfDifference(before, after);
    const independent = varianceOfDifference(before, elsewhere);
    expect(independent / shared).toBeGreaterThan(10);
  },
  30_000,
);
