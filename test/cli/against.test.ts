/** `predict A --against B` and `report` of what it wrote. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CompareRequest } from '../../src/cli/arms.ts';
import { renderJson } from '../../src/report/json.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { better } from '../report/comparison/examples.ts';
import { foreshock, TestSignals } from './command.ts';

const SCENARIO = 'scenarios/slow-start-x2-archive.yaml';
const AGAINST = 'scenarios/slow-start-x2.yaml';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-against-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const words = (...more: string[]) => [
  'predict',
  SCENARIO,
  '--against',
  AGAINST,
  '--out',
  join(folder, 'out'),
  ...more,
];

test('both get the same seed, and what was asked for of trials, threads and cluster', async () => {
  const asked: CompareRequest[] = [];
  const { code, stdout } = await foreshock(words('--seed', '7', '--trials', '50', '--workers', '1'), {
    compareScenarios: async (request) => {
      asked.push(request);
      return better;
    },
  });
  expect(code).toBe(EXIT.ok);
  expect(stdout).toMatch(/^LESS DOWNTIME /);
  expect(asked[0]).toMatchObject({
    scenario: { name: 'slow-start-x2-archive', seed: '7', trials: { predict: 50 } },
    against: { name: 'slow-start-x2', seed: '7' },
    cluster: 'kubernetes',
    workers: 1,
  });
});

test("without a seed the first one's holds for both", async () => {
  const file = join(folder, 'other.yaml');
  writeFileSync(
    file,
    readFileSync(AGAINST, 'utf8')
      .replace('seed: 1', 'seed: 99')
      .replace('slow-start-x2/', `${process.cwd()}/scenarios/slow-start-x2/`),
  );
  let seed = '';
  await foreshock(['predict', SCENARIO, '--against', file, '--out', join(folder, 'out')], {
    compareScenarios: async ({ against }) => {
      seed = against.seed;
      return better;
    },
  });
  expect(seed).toBe('1');
});

test('the folder has it as JSON, as a page and how to get it again, and report shows it', async () => {
  const { stdout } = await foreshock(words(), { compareScenarios: async () => better });
  const read = (name: string) => readFileSync(join(folder, 'out', name), 'utf8');
  expect(read('comparison.json')).toBe(renderJson(better));
  expect(read('report.html')).toContain('<!doctype html>');
  expect(JSON.parse(read('run.json')).command).toMatch(
    /^foreshock predict \S+archive\.yaml --against \S+x2\.yaml --seed 1 --trials 1000 --cluster kubernetes/,
  );
  for (const format of ['terminal', 'json', 'html']) {
    const shown = await foreshock(['report', join(folder, 'out'), '--format', format]);
    expect(shown.code).toBe(EXIT.ok);
    if (format === 'terminal') expect(shown.stdout.split('\n')[0]).toBe(stdout.split('\n')[0]);
    if (format === 'json') expect(shown.stdout).toBe(renderJson(better));
    if (format === 'html') expect(shown.stdout).toContain('<!doctype html>');
  }
});

test('a run of another kind there does not mix with it', async () => {
  await foreshock(words(), { compareScenarios: async () => better });
  const { prediction } = await import('../report/examples.ts');
  const again = ['predict', SCENARIO, '--out', join(folder, 'out')];
  await foreshock(again, { predict: async () => prediction });
  const { stdout } = await foreshock(['report', join(folder, 'out'), '--format', 'json']);
  expect(stdout).toBe(renderJson(prediction));
});

test('Ctrl-C ends it', async () => {
  const signals = new TestSignals();
  const { code, stderr } = await foreshock(
    words(),
    {
      compareScenarios: async ({ onProgress }) => {
        signals.send('SIGINT');
        onProgress('scenario', { done: 1, total: 2, downtime_s: { mean: 0, half_width: 0 } });
        return better;
      },
    },
    { signals },
  );
  expect(code).toBe(EXIT.aborted);
  expect(stderr).toContain('stopped before the comparison was done');
});

test.each([
  ['a file that is missing', 'missing.yaml', 'missing.yaml'],
  ['a plan', 'scenarios/plans/prism-cluster.yaml', 'is a plan'],
])('it cannot be held against %s', async (_name, file, message) => {
  const { code, stderr } = await foreshock(['predict', SCENARIO, '--against', file]);
  expect(code).toBe(EXIT.configuration);
  expect(stderr).toContain(message);
});

test('plans have --vary instead', async () => {
  const { code, stderr } = await foreshock([
    'predict',
    'scenarios/plans/prism-cluster.yaml',
    '--against',
    SCENARIO,
  ]);
  expect(code).toBe(EXIT.configuration);
  expect(stderr).toContain('--vary');
});
