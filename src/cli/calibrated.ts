import type { Scenario } from '../scenario/scenario.ts';
import type { Io } from './io.ts';

/** What must be known of a calibration before its prediction is believed goes to stderr. */
export async function calibratedBy(file: string, scenario: Scenario, io: Io): Promise<Scenario> {
  const { readCalibration } = await import('../calibrate/calibration-file.ts');
  const { applyCalibration, calibrationNotes } = await import('../calibrate/apply.ts');
  const calibration = readCalibration(file);
  for (const note of calibrationNotes(scenario, calibration)) io.stderr.write(`${file}: ${note}\n`);
  return applyCalibration(scenario, calibration, file);
}
