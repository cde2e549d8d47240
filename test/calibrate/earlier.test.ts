import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEarlier } from '../../src/calibrate/earlier.ts';
import { legsOfTimeline } from '../../src/calibrate/timeline-legs.ts';
import type { PodEvent, TimelineEvent } from '../../src/timeline/event.ts';
import { subjectScenario } from './subject-scenario.ts';

const { subject } = subjectScenario();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-earlier-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const header = (where: string): TimelineEvent => ({
  type: 'header',
  version: 1,
  arm: 'chaos',
  scenario: 'one-forced',
  seed: '1',
  trial: 0,
  window_ms: 9000,
  rate_per_s: 100,
  latency_limit_ms: 1000,
  replica_rps: {},
  where,
});
const pod = (at_ms: number, name: string, more: Partial<PodEvent> = {}): TimelineEvent => ({
  ...{ type: 'pod', pod: name, workload: 'nginx', node: undefined, phase: 'Pending' },
  ...{ ready: false, terminating: false, gone: false },
  ...more,
  at_ms,
});
const kill = (at_ms: number, ...targets: string[]): TimelineEvent => ({
  ...{ type: 'fault-begin', fault: 0, repetition: 0, name: 'pod-kill' },
  at_ms,
  targets,
});
const EVENTS: readonly TimelineEvent[] = [
  pod(0, 'old', { node: 'node-1', ready: true }),
  kill(2000, 'old'),
  pod(2010, 'old', { node: 'node-1', ready: true, terminating: true }),
  { type: 'endpoints', at_ms: 2025, service: 'nginx', ready: [], terminating: ['old'] },
  pod(2033, 'new'),
  pod(2051, 'new', { node: 'node-2' }),
  pod(4900, 'new', { node: 'node-2', ready: true }),
  { type: 'endpoints', at_ms: 4917, service: 'nginx', ready: ['new'], terminating: [] },
];

describe('the timeline of a trial', () => {
  test('tells of what its watch saw', () => {
    const exactly = (ms: number) => [{ low_ms: ms, high_ms: ms }];
    expect(legsOfTimeline(EVENTS)).toEqual({
      deletion_to_created: exactly(23),
      created_to_assigned: exactly(18),
      deletion_to_slice: exactly(15),
      ready_to_slice: exactly(17),
    });
  });

  test.each([
    ['of another fault', [{ ...kill(2000, 'old'), name: 'node-loss' } as TimelineEvent]],
    ['of several pods', [kill(2000, 'old', 'older')]],
    ['of two kills', [kill(2000, 'old'), kill(5000, 'new')]],
    ['of no fault', []],
  ])('%s tells nothing', (_, faults) => {
    const others = EVENTS.filter(({ type }) => type !== 'fault-begin');
    expect(legsOfTimeline([...others, ...faults])).toBeUndefined();
  });
});

describe('a folder of results', () => {
  const write = (name: string, where: string, events = EVENTS) => {
    mkdirSync(join(folder, 'timelines'), { recursive: true });
    const text = [header(where), ...events].map((event) => `${JSON.stringify(event)}\n`).join('');
    writeFileSync(join(folder, 'timelines', name), text);
  };

  test('gives the kills of its measured trials', () => {
    write('measured-001.jsonl', 'kubernetes v1.35.4, 2 nodes');
    write('measured-002.jsonl', 'kubernetes v1.35.4, 2 nodes');
    write('predicted-001.jsonl', 'simulator');
    const { header: found, kills } = readEarlier(folder, subject);
    expect(kills).toHaveLength(2);
    expect(found).toMatchObject({ scenario: 'one-forced', application: subject.application });
    expect(found.cluster).toEqual({ version: 'v1.35.4', where: `the cluster of ${folder}`, nodes: 2 });
  });

  test.each([
    ['of the embedded cluster', 'embedded', EVENTS],
    ['without a kill', 'kubernetes v1.35.4, 2 nodes', []],
  ])('%s is refused', (_, where, events) => {
    write('measured-001.jsonl', where, events);
    expect(() => readEarlier(folder, subject)).toThrow('no kill of a single pod on a real cluster');
  });

  test('without timelines is refused', () => {
    expect(() => readEarlier(folder, subject)).toThrow('no kill of a single pod');
  });
});
