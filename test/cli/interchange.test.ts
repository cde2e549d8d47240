/** `import` and `export` as a person types them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Prediction } from '../../src/timeline/verdict.ts';
import { agrees } from '../report/examples.ts';
import { foreshock } from './command.ts';

const SCENARIO = 'scenarios/nginx-x2.yaml';
const MANIFESTS = 'scenarios/nginx-x2';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['chaos-toolkit', 'experiment.json'],
  ['chaos-mesh', 'chaos.yaml'],
])('a scenario goes to %s and comes back without another word', async (tool, name) => {
  const file = join(folder, name);
  const out = await foreshock(['export', SCENARIO, '--to', tool, '--out', file]);
  expect(out).toMatchObject({ code: EXIT.ok, stdout: '' });
  expect(out.stderr).toMatch(/^left out: .* sends no load/);
  const back = join(folder, 'scenario.yaml');
  expect(await foreshock(['import', file, '--out', back])).toMatchObject({ code: EXIT.ok, stderr: '' });
  const { faults, load } = loadScenario(SCENARIO);
  const imported = loadScenario(back);
  const ofFaults = (each: typeof faults) => each.map(({ position: _, ...fault }) => fault);
  expect(imported.load).toEqual(load);
  expect(ofFaults(imported.faults)).toEqual(ofFaults(faults));
});

test('without a file it goes to standard output', async () => {
  const { stdout } = await foreshock(['export', SCENARIO, '--to', 'chaos-mesh']);
  expect(stdout).toMatch(/^apiVersion: chaos-mesh.org\/v1alpha1\nkind: Workflow\n/);
});

test('names every option that is still to be given, all at once', async () => {
  const file = join(folder, 'chaos.yaml');
  await foreshock(['export', SCENARIO, '--to', 'chaos-mesh', '--out', file]);
  const text = readFileSync(file, 'utf8').replace(/ {2}annotations:\n.*\n/, '');
  const bare = join(folder, 'bare.yaml');
  writeFileSync(bare, text);
  const asked = await foreshock(['import', bare]);
  expect(asked.code).toBe(EXIT.configuration);
  expect(asked.stderr).toMatch(/--manifest: .*\n {2}--rate: .*\n {2}--duration: /);
  const late = await foreshock(['import', bare, '--manifest', MANIFESTS, '--rate', '10']);
  expect(late.stderr).toMatch(/--duration: .*\n {2}its last fault acts at 2s/);
  const given = ['--manifest', MANIFESTS, '--rate', '10', '--duration', '5s'];
  expect(await foreshock(['import', bare, ...given])).toMatchObject({ code: EXIT.ok, stderr: '' });
});

test('a file of no tool that is known is refused, with the tools that are', async () => {
  const { code, stderr } = await foreshock(['import', 'package.json']);
  expect(code).toBe(EXIT.configuration);
  expect(stderr).toMatch(/not a file of a tool.*\n.*chaos-toolkit, chaos-mesh/);
});

test('a plan is not exported', async () => {
  const plan = 'scenarios/plans/shop-3-zones.yaml';
  const { code, stderr } = await foreshock(['export', plan, '--to', 'chaos-mesh']);
  expect(code).toBe(EXIT.configuration);
  expect(stderr).toContain('is a plan');
});

const report = (requests: number) => ({
  latencies: {},
  requests,
  duration: 10e9,
  status_codes: { 200: requests - 50, 503: 50 },
});

const predicted = (mean: number, sd: number) => ({
  predicted: { mean, ci95: [mean, mean], sd, pi90: [mean - 2 * sd, mean + 2 * sd], trials: 1000 } as const,
});

const PREDICTION: Prediction = {
  ...agrees.prediction!,
  metrics: {
    downtime_s: predicted(0.5, 0.1),
    failed_requests: predicted(50, 0.5),
    availability_requests: predicted(0.95, 0.0005),
    throughput_rps: predicted(95, 0.05),
  },
};

test('a prediction is held against what vegeta has measured, as far as that goes', async () => {
  const file = join(folder, 'report.json');
  const out = join(folder, 'out');
  writeFileSync(file, JSON.stringify(report(1000)));
  const { arms } = await import('../../src/cli/real-arms.ts');
  const words = ['verify', SCENARIO, '--measured', file, '--out', out];
  const run = await foreshock(words, { predict: async () => PREDICTION, compare: arms.compare });
  expect(run.code, run.stderr).toBe(EXIT.inconclusive);
  const { metrics, tells } = JSON.parse(readFileSync(join(out, 'measurement.json'), 'utf8'));
  expect(tells).toEqual(['failed_requests', 'availability_requests', 'throughput_rps']);
  expect(metrics.failed_requests.measured.values).toEqual([50]);
  const verdict = JSON.parse(readFileSync(join(out, 'verdict.json'), 'utf8'));
  expect(Object.keys(verdict.metrics)).toEqual(['downtime_s', ...tells]);
  expect(verdict.metrics.downtime_s).toMatchObject({
    verdict: 'inconclusive',
    reason: 'nothing valid was measured',
  });
  expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')).command).toContain(`--measured ${file}`);
  expect(await foreshock(['report', out])).toMatchObject({ code: EXIT.inconclusive });
});

test('what was measured under another load is refused before anything is predicted', async () => {
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(report(900)));
  const { code, stderr } = await foreshock(['verify', SCENARIO, '--measured', file]);
  expect(code).toBe(EXIT.configuration);
  expect(stderr).toContain('900 requests in the 10 s that the scenario observes, where its load is 1000');
  const both = await foreshock(['verify', SCENARIO, '--measured', file, '--trials', '3']);
  expect(both.stderr).toContain('leave --trials away');
});

test('a journal wants the results of a run', async () => {
  const { code, stderr } = await foreshock(['export', SCENARIO, '--to', 'chaos-toolkit-journal']);
  expect(code).toBe(EXIT.configuration);
  expect(stderr).toContain('--results names the folder');
});
