import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { poolNotes, type RunSamples } from '../../src/calibrate/samples.ts';
import { headerLine, killLine, readSamples } from '../../src/calibrate/samples-file.ts';
import { samplesOf } from '../../src/calibrate/samples-of.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import { subjectScenario } from './subject-scenario.ts';
import { syntheticKill } from './synthetic-kill.ts';

const { scenario, subject } = subjectScenario();
const RUN: RunSamples = {
  header: {
    date: '2026-11-21T10:00:00Z',
    foreshock: '0.1.0',
    scenario: 'one-forced',
    application: 'nginx',
    cluster: { version: 'v1.35.4', where: 'staging', nodes: 2 },
  },
  kills: samplesOf(
    [0, 1, 2].map((index) => syntheticKill(index, { forced: index === 1, canReachPods: index < 2 })),
    scenario,
    subject,
  ),
};
const TEXT = [headerLine(RUN.header), ...RUN.kills.map(killLine)].join('');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-samples-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (text: string): string => {
  const path = join(folder, 'run.samples.jsonl');
  writeFileSync(path, text);
  return path;
};

test('what is written is read again, to the microsecond', () => {
  const read = readSamples(file(TEXT));
  expect(read.header).toEqual(RUN.header);
  expect([headerLine(read.header), ...read.kills.map(killLine)].join('')).toBe(TEXT);
  expect(read.kills.map(({ forced }) => forced)).toEqual([false, true, false]);
  const [low, high] = [read, RUN].map(({ kills }) => kills[2]!.legs.started_to_listening![0]!);
  expect(low!.high_ms).toBeCloseTo(high!.high_ms, 2);
});

test('a last line that was torn is left out', () => {
  expect(readSamples(file(TEXT.slice(0, -20))).kills).toHaveLength(2);
});

describe('what is no samples file is refused, with the line', () => {
  test.each([
    ['nothing at all', '', ':1: '],
    ['something else', 'hello\n', ':1: '],
    ['a calibration', '{"schema": "foreshock.calibration/v1"}\n', ':1: schema: '],
    ['a kill of no known leg', `${TEXT}{"grace":"forced","late":0,"legs":{"nonsense":[1]}}\n`, ':5: legs'],
    [
      'a negative duration',
      `${TEXT}{"grace":"forced","late":0,"legs":{"connect":[-1]}}\n`,
      ':5: legs.connect.0',
    ],
  ])('%s', (_, text, message) => {
    let error: unknown;
    try {
      readSamples(file(text));
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode: EXIT.configuration, message: expect.stringContaining(message) });
  });

  test('a file that is not there', () => {
    expect(() => readSamples(join(folder, 'none'))).toThrow('cannot be read');
  });
});

describe('pooling says', () => {
  const other = (cluster: Partial<RunSamples['header']['cluster']>): RunSamples => ({
    ...RUN,
    header: { ...RUN.header, cluster: { ...RUN.header.cluster, ...cluster } },
  });

  test('nothing of runs on the same cluster', () => {
    expect(poolNotes([RUN, RUN])).toEqual([]);
  });

  test('that versions and clusters differ', () => {
    expect(poolNotes([RUN, other({ version: 'v1.34.0', where: 'production' })])).toEqual([
      'samples of different versions of Kubernetes are pooled: v1.35.4, v1.34.0',
      'samples of different clusters are pooled: staging, production',
    ]);
  });

  test('how much was not seen in time', () => {
    const [first] = RUN.kills;
    expect(poolNotes([{ ...RUN, kills: [{ ...first!, late: 3 }] }])[0]).toContain(
      '3 durations are known within bounds only',
    );
  });
});
