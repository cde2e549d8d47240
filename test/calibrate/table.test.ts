import { expect, test } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import { samplesOf } from '../../src/calibrate/samples-of.ts';
import { calibrationTable } from '../../src/calibrate/table.ts';
import { expectGolden } from '../report/golden.ts';
import { subjectScenario } from './subject-scenario.ts';
import { syntheticKill } from './synthetic-kill.ts';

const HEADER = {
  date: '2026-11-21T10:00:00Z',
  foreshock: '0.1.0',
  scenario: 'one-forced',
  application: 'nginx',
  cluster: { version: 'v1.35.4', where: 'staging', nodes: 2 },
};

test.each([3, 12])('the table of %d kills', (count) => {
  const { scenario, subject } = subjectScenario();
  const kills = Array.from({ length: count }, (_, index) => syntheticKill(index));
  const run = { header: HEADER, kills: samplesOf(kills, scenario, subject) };
  const table = calibrationTable(calibrate(scenario, subject, [run]), ['a note of all of it']);
  expectGolden(`calibrate/table-${count}.txt`, table);
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
});
