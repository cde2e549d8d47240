import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { calibrationText } from '../../src/calibrate/calibration-file.ts';
import type { Arms, PredictPlanRequest } from '../../src/cli/arms.ts';
import { renderJson } from '../../src/report/json.ts';
import { planReportOf } from '../../src/report/plan/model.ts';
import { renderPlanTerminal } from '../../src/report/plan/terminal.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import type { PlanPrediction } from '../../src/timeline/plan-prediction.ts';
import { CALIBRATION } from '../calibrate/calibration.ts';
import { agrees } from '../report/examples.ts';
import { exact, PLAN_CONTEXT, PLAN_EXAMPLES, simulated } from '../report/plan/examples.ts';
import { foreshock, TestSignals } from './command.ts';

const PLAN = `
version: foreshock/v1
name: shop-3-zones
seed: 7
trials: {predict: 500}
infrastructure:
  units:
    zone: {count: 3, time_to_failure: {exponential: {mean: 2y}}, time_to_repair: 2h}
    node: {count: 2, within: zone, time_to_failure: {exponential: {mean: 1y}}, time_to_repair: 20m}
  replicas:
    web: {replicas: 3, on: node, spread: zone, time_to_replace: 30s}
services:
  shop: {up: {at_least: 2, of: web}, objectives: {availability: 99.99%}}
`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-plan-'));
  file = join(folder, 'shop.yaml');
  writeFileSync(file, PLAN);
});
afterEach(() => rmSync(folder, { recursive: true }));

const out = () => ['--out', join(folder, 'out')];
const written = (name: string) => readFileSync(join(folder, 'out', name), 'utf8');
const predictPlan = (
  words: readonly string[],
  arms: Partial<Arms>,
  options?: Parameters<typeof foreshock>[2],
) => foreshock(['predict', file, ...words, ...out()], arms, options);

const met = (prediction: PlanPrediction): PlanPrediction => ({
  ...prediction,
  services: prediction.services.map((service) => ({
    ...service,
    objectives: service.objectives.slice(0, 1),
  })),
});

/** Answers every request alike, and keeps what was asked. */
function answering(prediction: PlanPrediction = met(simulated)) {
  const asked: PredictPlanRequest[] = [];
  const arms: Partial<Arms> = {
    predictPlan: async (request) => {
      asked.push(request);
      return prediction;
    },
  };
  return { asked, arms };
}

describe('predict of a plan', () => {
  test('asks with what the file says, where nothing else is said', async () => {
    const { asked, arms } = answering();
    await predictPlan([], arms);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      plan: { name: 'shop-3-zones', seed: '7', trials: 500, horizon_ms: 31_536_000_000 },
      method: 'auto',
      limits: {},
      workers: undefined,
    });
  });

  test('hands on seed, trials, method and threads, and repeats in the command what decides the result', async () => {
    const { asked, arms } = answering();
    const words = ['--seed', '0042', '--trials', '20', '--method', 'simulation', '--workers', '2'];
    const { stdout } = await predictPlan(words, arms);
    expect(asked[0]).toMatchObject({ plan: { seed: '0042', trials: 20 }, method: 'simulation', workers: 2 });
    const command = `foreshock predict ${file} --seed 0042 --trials 20 --method simulation --out ${join(folder, 'out')}`;
    expect(stdout).toContain(command);
    expect(JSON.parse(written('run.json'))).toMatchObject({ command });
  });

  test('until a precision or a time: hands both on, and repeats what makes the figures come again', async () => {
    const stop = { by: 'max-time', precision: 0.01, max_time_s: 30, reached: 0.04 } as const;
    const { asked, arms } = answering({ ...met(simulated), trials: 782, stop });
    const { stdout } = await predictPlan(['--precision', '1%', '--max-time', '30s'], arms);
    expect(asked[0]).toMatchObject({ limits: { precision: 0.01, max_time_ms: 30_000 } });
    expect(stdout).toContain(`--seed 7 --trials 782 --out`);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'the time of 30 s ended the prediction after 782 simulated trials',
    );
  });

  test.each([
    ['--trials', '9'],
    ['--precision', '1%'],
    ['--max-trials', '9'],
    ['--max-time', '1s'],
  ])('by the exact method counts no trials, so %s is refused', async (flag, value) => {
    const { code, stderr } = await predictPlan(['--method', 'exact', flag, value], {});
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain('--method exact simulates nothing');
  });

  test('with a calibration that nothing in the plan asks for, says so', async () => {
    const calibration = join(folder, 'calibration.json');
    writeFileSync(calibration, calibrationText(CALIBRATION));
    const { asked, arms } = answering();
    const { stderr } = await predictPlan(['--calibration', calibration], arms);
    expect(asked).toHaveLength(1);
    expect(stderr).toContain(
      `${calibration}: ${file} names no episode, and delays matter to nothing else: it changes nothing\n`,
    );
  });

  test('that is exact repeats no number of trials', async () => {
    const { stdout } = await predictPlan([], answering(exact).arms);
    expect(stdout).toContain(`foreshock predict ${file} --seed 7 --out`);
  });

  test('begins with the line to remember, and writes prediction, page and how to have them again', async () => {
    const { stdout, stderr, code } = await predictPlan([], answering().arms);
    expect(stdout.split('\n')[0]).toBe(
      'OBJECTIVE MET shop: 52 min of downtime a year (95 %: 48 to 56), 99.990 %',
    );
    expect(stderr).toBe('predicting shop-3-zones: 500 trials\n');
    expect(code).toBe(EXIT.ok);
    expect(written('prediction.json')).toBe(renderJson(met(simulated)));
    expect(written('report.html')).toContain('52 min of downtime a year');
    expect(readdirSync(join(folder, 'out')).toSorted()).toEqual([
      'prediction.json',
      'report.html',
      'run.json',
    ]);
  });

  test('ends with objectiveMissed where one of a service is missed', async () => {
    expect((await predictPlan([], answering(simulated).arms)).code).toBe(EXIT.objectiveMissed);
  });

  test('says meanwhile how far it is, and how well the downtime is known by then', async () => {
    const { stderr } = await predictPlan(
      [],
      {
        predictPlan: async ({ onProgress }) => {
          onProgress({ done: 1200, total: 2000, downtime_s: { mean: 3120, half_width: 240 } });
          return simulated;
        },
      },
      { isTTY: true },
    );
    expect(stderr).toContain('1,200 of 2,000 trials, downtime 52 min a year ± 4');
  });

  test('is ended by Ctrl-C in the middle', async () => {
    const signals = new TestSignals();
    const { code, stderr } = await predictPlan(
      [],
      {
        predictPlan: async ({ onProgress }) => {
          onProgress({ done: 1, total: 3, downtime_s: { mean: 0, half_width: 0 } });
          signals.send('SIGINT');
          onProgress({ done: 2, total: 3, downtime_s: { mean: 0, half_width: 0 } });
          return simulated;
        },
      },
      { signals },
    );
    expect(code).toBe(EXIT.aborted);
    expect(stderr).toContain('stopped before the prediction was done');
  });

  test('is for a real Kubernetes', async () => {
    const { code, stderr } = await predictPlan(['--cluster', 'embedded'], {});
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain('--cluster embedded is for experiments');
  });

  test('tells what is wrong with the file, with line and column', async () => {
    writeFileSync(file, PLAN.replace('within: zone', 'within: zones'));
    const { code, stderr } = await predictPlan([], {});
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toMatch(/shop\.yaml:9:\d+: /);
    expect(stderr).toContain('did you mean `zone`?');
  });
});

