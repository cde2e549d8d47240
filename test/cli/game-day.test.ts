import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Arms, PreflightRequest } from '../../src/cli/arms.ts';
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

test('dry: says whom each experiment would hit, asks and awaits nothing, and leaves the record of the day', async () => {
  const asked: string[] = [];
  const dryRun: Arms['dryRun'] = async (request) => {
    asked.push(`${request.scenario.name} ${request.scenario.trials.measure}`);
    const { dryRun: look } = await import('../../src/chaos/dry-run.ts');
    const { FakeCluster } = await import('../chaos/fake-cluster.ts');
    return look(request.scenario, new FakeCluster(request.scenario, { kind: 'kubernetes' }), { journal: '' });
  };
  const steps = `  - ask: Ready?\n  - verify: {scenario: ${NGINX}, trials: 3}\n  - wait: 5h\n  - chaos: {scenario: ${NGINX}}`;
  const day = await gameDay(steps, { flags: ['--dry-run', '--cluster', 'kubernetes'], arms: { dryRun } });
  expect(asked.map((each) => each.split(' ')[0])).toEqual(['nginx-x2', 'nginx-x2']);
  expect(asked[0]).toBe('nginx-x2 3');
  expect(day.stdout).toContain('GAME DAY day: dry, 0 of 4 steps done');
  for (const step of ['02-nginx-x2', '04-nginx-x2']) {
    expect(JSON.parse(readFileSync(join(day.out, step, 'dry-run.json'), 'utf8'))).toMatchObject({
      scenario: 'nginx-x2',
    });
  }
  expect(() => day.record()).toThrow('ENOENT');
});

test('dry: ends with what is in the way of any of its experiments', async () => {
  let obstacles = [{ message: 'no pod', hint: undefined }];
  const dryRun: Arms['dryRun'] = async ({ scenario }) => {
    const { dryRun: look } = await import('../../src/chaos/dry-run.ts');
    const { FakeCluster } = await import('../chaos/fake-cluster.ts');
    const looked = await look(scenario, new FakeCluster(scenario), { journal: '' });
    const result = { ...looked, obstacles };
    obstacles = [];
    return result;
  };
  const steps = `  - chaos: {scenario: ${NGINX}}\n  - chaos: {scenario: ${NGINX}}`;
  const day = await gameDay(steps, { flags: ['--dry-run'], arms: { dryRun } });
  expect(day.code).toBe(EXIT.configuration);
  expect(day.stdout).toContain('could not begin as things are');
  expect(day.stdout).toContain('could begin');
});

test('predicts, or looks at the cluster, not both', async () => {
  const day = await gameDay(`  - chaos: {scenario: ${NGINX}}`, { flags: ['--dry-run', '--predict'] });
  expect(day.code).toBe(EXIT.configuration);
  expect(day.stderr).toContain('say one of the two');
});

test('does without a guard where it is told so', async () => {
  let without: boolean | undefined;
  const arms: Partial<Arms> = {
    preflight: async () => {},
    async measure({ target }) {
      without = target.no_guard;
      throw new UserError('that is all', { exitCode: EXIT.aborted });
    },
  };
  await gameDay(`  - chaos: {scenario: ${NGINX}}`, {
    arms,
    flags: ['--cluster', 'kubernetes', '--no-guard', '--yes'],
  });
  expect(without).toBe(true);
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
  const day = await gameDay(`  - ask: Go on?\n  - verify: {scenario: ${NGINX}}`, {
    answers: ['STOP'],
    arms: { preflight: async () => {} },
  });
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

test('asks for the rights of all experiments before the first step: without them nothing is done, and nobody asked', async () => {
  const asked: PreflightRequest[] = [];
  const arms: Partial<Arms> = {
    ...PREDICTS,
    async preflight(request) {
      asked.push(request);
      throw new UserError('the account in use may not delete pods', { exitCode: EXIT.configuration });
    },
  };
  const steps = `  - ask: Ready?\n  - verify: {scenario: ${NGINX}}\n  - chaos: {scenario: ${NGINX}}`;
  const flags = ['--cluster', 'kubernetes', '--context', 'staging', '--yes'];
  const day = await gameDay(steps, { arms, flags, answers: ['yes'] });
  expect(day.code).toBe(EXIT.configuration);
  expect(day.stderr).toContain('may not delete pods');
  expect(day.asked).toEqual([]);
  expect(existsSync(day.out)).toBe(false);
  expect(asked).toMatchObject([{ target: { context: 'staging' } }]);
  expect(asked[0]?.scenarios.map(({ name }) => name)).toEqual(['nginx-x2', 'nginx-x2']);
});

test.each([
  ['where it is only predicted', ['--predict', '--cluster', 'kubernetes'], `  - chaos: {scenario: ${NGINX}}`],
  ['where it has no experiment', ['--cluster', 'kubernetes'], '  - wait: 1ms'],
])('asks for no rights %s', async (_, flags, steps) => {
  const day = await gameDay(steps, { flags });
  expect(day.code, day.stderr).toBe(EXIT.ok);
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
    preflight: async () => {},
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
  const arms: Partial<Arms> = { preflight: async () => {} };
  const running = foreshock(['game-day', file, '--out', join(folder, 'out')], arms, { signals });
  await vi.waitUntil(() => signals.listening, { timeout: 10_000 });
  signals.send('SIGINT');
  const { code, stderr } = await running;
  expect(code).toBe(EXIT.aborted);
  expect(stderr).toMatch(/outside of the window, which opens at .*T09:00:00/);
});
