import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/scenario/scenario.ts';
import type { FaultEvent } from '../../src/timeline/event.ts';
import {
  appendTrials,
  batchSeed,
  dropTrials,
  type MeasuredTrial,
  measuredFile,
  nextBatch,
  readTrials,
  sortTrials,
} from './measured-trials.ts';
import { observed } from './observations.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-measured-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const row = (change: Partial<MeasuredTrial> = {}): MeasuredTrial => ({
  schema: 'foreshock.measured-trial/v1',
  date: '2026-11-21T10:00:00.000Z',
  version: '0.1.0',
  where: 'kubernetes v1.35.4, 2 nodes',
  machine: '2 cores',
  fingerprint: 'today',
  seed: batchSeed(1),
  trial: 0,
  observation: observed([300]),
  events: [{ type: 'note', at_ms: 1.5, text: 'seen' }],
  ...change,
});

describe('measured trials on disk', () => {
  it('are read as they were written, in their order, batch after batch', () => {
    const file = measuredFile(join(folder, 'deeper'), 'one-forced');
    expect(readTrials(file)).toEqual([]);
    const rows = [row(), row({ trial: 1, observation: observed([10, 20], 1) }), row({ seed: batchSeed(2) })];
    appendTrials(file, rows.slice(0, 2));
    appendTrials(file, rows.slice(2));
    expect(JSON.stringify(readTrials(file))).toBe(JSON.stringify(rows));
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(3);
  });

  it('are kept to the microsecond', () => {
    const file = measuredFile(folder, 'x');
    appendTrials(file, [row({ events: [{ type: 'note', at_ms: 1.234_567_890_1, text: '' }] })]);
    expect(readTrials(file)[0]?.events[0]).toMatchObject({ at_ms: 1.234_568 });
  });

  it('say which line is broken', () => {
    const file = measuredFile(folder, 'x');
    appendTrials(file, [row()]);
    appendFileSync(file, '{"schema": "foreshock.meas');
    expect(() => readTrials(file)).toThrow(/x\.jsonl:2: not a line of JSON/);
    dropTrials(file);
    appendFileSync(file, '{"schema": "other/v1"}\n');
    expect(() => readTrials(file)).toThrow(/x\.jsonl:1: not a foreshock\.measured-trial\/v1/);
  });
});

describe('sortTrials', () => {
  it('counts the valid ones of the scenario as it is', () => {
    const invalid = row({ observation: { ...observed([1]), valid: false } });
    const stale = row({ fingerprint: 'yesterday' });
    const valid = row();
    expect(sortTrials([invalid, stale, valid], 'today', [])).toEqual({
      valid: [valid],
      invalid: [invalid],
      stale: [stale],
    });
  });
});

describe('a trial whose fault came late', () => {
  const fault = { type: 'pod-kill', at_ms: [1000, 2000] } as unknown as Fault;
  const begun = (at_ms: number): FaultEvent => ({
    ...{ type: 'fault-begin', at_ms, fault: 0, repetition: 1, name: 'pod-kill', targets: [] },
  });
  const counted = (at_ms: number, of: Fault) => {
    const trial = row({ events: [begun(at_ms)] });
    return sortTrials([trial], trial.fingerprint, [of]).valid.length;
  };

  it('does not count: the machine was busy with something else', () => {
    expect(counted(2009, fault)).toBe(1);
    expect(counted(2101, fault)).toBe(0);
  });

  it('counts where a command causes it, which takes its time to start', () => {
    expect(counted(2700, { ...fault, type: 'node-loss' } as Fault)).toBe(1);
  });
});

describe('nextBatch', () => {
  it('has a seed that no kept trial has, of whatever scenario', () => {
    expect(nextBatch([])).toBe(1);
    expect(nextBatch([row(), row({ seed: batchSeed(2), fingerprint: 'yesterday' })])).toBe(3);
  });
});
