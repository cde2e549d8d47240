import { expect, it } from 'vitest';
import { applyCalibration } from '../../src/calibrate/apply.ts';
import { constant } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { planAssumptions } from '../../src/sim/plan-assumptions.ts';
import { CALIBRATION } from '../calibrate/calibration.ts';
import {
  atLeast,
  commonCause,
  crew,
  deployments,
  HOUR_MS,
  hours,
  kind,
  maintenance,
  placement,
  planOf,
  service,
} from './years/plans.ts';

it('every time and chance that a plan rests on is said, with who said so', () => {
  const plan = planOf({
    units: [
      kind('zone', { time_to_repair: hours(4) }),
      kind('node', {
        within: 0,
        time_to_failure: hours(1000),
        time_to_repair: constant(HOUR_MS),
        crew: 0,
        prior: { name: 'some-prior', source: 'some paper' },
      }),
      kind('web', { time_to_failure: hours(10), placed: placement(1, 0) }),
    ],
    crews: [crew('people', { size: 2, inspection: constant(60_000), order: 'random' })],
    common_causes: [commonCause('power', { every: hours(5000), hits: [1], share: 0.5 })],
    maintenance: [maintenance('kernel', { of: 1, every: hours(700), takes: constant(60_000) })],
    deployments: [deployments('weekly', { every: hours(168), bad: 0.02, time_to_roll_back: hours(1) })],
    services: [service(atLeast(1, [2]))],
  });
  const said = planAssumptions(plan);
  const sources = new Set(said.map(({ source }) => source));
  expect([...sources].sort()).toEqual(['plan.yaml:1:1', 'some-prior: some paper']);
  expect(said.map(({ name, value }) => `${name}: ${value}`)).toMatchInlineSnapshot(`
    [
      "zone: never fails",
      "node: time to failure: exponential with a mean of 1000h; time to repair, by people: 1h",
      "web: time to failure: exponential with a mean of 10h; time to repair: 0ms",
      "web, where its unit is lost: time to replace: 300s",
      "people: 2 at a time, any that has failed; inspection: 60s",
      "power: every: exponential with a mean of 5000h; each unit with a chance of 0.5",
      "kernel: every: exponential with a mean of 700h; each unit takes: 60s",
      "weekly: every: exponential with a mean of 7d; bad with a chance of 0.02; time to roll back: exponential with a mean of 1h",
    ]
  `);
});

it('of episodes it says which delays were measured, and where', () => {
  const scenario = loadScenario('scenarios/nginx-x2.yaml');
  const episode = applyCalibration(scenario, CALIBRATION, 'calibration.json');
  const plan = planOf({
    units: [kind('node')],
    services: [service(atLeast(1, [0]))],
    episodes: [scenario, episode],
  });
  const said = planAssumptions(plan).slice(1);
  const measured = said.filter(({ source }) => source.startsWith('calibration.json: '));
  expect(said.filter((each) => !measured.includes(each)).map(({ source }) => source)).toEqual([
    scenario.file,
    scenario.file,
  ]);
  const names = measured.map(({ name }) => name);
  for (const timer of Object.keys(CALIBRATION.timing)) {
    expect(names).toContain(`episode ${scenario.name}: ${timer}`);
  }
});
