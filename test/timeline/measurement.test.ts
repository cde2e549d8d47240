import { expect, test } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Fault, Scenario } from '../../src/scenario/scenario.ts';
import { FaultLog, summariseMeasurement } from '../../src/timeline/measurement.ts';
import { Score } from '../../src/timeline/score.ts';

const BASE = loadScenario('scenarios/validation/two-one-graceful.yaml');

function measured(faults: readonly Fault[], begin_ms: number, end_ms: number) {
  const scenario: Scenario = { ...BASE, faults };
  const log = new FaultLog();
  const score = new Score();
  const event = { fault: 0, repetition: 0, name: faults[0]!.type, targets: ['a'] };
  for (const recorder of [log, score]) {
    recorder.record({
      ...{ type: 'header', version: 1, arm: 'chaos', scenario: '', seed: '1', trial: 0, where: '' },
      ...{ window_ms: BASE.load.duration_ms, rate_per_s: 1, latency_limit_ms: 1, replica_rps: {} },
    });
    recorder.record({ type: 'request', at_ms: 0, latency_ms: 1, outcome: 'ok', send_lag_ms: 0 });
    recorder.record({ type: 'fault-begin', at_ms: begin_ms, ...event });
    recorder.record({ type: 'fault-end', at_ms: end_ms, ...event });
  }
  const observation = { ...score.observation(), valid: true };
  return summariseMeasurement(scenario, '', '', [{ observation, faults: log.faults }], []).faults;
}

const [kill] = BASE.faults as [Fault];
const outage = (duration_ms: number | undefined): Fault => ({
  ...{ type: 'registry-outage', position: kill.position, at_ms: [1000], duration_ms },
});

test('a fault that lasts has its nominal duration beside the effective one', () => {
  expect(measured([outage(3000)], 1020, 4350)).toEqual([
    {
      ...{ trial: 0, name: 'registry-outage', begin_ms: 1020, end_ms: 4350, targets: ['a'] },
      lasting: { nominal_ms: 3000, effective_ms: 3330 },
    },
  ]);
});

test('one that ends with the load, or does not last, has none', () => {
  for (const fault of [kill, outage(undefined), outage(BASE.load.duration_ms)]) {
    expect(measured([fault], 1020, 1100)[0]).not.toHaveProperty('lasting');
  }
});
