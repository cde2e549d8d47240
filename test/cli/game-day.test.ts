import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Arms } from '../../src/cli/arms.ts';
import { arms as real } from '../../src/cli/real-arms.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import type { GameDayRecord } from '../../src/timeline/game-day.ts';
import { foreshock, TestSignals } from './command.ts';

const NGINX = join(process.cwd(), 'scenarios', 'nginx-x2.yaml');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-game-day-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.useRealTimers();
});

/** Predicts as it does, with fewer trials. */
const PREDICTS: Partial<Arms> = {
  predict: (request) =>
    real.predict({ ...request, scenario: { ...request.scenario, trials: { predict: 5, measure: 1 } } }),
};

async function gameDay(
  steps: string,
  options: {
    flags?: readonly string[];
    answers?: readonly string[];
    arms?: Partial<Arms>;
    window?: string;
  } = {},
) {
  const { flags = [], answers, arms = PREDICTS, window = '' } = options;
  const file = join(folder, 'day.yaml');
  writeFileSync(file, `version: foreshock/v1\n${window}\ngame_day:\n${steps}\n`);
  const asked: string[] = [];
  const left = [...(answers ?? [])];
  const ask =
    answers === undefined
      ? undefined
      : async (question: string) => {
          asked.push(question);
          return left.shift() ?? '';
        };
  const out = join(folder, 'out');
  const ended = await foreshock(['game-day', file, '--out', out, ...flags], arms, { ask });
  const record = () => JSON.parse(readFileSync(join(out, 'game-day.json'), 'utf8')) as GameDayRecord;
  return { ...ended, asked, record, out };
}

test('predicts every experiment, each into a folder of its own, and touches, asks and awaits nothing', async () => {
  const day = await gameDay(
    `  - ask: Ready?\n  - verify: {scenario: ${NGINX}}\n  - wait: 5h\n  - chaos: {scenario: ${NGINX}}`,
    { flags: ['--predict'] },
  );
  expect(day.code, day.stderr).toBe(EXIT.ok);
  expect(day.record().steps.map(({ step, outcome }) => [step, outcome])).toEqual([
    ['ask', 'skipped'],
    ['verify nginx-x2', 'done'],
    ['wait 5h', 'skipped'],
    ['chaos nginx-x2', 'done'],
  ]);
  for (const step of ['02-nginx-x2', '04-nginx-x2']) {
    expect(readFileSync(join(day.out, step, 'report.html'), 'utf8')).toContain('nginx-x2');
  }
  expect(day.stdout).toContain('GAME DAY day: 2 of 4 steps done');
});

test('asks people, keeps what they answer, and goes on', async () => {
  const day = await gameDay('  - ask: Who was paged?\n  - ask: After how long?', { answers: ['Ann', ''] });
  expect(day.code, day.stderr).toBe(EXIT.ok);
  expect(day.asked[0]).toMatch(/^Who was paged\?/);
  expect(day.record().steps).toMatchObject([
    { outcome: 'done', question: 'Who was paged?', answer: 'Ann' },
    { outcome: 'done', question: 'After how long?', answer: '' },
  ]);
});

test('ends where a person says so: what comes after is not begun, and the code says that', async () => {
  const day = await gameDay(`  - ask: Go on?\n  - verify: {scenario: ${NGINX}}`, { answers: ['STOP'] });
  expect(day.code).toBe(EXIT.aborted);
  expect(day.record().steps).toMatchObject([{ outcome: 'ended' }, { outcome: 'not-begun' }]);
});

test('refuses questions where nobody can be asked, before anything is done, unless told to pass over them', async () => {
  const refused = await gameDay('  - wait: 1ms\n  - ask: Ready?');
  expect(refused.code).toBe(EXIT.configuration);
  expect(refused.stderr).toMatch(/day\.yaml:5:5: a question, and there is no terminal/);
  const day = await gameDay('  - wait: 1ms\n  - ask: Ready?', { flags: ['--unattended'] });
  expect(day.code, day.stderr).toBe(EXIT.ok);
  expect(day.record().steps).toMatchObject([{ outcome: 'done' }, { outcome: 'skipped' }]);
});

test('goes on after an experiment whose result is bad, and ends with the code that says most', async () => {
  const codes = [EXIT.objectiveMissed, EXIT.ok];
  const arms: Partial<Arms> = {
    async predict(request) {
      const prediction = await PREDICTS.predict!(request);
      const met = codes.shift() === EXIT.ok;
      return { ...prediction, objectives: prediction.objectives.map((objective) => ({ ...objective, met })) };
    },
  };
  const scenario = join(folder, 'nginx.yaml');
  const text = readFileSync(NGINX, 'utf8').replace(
    /manifests:\n\s+- (\S+)/,
    `manifests:\n  - ${join(NGINX, '..')}/$1`,
  );
  writeFileSync(scenario, `${text}\n`);
  const steps = `  - verify: {scenario: ${scenario}}\n  - verify: {scenario: ${scenario}}`;
  const day = await gameDay(steps, { arms, flags: ['--predict'] });
  const exits = day.record().steps.map(({ exit_code }) => exit_code);
  expect(exits).toEqual([EXIT.objectiveMissed, EXIT.ok]);
  expect(day.code).toBe(EXIT.objectiveMissed);
});

test('ends with what could not be put back, and says which steps were not begun', async () => {
  const arms: Partial<Arms> = {
    ...PREDICTS,
    async measure() {
      throw new UserError('node-2 could not be given back', { exitCode: EXIT.notRestored });
    },
  };
  const steps = `  - verify: {scenario: ${NGINX}}\n  - wait: 1ms`;
  const day = await gameDay(steps, { arms, flags: ['--cluster', 'embedded'] });
  expect(day.code).toBe(EXIT.notRestored);
  expect(day.record().steps).toMatchObject([
    { outcome: 'ended', exit_code: EXIT.notRestored, because: 'node-2 could not be given back' },
    { outcome: 'not-begun' },
  ]);
  expect(day.stderr).toContain('node-2 could not be given back');
});

test('waits for its window before an experiment, and Ctrl-C ends the wait', async () => {
  const now = new Date();
  const tomorrow = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'][
    (now.getUTCDay() + 2) % 7
  ];
  const file = join(folder, 'day.yaml');
  writeFileSync(
    file,
    `version: foreshock/v1\nwindow: {days: [${tomorrow}], from: "09:00", to: "10:00"}\ngame_day:\n  - chaos: {scenario: ${NGINX}}\n`,
  );
  const signals = new TestSignals();
  const running = foreshock(['game-day', file, '--out', join(folder, 'out')], {}, { signals });
  await vi.waitUntil(() => signals.listening, { timeout: 10_000 });
  signals.send('SIGINT');
  const { code, stderr } = await running;
  expect(code).toBe(EXIT.aborted);
  expect(stderr).toMatch(/outside of the window, which opens at .*T09:00:00/);
});