describe('--vary', () => {
  const VARY = ['--vary', 'zone=3,1,2', '--vary=web=2,3'];

  test('predicts every combination with the same seed, the plan itself once', async () => {
    const { asked, arms } = answering();
    const { stderr } = await predictPlan(VARY, arms);
    const counts = asked.map(({ plan }) => plan.units.map(({ count }) => count));
    expect(counts).toEqual([
      [3, 2, 3],
      [1, 2, 2],
      [1, 2, 3],
      [2, 2, 2],
      [2, 2, 3],
      [3, 2, 2],
    ]);
    expect(new Set(asked.map(({ plan }) => plan.seed))).toEqual(new Set(['7']));
    expect(stderr).toContain('predicting shop-3-zones with zone 1, web 2 (1 of 6): 500 trials\n');
  });

  test('writes the curve, shows it, and repeats what was varied in the command', async () => {
    const { stdout } = await predictPlan(VARY, answering().arms);
    expect(JSON.parse(written('curve.json'))).toMatchObject({
      schema: 'foreshock.plan-curve/v1',
      seed: '1',
      varied: [
        { name: 'zone', what: 'count of zone', written: 3, counts: [1, 2, 3] },
        { name: 'web', what: 'replicas of web', written: 3, counts: [2, 3] },
      ],
      points: [
        { counts: [1, 2] },
        { counts: [1, 3] },
        { counts: [2, 2] },
        { counts: [2, 3] },
        { counts: [3, 2] },
        { counts: [3, 3] },
      ],
    });
    expect(stdout).toContain('Downtime a year, by count of zone and replicas of web');
    expect(stdout).toContain('--vary zone=1,2,3 --vary web=2,3 --out');
    expect(stdout).toContain(join(folder, 'out', 'curve.json'));
  });

  test('of units within others says so', async () => {
    const { stdout } = await predictPlan(['--vary', 'node=1,2'], answering().arms);
    expect(stdout).toContain('Downtime a year, by count of node in each zone');
  });

  test('takes one value each time, so that the plan may follow', async () => {
    const { asked, arms } = answering();
    await foreshock(['predict', '--vary', 'zone=1,2', file, ...out()], arms);
    expect(asked).toHaveLength(3);
  });

  test('leaves no curve of an earlier run behind', async () => {
    await predictPlan(VARY, answering().arms);
    await predictPlan([], answering().arms);
    expect(readdirSync(join(folder, 'out'))).not.toContain('curve.json');
  });

  test.each([
    [
      'a count of nothing',
      ['--vary', 'zone=0,1'],
      '--vary must be a name and counts such as zone=1,2,3, not zone=0,1',
    ],
    ['no counts', ['--vary', 'zone'], 'not zone'],
    ['an unknown name', ['--vary', 'zones=1,2'], 'did you mean zone?'],
    ['a name twice', ['--vary', 'zone=1', '--vary', 'zone=2'], 'give all its counts at once'],
    [
      'three names',
      ['--vary', 'zone=1', '--vary', 'node=2', '--vary', 'web=3'],
      'can be given 2 times, not 3',
    ],
    ['more units than there can be', ['--vary', 'zone=3000000'], '2000000'],
  ])('of %s is refused, before anything is predicted', async (_name, words, message) => {
    const { code, stderr, stdout } = await predictPlan(words, {});
    expect([code, stdout]).toEqual([EXIT.configuration, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('internal error');
  });

  test('to a count with which the service can never be up names that count', async () => {
    const { code, stderr } = await predictPlan(['--vary', 'web=1,2'], {});
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toMatch(/^with web 1:\n.*shop\.yaml:\d+:\d+: /);
  });
});

describe('what is for plans', () => {
  test.each([
    ['--method', 'exact'],
    ['--vary', 'zone=1,2'],
  ])('is refused of an experiment: %s', async (...words) => {
    const { code, stderr } = await foreshock(['predict', 'scenarios/nginx-x2.yaml', ...words, ...out()]);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain(`${words[0]} is for plans, and scenarios/nginx-x2.yaml is none`);
  });

  test('methods are completed', async () => {
    const { stdout } = await foreshock([
      '--get-yargs-completions',
      'foreshock',
      'predict',
      'x.yaml',
      '--method',
      '',
    ]);
    expect(stdout.trim().split('\n')).toEqual(['auto', 'exact', 'simulation', 'splitting']);
  });
});

describe.each(['chaos', 'verify', 'calibrate'])('%s of a plan', (command) => {
  test('says what a plan is for', async () => {
    const { code, stderr } = await foreshock([command, file]);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain(`is a plan: it says how often what fails in years, which predict answers`);
    expect(stderr).toContain('it names no episode');
  });

  test('names the files of its episodes', async () => {
    mkdirSync(join(folder, 'episodes'));
    const episode = join(folder, 'episodes', 'node-loss.yaml');
    const experiment = readFileSync('scenarios/nginx-x2.yaml', 'utf8').replaceAll(
      /nginx-x2\/[\w./-]*|manifests\/[\w./-]*/g,
      (path) => join(process.cwd(), 'scenarios', path),
    );
    writeFileSync(episode, experiment);
    writeFileSync(
      file,
      PLAN.replace('time_to_repair: 20m', 'time_to_repair: 20m, episode: episodes/node-loss.yaml'),
    );
    const { code, stderr } = await foreshock([command, file]);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain(`its episodes are scenarios that take seconds; ${command} it: ${episode}`);
  });
});

describe('report', () => {
  test.each(Object.entries(PLAN_EXAMPLES))(
    'shows %s again, with its exit code',
    async (name, { prediction, curve }) => {
      const to = join(folder, name);
      mkdirSync(to);
      writeFileSync(join(to, 'prediction.json'), renderJson(prediction));
      if (curve !== undefined) writeFileSync(join(to, 'curve.json'), renderJson(curve));
      const { stdout, code } = await foreshock(['report', to]);
      const missed = prediction.services.some(({ objectives }) =>
        objectives.some((objective) => !objective.met),
      );
      expect(code).toBe(missed ? EXIT.objectiveMissed : EXIT.ok);
      const report = planReportOf({ prediction, curve }, PLAN_CONTEXT);
      const upToFiles = (text: string) => text.slice(0, text.search(/\n\d+ files?\n/));
      expect(upToFiles(stdout)).toBe(upToFiles(renderPlanTerminal(report, { color: false })));
    },
  );

  test('gives the page, and the JSON as the run wrote it', async () => {
    await predictPlan(['--vary', 'web=2,3'], answering().arms);
    const page = await foreshock(['report', join(folder, 'out'), '--format', 'html']);
    expect(page.stdout).toContain('curve.json');
    const { stdout } = await foreshock(['report', join(folder, 'out'), '--format', 'json']);
    expect(stdout).toBe(written('prediction.json'));
  });

  test('names a field that is missing', async () => {
    await predictPlan([], answering().arms);
    const { services, ...rest } = simulated;
    writeFileSync(
      join(folder, 'out', 'prediction.json'),
      JSON.stringify({ ...rest, services: [{ ...services[0], causes: 1 }] }),
    );
    const { code, stderr } = await foreshock(['report', join(folder, 'out')]);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain(
      '`services[0].causes` is missing, or not what a foreshock.plan-prediction/v1 has there',
    );
  });

  test('takes an experiment in the same folder for what it is', async () => {
    await predictPlan(['--vary', 'web=2,3'], answering().arms);
    await foreshock(['predict', 'scenarios/nginx-x2.yaml', ...out()], {
      predict: async () => agrees.prediction!,
    });
    const { stdout } = await foreshock(['report', join(folder, 'out')]);
    expect(stdout.split('\n')[0]).toContain('nginx-x2: downtime predicted');
  });
});
