import { existsSync } from 'node:fs';
import { applyCalibration } from '../../src/calibrate/apply.ts';
import { readCalibration } from '../../src/calibrate/calibration-file.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

/** Written by `foreshock calibrate` on kills that are not among those of the validation. */
export const CALIBRATION_FILE = 'test/validation/calibration.json';

export interface CalibrationInUse {
  readonly calibrate: (scenario: Scenario) => Scenario;
  /** For people: what it rests on. */
  readonly text: string;
}

/**
 * Undefined where nothing is calibrated.
 *
 * @throws ScenarioError where the file is not a calibration
 */
export function calibrationInUse(file = CALIBRATION_FILE): CalibrationInUse | undefined {
  if (!existsSync(file)) return undefined;
  const calibration = readCalibration(file);
  const { date, foreshock, cluster, scenario, kills } = calibration;
  return {
    calibrate: (uncalibrated) => applyCalibration(uncalibrated, calibration, file),
    text:
      `${date.slice(0, 10)}, ${kills} kills of their own (scenario ${scenario}) on Kubernetes ${cluster.version}, ` +
      `${cluster.nodes} nodes, by foreshock ${foreshock}`,
  };
}
