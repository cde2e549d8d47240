import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calibrationText } from '../../src/calibrate/calibration-file.ts';
import { constant } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { calibrationInUse } from './calibration.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-calibration-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('calibrationInUse', () => {
  it('is none where there is no file', () => {
    expect(calibrationInUse(join(folder, 'calibration.json'))).toBeUndefined();
  });

  it('fits a scenario to the cluster, and says what it rests on', () => {
    const file = join(folder, 'calibration.json');
    const entry = { distribution: constant(123), n: 40, mean_ms: 123, sd_ms: 0, source: 'a log' };
    const calibration = {
      date: '2026-11-20T10:00:00Z',
      foreshock: '0.1.0',
      cluster: { version: 'v1.35.4', where: 'a testbed', nodes: 2 },
      scenario: 'calibration',
      kills: 40,
      timing: { sandbox_start: entry },
      applications: {},
    };
    writeFileSync(file, calibrationText(calibration));
    const inUse = calibrationInUse(file)!;
    const scenario = loadScenario('scenarios/validation/one-forced.yaml');
    expect(inUse.calibrate(scenario).timing.sandbox_start).toEqual(constant(123));
    expect(inUse.calibrate(scenario).timing.container_start).toEqual(scenario.timing.container_start);
    expect(inUse.text).toContain('2026-11-20, 40 kills of their own (scenario calibration)');
  });
});
