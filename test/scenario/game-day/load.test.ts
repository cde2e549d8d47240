import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadGameDay } from '../../../src/scenario/game-day/load.ts';
import { ScenarioError } from '../../../src/scenario/problem.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const NGINX = join(process.cwd(), 'scenarios', 'nginx-x2.yaml');

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'foreshock-game-day-'));
  folders.push(folder);
  const file = join(folder, 'day.yaml');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
  return file;
}

function problemsOf(text: string): readonly string[] {
  try {
    loadGameDay(fileWith(text));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(
      ({ position: { line, column }, message, expected }) =>
        `${line}:${column} ${message}${expected === undefined ? '' : `; expected ${expected}`}`,
    );
  }
  return [];
}

test('reads every kind of step, its window and its zone', () => {
  const { steps, ...gameDay } = loadGameDay(
    fileWith(`version: foreshock/v1
time_zone: Europe/Berlin
window: {days: [friday], from: "22:00", to: "02:00"}
game_day:
  - ask: All there?
  - verify: {scenario: ${NGINX}, trials: 2}
  - wait: 5m
  - wait_until: "14:30"
  - chaos: {scenario: ${NGINX}}
`),
  );
  expect(gameDay).toMatchObject({
    name: 'day',
    window: { days: ['friday'], from_min: 1320, to_min: 120, time_zone: 'Europe/Berlin' },
  });
  expect(steps).toMatchObject([
    { kind: 'ask', question: 'All there?', position: { line: 5, column: 5 } },
    { kind: 'verify', trials: 2, scenario: { name: 'nginx-x2' } },
    { kind: 'wait', duration_ms: 300_000 },
    { kind: 'wait-until', minute: 870, time_zone: 'Europe/Berlin' },
    { kind: 'chaos', trials: undefined, scenario: { name: 'nginx-x2' } },
  ]);
});

test('the shipped one is right', () => {
  expect(loadGameDay('scenarios/game-days/nginx.yaml').steps).toHaveLength(6);
});

test.each([
  [
    'time_zone: Mars\ngame_day: [{wait: 1s}]',
    '2:12 `time_zone` cannot be "Mars"; expected a time zone by its name, such as Europe/Berlin or UTC',
  ],
  [
    'window: {from: "9:00", to: "17:00"}\ngame_day: [{wait: 1s}]',
    '2:16 `window.from` cannot be "9:00"; expected a time of day in quotes, such as "09:30"',
  ],
  ['game_day: []', '2:11 `game_day` is empty; expected at least 1 item'],
  [
    'game_day: [{wait: 5}]',
    '2:19 `game_day[0].wait` cannot be 5; expected a duration with its unit, such as 500ms, 2s or 1m30s',
  ],
  [
    'game_day: [{wait: 5s, ask: "?"}]',
    '2:12 `game_day[0]` does not fit; expected exactly one of verify, chaos, ask, wait, wait_until',
  ],
  [
    'game_day: [{verfy: {scenario: a.yaml}}]',
    '2:13 unknown field `verfy` in `game_day[0]`; expected one of verify, chaos, ask, wait, wait_until',
  ],
])('%s is told with its place', (text, expected) => {
  expect(problemsOf(`version: foreshock/v1\n${text}\n`)).toEqual([expected]);
});

test('a scenario that is not there, and what is wrong in one that is, are told together', () => {
  const file = fileWith(
    'version: foreshock/v1\ngame_day:\n  - verify: {scenario: none.yaml}\n  - chaos: {scenario: bad.yaml}\n',
  );
  writeFileSync(join(file, '..', 'bad.yaml'), 'version: foreshock/v1\nlaod: {}\n');
  const attempt = () => loadGameDay(file);
  expect(attempt).toThrow(/day\.yaml:3:24: .*none\.yaml/s);
  expect(attempt).toThrow(/bad\.yaml:2:1: unknown field `laod`/);
});
