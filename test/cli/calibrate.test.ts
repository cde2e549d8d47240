import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { calibrationText, readCalibration } from '../../src/calibrate/calibration-file.ts';
import { readSamples } from '../../src/calibrate/samples-file.ts';
import type { ObserveRequest, PredictRequest } from '../../src/cli/arms.ts';
import { constant } from '../../src/scenario/distribution.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import { CALIBRATION } from '../calibrate/calibration.ts';
import { syntheticKill } from '../calibrate/synthetic-kill.ts';
import { agrees } from '../report/examples.ts';
import { foreshock, TestSignals } from './command.ts';

const SCENARIO = 'scenarios/validation/one-forced.yaml';
const CLUSTER = { version: 'v1.35.4', where: 'staging', nodes: 2 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-calibrate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const out = () => join(folder, 'new', 'web.json');

/** Sees as many kills as it is asked for, of a container with the scenario's name. */
const sees = async ({ kills, reached, seen, subject }: ObserveRequest) => {
  reached(CLUSTER);
  for (let index = 0; index < kills; index += 1) {
    const kill = syntheticKill(index);
    const events = kill.events.map((event) => ({ ...event, container: subject.container.name }));
    seen({ ...kill, events });
  }
};

describe('calibrate', () => {
  test('writes the calibration and its samples, and shows every timing', async () => {
    const ended = await foreshock(['calibrate', SCENARIO, '--yes', '--kills', '3', '--out', out()], {
      observe: sees,
    });
    expect(ended).toMatchObject({ code: EXIT.ok });
    expect(ended.stdout).toContain('3 kills of scenario one-forced');
    expect(ended.stdout).toMatch(/^sandbox_start +3 /m);
    expect(ended.stdout).toContain('3 samples are too few');
    expect(readCalibration(out())).toMatchObject({ cluster: CLUSTER, kills: 3, scenario: 'one-forced' });
    expect(readSamples(join(folder, 'new', 'web.samples.jsonl')).kills).toHaveLength(3);
  });

  test('takes the samples of an earlier run, with or without kills of its own', async () => {
    const earlier = join(folder, 'new', 'web.samples.jsonl');
    await foreshock(['calibrate', SCENARIO, '--yes', '--kills', '4', '--out', out()], { observe: sees });
    const again = join(folder, 'again.json');
    await foreshock(['calibrate', SCENARIO, '--yes', '--kills', '3', '--from', earlier, '--out', again], {
      observe: sees,
    });
    expect(readCalibration(again).kills).toBe(7);
    const words = ['--kills', '0', '--from', earlier, join(folder, 'again.samples.jsonl'), '--out', again];
    expect(await foreshock(['calibrate', SCENARIO, '--yes', ...words])).toMatchObject({ code: EXIT.ok });
    expect(readCalibration(again).kills).toBe(7);
  });

  test('an interruption ends with its code, and keeps what was seen', async () => {
    const signals = new TestSignals();
    const observe = async (request: ObserveRequest) => {
      await sees({ ...request, kills: 2 });
      signals.send('SIGINT');
      expect(request.signal.aborted).toBe(true);
      throw new UserError('aborted', { exitCode: EXIT.aborted });
    };
    const ended = await foreshock(['calibrate', SCENARIO, '--yes', '--out', out()], { observe }, { signals });
    expect(ended.code).toBe(EXIT.aborted);
    expect(existsSync(out())).toBe(false);
    expect(readSamples(join(folder, 'new', 'web.samples.jsonl')).kills).toHaveLength(2);
    expect(signals.listening).toBe(false);
  });

  test('samples that are to be taken are not written over', async () => {
    await foreshock(['calibrate', SCENARIO, '--yes', '--kills', '2', '--out', out()], { observe: sees });
    const samples = join(folder, 'new', 'web.samples.jsonl');
    const before = readFileSync(samples, 'utf8');
    const ended = await foreshock(['calibrate', SCENARIO, '--yes', '--from', samples, '--out', out()]);
    expect(ended).toMatchObject({
      code: EXIT.configuration,
      stderr: expect.stringContaining('new samples go'),
    });
    const failed = async () => {
      throw new UserError('no cluster', { exitCode: EXIT.configuration });
    };
    await foreshock(['calibrate', SCENARIO, '--yes', '--out', out()], { observe: failed });
    expect(readFileSync(samples, 'utf8')).toBe(before);
  });

  test('a place that cannot be written to is told before anything is killed', async () => {
    writeFileSync(join(folder, 'file'), '');
    const ended = await foreshock([
      'calibrate',
      SCENARIO,
      '--yes',
      '--out',
      join(folder, 'file', 'cal.json'),
    ]);
    expect(ended).toMatchObject({
      code: EXIT.configuration,
      stderr: expect.stringContaining('cannot be written'),
    });
  });

  test.each([
    ['that is there', () => folder],
    ['that is named as one', () => join(folder, 'new/')],
  ])('a folder %s is no place for a calibration, and nothing is killed', async (_, place) => {
    const ended = await foreshock(['calibrate', SCENARIO, '--out', place()]);
    expect(ended).toMatchObject({
      code: EXIT.configuration,
      stderr: expect.stringContaining(`such as ${join(place(), 'calibration.json')}`),
    });
  });

  test('without a kill that was seen there is no calibration', async () => {
    const observe = async ({ reached }: ObserveRequest) => reached(CLUSTER);
    const ended = await foreshock(['calibrate', SCENARIO, '--yes', '--out', out()], { observe });
    expect(ended).toMatchObject({
      code: EXIT.inconclusive,
      stderr: expect.stringContaining('no kill was seen'),
    });
    expect(existsSync(out())).toBe(false);
  });

  test.each([
    [['--kills', '-1'], '--kills must be a whole number'],
    [['--kills', '1.5'], '--kills must be a whole number'],
    [['--kills', '0'], 'give files with --from, or a number of --kills'],
    [['--from', 'nowhere.jsonl'], 'nowhere.jsonl: cannot be read'],
    [['--cluster', 'embedded'], '--cluster cannot be "embedded"; expected kubernetes'],
    [['--kill', '3'], 'did you mean --kills?'],
  ])('%j is a mistake, and nothing is touched', async (words, message) => {
    const ended = await foreshock(['calibrate', SCENARIO, '--yes', ...words, '--out', out()]);
    expect(ended.code).toBe(EXIT.configuration);
    expect(ended.stderr).toContain(message);
    expect(existsSync(out())).toBe(false);
  });
});

describe('predict --calibration', () => {
  const file = () => join(folder, 'calibration.json');
  const predicted = async (...words: string[]) => {
    let request: PredictRequest | undefined;
    const predict = async (given: PredictRequest) => {
      request = given;
      return agrees.prediction!;
    };
    const ended = await foreshock(['predict', SCENARIO, '--out', join(folder, 'out'), ...words], { predict });
    return { ended, scenario: request?.scenario };
  };

  test('predicts from the measured delays, says where they come from and what is wrong with them', async () => {
    writeFileSync(file(), calibrationText({ ...CALIBRATION, timing: { scheduler_bind: entry(23) } }));
    const { ended, scenario } = await predicted('--calibration', file());
    expect(ended.code).toBe(EXIT.ok);
    expect(scenario?.timing.scheduler_bind).toEqual(constant(23));
    expect(scenario?.said.timing.scheduler_bind).toContain(file());
    expect(ended.stderr).toContain('scheduler_bind: a small sample');
    expect(readFileSync(join(folder, 'out', 'run.json'), 'utf8')).toContain(`--calibration ${file()}`);
  });

  test('a file that is no calibration is a mistake', async () => {
    writeFileSync(file(), '{}');
    const { ended, scenario } = await predicted('--calibration', file());
    expect(ended.code).toBe(EXIT.configuration);
    expect(ended.stderr).toContain('calibration.json');
    expect(scenario).toBeUndefined();
  });
});

const entry = (value_ms: number) => ({
  distribution: constant(value_ms),
  n: 3,
  mean_ms: value_ms,
  sd_ms: 0,
  warning: 'a small sample',
  source: 'a test',
});
