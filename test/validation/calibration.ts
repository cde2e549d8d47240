import { existsSync } from 'node:fs';
import type { Scenario } from '../../src/scenario/scenario.ts';

/** Written by `foreshock calibrate` on trials that are not among those of the validation. */
export const CALIBRATION_FILE = 'test/validation/calibration.json';

export interface CalibrationInUse {
  readonly calibrate: (scenario: Scenario) => Scenario;
  /** For people: which file. */
  readonly text: string;
}

interface CalibrationModule {
  readCalibration(path: string): unknown;
  applyCalibration(scenario: Scenario, calibration: unknown): Scenario;
}

const MODULE = new URL('../../src/calibrate/calibration-file.ts', import.meta.url);

/** Undefined where nothing is calibrated. */
export async function calibrationInUse(file = CALIBRATION_FILE): Promise<CalibrationInUse | undefined> {
  if (!existsSync(file) || !existsSync(MODULE)) return undefined;
  const { readCalibration, applyCalibration } = (await import(MODULE.href)) as CalibrationModule;
  const calibration = readCalibration(file);
  return { calibrate: (scenario) => applyCalibration(scenario, calibration), text: file };
}
