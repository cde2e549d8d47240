import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportScenario } from '../../../src/interchange/exporting.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { measurementOf } from '../../../src/timeline/measurement.ts';
import { folderOf, imported, meaning, scenarioIn } from '../round-trip.ts';

const BEGIN = '2026-11-21T21:15:46.000Z';
const at = (ms: number): string => new Date(Date.parse(BEGIN) + ms).toISOString();

const FAULTS = [
  { 'pod-kill': { workload: 'web', at: '2s', repeat: { every: '4s', times: 2 } } },
  { scale: { workload: 'db', replicas: 0, at: '3s', duration: '5s' } },
];

/** A run of two trials, of which the first is not valid. */
function ranIn(folder: string) {
  const scenario = loadScenario(join(folder, 'scenario.yaml'));
  const trial = (number: number, valid: boolean) => ({
    trial: number,
    valid,
    invalid_because: valid ? [] : ['1 request was not sent'],
    outages: [],
    values: { downtime_s: 1.5 },
    faults: [
      { fault: 0, name: 'pod-kill', begin_ms: 2010, end_ms: 2030, targets: ['web-a'] },
      { fault: 0, name: 'pod-kill', begin_ms: 6010, end_ms: 6020, targets: ['web-b'] },
      { fault: 1, name: 'scale', begin_ms: 3005, end_ms: 8040, targets: [] },
    ],
  });
  const measurement = measurementOf(scenario, '0', 'a cluster', [trial(0, false), trial(1, true)], []);
  const dates = [
    { run: 'x', at: at(-90_000), cluster: {} },
    { id: '0', at: at(-60_000), act: 'delete-pod', trial: 0 },
    { id: '1', at: at(2010), act: 'delete-pod', trial: 1 },
    { id: '1', at: at(2030), outcome: 'done' },
    { id: '2', at: at(3005), act: 'scale', trial: 1, fault: 'scale' },
    { id: '3', at: at(6010), act: 'delete-pod', trial: 1 },
    { id: '4', at: at(8040), act: 'undo', trial: 1, fault: 'scale' },
    { id: '5', at: at(70_000), act: 'remove' },
  ];
  return { measurement, dates: dates.map((line) => `${JSON.stringify(line)}\n`).join('') };
}

test('a journal says what was done when, and what was found', () => {
  const folder = folderOf(FAULTS);
  const file = join(folder, 'scenario.yaml');
  const run = { ...ranIn(folder), trial: 1 };
  const { text } = exportScenario({ file, to: 'chaos-toolkit-journal', folder, run });
  const journal = JSON.parse(text);
  const time = (ms: number) => at(ms).replace('Z', '+00:00');
  expect(journal).toMatchObject({
    status: 'completed',
    deviated: false,
    start: time(0),
    end: time(60_000),
    duration: 60,
    steady_states: { before: { steady_state_met: true }, after: { steady_state_met: true } },
    foreshock: { trial: 1, metrics: { downtime_s: 1.5 } },
  });
  const done = journal.run.map(
    (each: { activity: { name: string }; start: string; duration: number; output: string[] }) => [
      each.activity.name,
      each.start,
      each.duration,
      each.output,
    ],
  );
  expect(done).toEqual([
    ['pod-kill of web (1 of 2)', time(2010), 0.02, ['web-a']],
    ['scale of db', time(3005), 0, []],
    ['pod-kill of web (2 of 2)', time(6010), 0.01, ['web-b']],
    ['end of scale of db', time(8040), 0, []],
  ]);
  const back = join(folder, 'journal.json');
  writeFileSync(back, text);
  expect(meaning(imported(back, folder).scenario)).toEqual(meaning(scenarioIn(folder)));
});

test('a trial that is not valid, and one that nobody has dates of, have no journal', () => {
  const folder = folderOf(FAULTS);
  const file = join(folder, 'scenario.yaml');
  const ran = ranIn(folder);
  const journal = (run: object | undefined) =>
    exportScenario({ file, to: 'chaos-toolkit-journal', folder, run: run as never });
  expect(() => journal({ ...ran, trial: 0 })).toThrow('there is no valid trial 1');
  expect(() => journal({ ...ran, trial: 1, dates: '' })).toThrow('nobody knows when the trial was');
  expect(() => journal(undefined)).toThrow('which one?');
});
