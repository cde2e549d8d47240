/** What the outages were spent on, predicted and measured, read off the timelines of both arms in the same way. */
import { PHASES, type Phase, PhaseRecorder, type PhaseTimes } from '../../src/timeline/phases.ts';
import type { MeasuredTrial } from './measured-trials.ts';

/** A part is held where it is within a quarter of the measured one, or within what two requests can tell. */
const PART_SHARE = 0.25;
const PART_RESOLUTION_S = 0.02;

export interface Part {
  readonly phase: Phase;
  /** Means of a trial. */
  readonly predicted_s: number;
  readonly measured_s: number;
  readonly held: boolean;
}

/** @returns the parts that are there at all */
export function partsOf(predicted: readonly PhaseTimes[], measured: readonly PhaseTimes[]): readonly Part[] {
  const mean_s = (of: readonly PhaseTimes[], phase: Phase) =>
    of.reduce((sum, each) => sum + each[phase], 0) / Math.max(1, of.length) / 1000;
  return PHASES.flatMap((phase) => {
    const predicted_s = mean_s(predicted, phase);
    const measured_s = mean_s(measured, phase);
    if (Math.max(predicted_s, measured_s) < PART_RESOLUTION_S) return [];
    const allowed_s = Math.max(PART_SHARE * measured_s, PART_RESOLUTION_S);
    return [{ phase, predicted_s, measured_s, held: Math.abs(predicted_s - measured_s) <= allowed_s }];
  });
}

/** Of one measured trial. */
export function measuredPhases({ events, observation }: MeasuredTrial): PhaseTimes {
  const recorder = new PhaseRecorder();
  for (const event of events) recorder.record(event);
  return recorder.phases(observation.outages);
}
