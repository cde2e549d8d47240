import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyCalibration, calibrationNotes } from '../../src/calibrate/apply.ts';
import type { Calibration, CalibrationEntry } from '../../src/calibrate/calibration-file.ts';
import { constant, type Distribution } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { TIMING } from '../../src/scenario/timing.ts';
import { EMBEDDED, timingOn } from '../../src/sim/platform.ts';
import { predict } from '../../src/sim/predict.ts';
import { DEPLOYMENT, filesWith, folderWith, SCENARIO } from '../scenario/files.ts';
import { lognormal } from './draw.ts';

const entry = (distribution: Distribution, more: Partial<CalibrationEntry> = {}): CalibrationEntry => ({
  distribution,
  n: 20,
  mean_ms: 1,
  sd_ms: 1,
  source: 'a log',
  ...more,
});

const calibration = (more: Partial<Calibration>): Calibration => ({
  date: '2026-11-21T10:00:00Z',
  foreshock: '0.1.0',
  cluster: { version: 'v1.35.4', where: 'here', nodes: 2 },
  scenario: 'scenario',
  kills: 20,
  timing: {},
  applications: {},
  ...more,
});

function scenarioWith(more: string, deployment = DEPLOYMENT): Scenario {
  const files = filesWith({ 'scenario.yaml': SCENARIO + more, 'deployment.yaml': deployment });
  return loadScenario(join(folderWith(files), 'scenario.yaml'));
}

const applicationOf = (scenario: Scenario, container = 0) =>
  scenario.workloads[0]!.pod.containers[container]!.application;

const MEASURED = calibration({
  timing: { sandbox_start: entry(lognormal(400, 0.2)), api_write: entry(constant(2)) },
  applications: { web: { start_time: entry(constant(3000)), stop_time: entry(constant(70)) } },
});

