import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PodEvent } from '../../src/timeline/event.ts';
import { PHASES, PhaseRecorder } from '../../src/timeline/phases.ts';

const pod = (at_ms: number, name: string, change: Partial<PodEvent>): PodEvent => ({
  type: 'pod',
  at_ms,
  pod: name,
  node: undefined,
  workload: 'web',
  phase: 'Pending',
  ready: false,
  terminating: false,
  gone: false,
  ...change,
});
const endpoints = (at_ms: number, ready: string[]) =>
  ({ type: 'endpoints', at_ms, service: 'web', ready, terminating: [] }) as const;
const NOTHING = { reaction: 0, scheduling: 0, start: 0, readiness: 0, endpoint: 0, route: 0, other: 0 };
const RUNNING = { node: 'node-1', phase: 'Running' } as const;

describe('PhaseRecorder', () => {
  it('follows the pod that ended the outage from its creation to the first good request', () => {
    const recorder = new PhaseRecorder();
    recorder.record(pod(0, 'old', { ...RUNNING, ready: true }));
    recorder.record(endpoints(0, ['old']));
    recorder.record(pod(1010, 'old', { gone: true }));
    recorder.record(endpoints(1020, []));
    recorder.record(pod(1050, 'new', {}));
    recorder.record(pod(1060, 'new', { node: 'node-2' }));
    recorder.record(pod(2000, 'new', RUNNING));
    recorder.record(pod(3500, 'new', { ...RUNNING, ready: true }));
    recorder.record(endpoints(3520, ['new']));
    expect(recorder.phases([{ begin_ms: 1000, end_ms: 3600, failed_requests: 26 }])).toEqual({
      ...NOTHING,
      reaction: 50,
      scheduling: 10,
      start: 940,
      readiness: 1500,
      endpoint: 20,
      route: 80,
    });
  });

  it('has no reaction and no start for a pod that was there all the time', () => {
    const recorder = new PhaseRecorder();
    recorder.record(pod(0, 'web', { ...RUNNING, ready: true }));
    recorder.record(endpoints(0, ['web']));
    recorder.record(pod(1500, 'web', RUNNING));
    recorder.record(endpoints(1510, []));
    recorder.record(pod(4000, 'web', { ...RUNNING, ready: true }));
    recorder.record(endpoints(4010, ['web']));
    expect(recorder.phases([{ begin_ms: 1000, end_ms: 4050, failed_requests: 30 }])).toEqual({
      ...NOTHING,
      readiness: 3000,
      endpoint: 10,
      route: 40,
    });
  });

  it('takes a pod of the same name for another once the first is gone', () => {
    const recorder = new PhaseRecorder();
    recorder.record(pod(0, 'web-0', { ...RUNNING, ready: true }));
    recorder.record(endpoints(0, ['web-0']));
    recorder.record(pod(2000, 'web-0', { ...RUNNING, gone: true }));
    recorder.record(endpoints(2001, []));
    recorder.record(pod(2100, 'web-0', {}));
    recorder.record(pod(2110, 'web-0', { node: 'node-1' }));
    recorder.record(pod(2500, 'web-0', { ...RUNNING, ready: true }));
    recorder.record(endpoints(2600, ['web-0']));
    const { reaction, readiness, start } = recorder.phases([
      { begin_ms: 1000, end_ms: 2600, failed_requests: 16 },
    ]);
    expect([reaction, start, readiness]).toEqual([1100, 390, 0]);
  });

  it('calls an outage that no arrival ended by no phase, and always adds up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(10_000), fc.constantFrom('a', 'b', 'c'), fc.nat(15)), { maxLength: 40 }),
        fc.nat(9000),
        fc.integer({ min: 1, max: 5000 }),
        (changes, begin_ms, length_ms) => {
          const recorder = new PhaseRecorder();
          const ready = new Set<string>();
          for (const [at_ms, name, bits] of changes.sort(([a], [b]) => a - b)) {
            const isReady = (bits & 4) > 0;
            const node = (bits & 1) > 0 ? 'node-1' : undefined;
            const phase = (bits & 2) > 0 ? 'Running' : 'Pending';
            recorder.record(pod(at_ms, name, { node, phase, ready: isReady, gone: (bits & 8) > 0 }));
            if (isReady) ready.add(name);
            else ready.delete(name);
            recorder.record(endpoints(at_ms, [...ready]));
          }
          const outage = { begin_ms, end_ms: begin_ms + length_ms, failed_requests: 1 };
          const phases = recorder.phases([outage]);
          const sum = PHASES.reduce((total, phase) => total + phases[phase], 0);
          expect(sum).toBeCloseTo(length_ms, 6);
          for (const phase of PHASES) expect(phases[phase]).toBeGreaterThanOrEqual(0);
        },
      ),
    );
    const empty = new PhaseRecorder();
    expect(empty.phases([{ begin_ms: 5, end_ms: 8, failed_requests: 1 }])).toEqual({ ...NOTHING, other: 3 });
  });
});
