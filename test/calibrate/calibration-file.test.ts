import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Calibration, calibrationText, readCalibration } from '../../src/calibrate/calibration-file.ts';
import { constant } from '../../src/scenario/distribution.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { ScenarioError } from '../../src/scenario/problem.ts';
import { TIMING } from '../../src/scenario/timing.ts';
import { expectGolden } from '../report/golden.ts';
import { CALIBRATION } from './calibration.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'foreshock-calibration-'));
  folders.push(folder);
  const file = join(folder, 'calibration.json');
  writeFileSync(file, text);
  return file;
}

const read = (text: string): Calibration => readCalibration(fileWith(text));

function errorOf(text: string): ScenarioError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error('the calibration is read');
}

const TEXT = calibrationText(CALIBRATION);

describe('the file', () => {
  it('is as it was when somebody last looked at it', () => {
    expectGolden('calibrate/calibration.json', TEXT);
  });

  it('is JSON, in the order of the table of timers, and the same for the same calibration', () => {
    const content = JSON.parse(TEXT);
    const names = Object.keys(TIMING).filter((name) => name in CALIBRATION.timing);
    expect(Object.keys(content.timing)).toEqual(names);
    expect(Object.keys(content.applications)).toEqual(['shop/server', 'web']);
    expect(Object.keys(content.applications['shop/server'])).toEqual(['service_time', 'stop_time']);
    expect(calibrationText(structuredClone(CALIBRATION))).toBe(TEXT);
  });

  it('is read as it was written', () => {
    const back = read(TEXT);
    expect(calibrationText(back)).toBe(TEXT);
    for (const [name, entry] of Object.entries(CALIBRATION.timing)) {
      const other = back.timing[name as keyof typeof back.timing];
      expect(other?.distribution).toEqual(entry?.distribution);
      expect(other?.n).toBe(entry?.n);
      expect(other?.warning).toBe(entry?.warning);
      expect(other?.source).toBe(entry?.source);
      expect(other?.goodness?.family).toBe(entry?.goodness?.family);
      expect(other!.mean_ms / entry!.mean_ms).toBeCloseTo(1, 5);
    }
    expect(back.applications.web?.start_time?.distribution.kind).toBe('empirical');
    expect(back.applications['shop/server']?.stop_time?.distribution).toEqual(constant(10));
  });

  it('may leave everything out that was not measured', () => {
    const nothing = { ...CALIBRATION, timing: {}, applications: {} };
    expect(read(calibrationText(nothing))).toEqual(nothing);
  });
});

describe('mistakes', () => {
  it('are all found, each with file, line and column', () => {
    const broken = TEXT.replace('"api_write"', '"api_wirte"')
      .replace('"nodes": 2', '"nodes": 0')
      .replace('"2026-11-21T10:00:00Z"', '"yesterday"')
      .replace(/"n": 3,/, '"n": 2.5,');
    const error = errorOf(broken);
    expect(error.exitCode).toBe(EXIT.configuration);
    const lines = broken.split('\n');
    const shown = error.problems.map(({ position: { line, column }, message, hint }) => ({
      at: lines[line - 1]!.slice(column - 1),
      message,
      hint,
    }));
    expect(shown).toEqual([
      { at: '"yesterday",', message: '`date` cannot be "yesterday"', hint: undefined },
      { at: '0', message: '`cluster.nodes` cannot be 0', hint: undefined },
      {
        at: '"api_wirte": {',
        message: 'unknown field `api_wirte` in `timing`',
        hint: 'did you mean `api_write`?',
      },
      { at: '2.5,', message: '`timing.kube_proxy_sync.n` cannot be 2.5', hint: undefined },
    ]);
    expect(error.message).toContain('calibration.json:3:11: `date` cannot be "yesterday"');
  });

  it.each([
    ['a distribution without a unit', '"10ms"', '10', 'cannot be 10; expected a duration'],
    ['an unknown distribution', '"lognormal"', '"lognorm"', 'unknown field `lognorm`'],
    ['a p that is none', /"p": [\d.]+/, '"p": 1.2', 'expected a number of at most 1'],
    ['another version', 'calibration/v1', 'calibration/v2', 'expected foreshock.calibration/v1'],
    ['a field of an application', '"start_time"', '"begin_time"', 'unknown field `begin_time`'],
    ['what is no JSON', '{', '{{', 'broken YAML'],
  ])('%s', (_, from, to, message) => {
    expect(errorOf(TEXT.replace(from, to)).message).toContain(message);
  });

  it('no content, no file', () => {
    expect(errorOf('').message).toContain('the file is empty; expected a calibration (docs/calibration.md)');
    expect(errorOf(`${TEXT}---\n${TEXT}`).message).toContain('expected one calibration a file');
    expect(() => readCalibration('nowhere/calibration.json')).toThrow('there is no such file');
    expect(errorOf('[]').message).toContain('the file cannot be a list; expected a mapping');
  });
});