describe('applyCalibration', () => {
  it('puts what was measured in place of the defaults, and leaves the rest', () => {
    const scenario = scenarioWith('');
    const before = structuredClone(scenario);
    const applied = applyCalibration(scenario, MEASURED, 'calibration.json');
    expect(scenario).toEqual(before);
    expect(applied.timing).toEqual({
      ...scenario.timing,
      sandbox_start: lognormal(400, 0.2),
      api_write: constant(2),
    });
    expect(applicationOf(applied)).toEqual({
      ...applicationOf(scenario),
      start_time: constant(3000),
      stop_time: constant(70),
    });
    const { timing: _t, workloads: _w, said: _s, ...others } = applied;
    expect(scenario).toMatchObject(others);
  });

  it('leaves what the scenario itself says, be it the default', () => {
    const scenario = scenarioWith(`timing:
  sandbox_start: {lognormal: {median: 95ms, sigma: 0.3}}
applications:
  web: {start_time: 2s}
`);
    expect(scenario.timing.sandbox_start).toEqual(TIMING.sandbox_start.default);
    const applied = applyCalibration(scenario, MEASURED);
    expect(applied.timing.sandbox_start).toEqual(TIMING.sandbox_start.default);
    expect(applied.timing.api_write).toEqual(constant(2));
    expect(applicationOf(applied).start_time).toEqual(constant(2000));
    expect(applicationOf(applied).stop_time).toEqual(constant(70));
  });

  it('leaves what a program changed', () => {
    const scenario = scenarioWith('');
    const changed = { ...scenario, timing: { ...scenario.timing, api_write: constant(9) } };
    expect(applyCalibration(changed, MEASURED).timing.api_write).toEqual(constant(9));
  });

  it('holds over what a platform has for defaults, as does the scenario', () => {
    const scenario = scenarioWith('timing: {watch_delivery: {lognormal: {median: 3ms, sigma: 0.4}}}\n');
    const measured = calibration({ timing: { sandbox_start: entry(TIMING.sandbox_start.default) } });
    const timing = timingOn(EMBEDDED, applyCalibration(scenario, measured));
    expect(timing.sandbox_start).toEqual(TIMING.sandbox_start.default);
    expect(timing.watch_delivery).toEqual(TIMING.watch_delivery.default);
    expect(timing.container_start).toEqual(EMBEDDED.timing.container_start);
  });

  it('finds an application under its short name or its long one', () => {
    const long = calibration({ applications: { 'web/server': { start_time: entry(constant(7)) } } });
    for (const said of [
      '',
      'applications: {web: {stop_time: 1s}}\n',
      'applications: {web/server: {stop_time: 1s}}\n',
    ]) {
      const applied = applyCalibration(scenarioWith(said), long);
      expect(applicationOf(applied).start_time).toEqual(constant(7));
      expect(applicationOf(applyCalibration(scenarioWith(said), MEASURED)).start_time).toEqual(
        constant(3000),
      );
    }
    const kept = scenarioWith('applications: {web/server: {start_time: 1s}}\n');
    expect(applicationOf(applyCalibration(kept, MEASURED)).start_time).toEqual(constant(1000));
  });

  it('tells the containers of a pod apart', () => {
    const two = scenarioWith('', `${DEPLOYMENT}        - {name: helper, image: "helper:1.0"}\n`);
    const measured = calibration({ applications: { 'web/helper': { start_time: entry(constant(7)) } } });
    const applied = applyCalibration(two, measured);
    expect(applicationOf(applied, 0)).toEqual(applicationOf(two, 0));
    expect(applicationOf(applied, 1).start_time).toEqual(constant(7));
    // `web` alone could be either.
    expect(applicationOf(applyCalibration(two, MEASURED), 0)).toEqual(applicationOf(two, 0));
  });

  it('is named in the prediction, as is the scenario for what it says', async () => {
    const scenario = scenarioWith(
      'timing: {watch_delivery: 3ms}\napplications: {web: {service_time: 2ms}}\n',
    );
    const applied = applyCalibration(scenario, MEASURED, 'calibration.json');
    const { assumptions } = await predict(applied, { trials: 1 });
    const sources = Object.fromEntries(assumptions.map(({ name, source }) => [name, source]));
    expect(sources.sandbox_start).toBe('calibration.json: a log, 20 samples');
    expect(sources.watch_delivery).toBe(scenario.file);
    expect(sources.container_start).toBe(TIMING.container_start.source);
    expect(sources['web/server']).toBe(`calibration.json: a log, 20 samples; ${scenario.file}`);
  });

  it('applied twice is the first: what was measured holds over what is measured next', () => {
    const once = applyCalibration(scenarioWith(''), MEASURED);
    const other = calibration({ timing: { api_write: entry(constant(5)) } });
    expect(applyCalibration(once, other).timing).toEqual(once.timing);
  });
});

describe('calibrationNotes', () => {
  it('are none where everything fits', () => {
    expect(calibrationNotes(scenarioWith(''), MEASURED)).toEqual([]);
  });

  it('name what does not fit, what is not used, what is missing, and what is doubtful', () => {
    const notes = calibrationNotes(
      scenarioWith('timing: {watch_delivery: 3ms}\n'),
      calibration({
        cluster: { version: 'v1.33.2', where: 'here', nodes: 2 },
        timing: {
          api_write: entry(constant(2), { warning: '3 samples are too few' }),
          watch_delivery: entry(constant(2), { warning: 'not used, so not said' }),
        },
        applications: { shop: { start_time: entry(constant(1), { warning: 'of another' }) } },
      }),
    );
    expect(notes).toEqual([
      'measured on Kubernetes 1.33, the scenario is for 1.35',
      'the scenario has no application shop: what was measured of it is not used',
      'nothing was measured of the application web',
      'api_write: 3 samples are too few',
    ]);
    const doubtful = calibration({
      applications: { web: { start_time: entry(constant(1), { warning: 'doubtful' }) } },
    });
    expect(calibrationNotes(scenarioWith(''), doubtful)).toEqual(['web start_time: doubtful']);
  });
});
