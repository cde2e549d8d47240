/** What ended a simulation that had no number of trials to make, and how sure it then was. */
import type { Stop } from '../timeline/verdict.ts';
import { count, percent } from './number.ts';

export function stopNotes({ trials, stop }: { readonly trials: number; readonly stop: Stop }): string[] {
  const { by, precision, max_time_s, reached } = stop;
  if (by === 'trials') return [];
  const known =
    reached === undefined ? 'no trial lost anything' : `mean downtime is known to ±${percent(reached)}`;
  const asked = precision === undefined ? '' : ` (±${percent(precision)} was asked for)`;
  const simulated = `${count(trials, 'simulated trial')}: ${known}${asked}`;
  if (by === 'precision') return [`the precision ended the prediction after ${simulated}`];
  if (by === 'max-trials') return [`the number of trials ended the prediction, after ${simulated}`];
  return [
    `the time of ${max_time_s} s ended the prediction after ${simulated}`,
    `how many trials fit into a time depends on the machine, so the same command may give other bytes; --trials ${trials} gives these figures again`,
  ];
}
