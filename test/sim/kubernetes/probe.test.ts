import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { INSTANT } from './environment.ts';
import { container, KubeletLab, probe } from './kubelet-lab.ts';

const trials = <T>(count: number, run: (trial: number) => T): T[] =>
  Array.from({ length: count }, (_, trial) => run(trial));

const readyAt_ms = (lab: KubeletLab): number => lab.seen().find(({ ready }) => ready)?.at_ms ?? Number.NaN;

describe('a readiness probe', () => {
  it('is asked as often in a row as its thresholds say before the pod is ready, or no more', () => {
    const lab = new KubeletLab();
    const readiness_probe = probe({ success_threshold: 3, failure_threshold: 4, period_s: 2 });
    lab.start({ containers: [container({ readiness_probe })] });
    lab.at(20_500, () =>
      lab.process().kill({ mechanism: 'test', begin_ms: 0, end_ms: 0, before: undefined }),
    );
    lab.run(20_400);
    const successes = lab.probes('readiness').filter(({ success }) => success);
    expect(readyAt_ms(lab)).toBe(successes[2]!.at_ms);
  });

  it('that takes longer than its period is asked again right after, once for what was missed', () => {
    const lab = new KubeletLab();
    lab.restore({ containers: [container({ readiness_probe: probe({ period_s: 1, timeout_s: 5 }) })] });
    lab.at(2500, () => lab.process().stop({ mechanism: 'test', begin_ms: 0, end_ms: 0, before: undefined }));
    lab.at(9700, () => lab.process().resume());
    lab.run(14_000);
    const all = lab.probes('readiness');
    const failed = all.findIndex(({ success }) => !success);
    const beat_ms = all[0]!.at_ms % 1000;
    // The first is asked on the beat and fails after five seconds; the next begins then, and is answered at 9700.
    expect(all[failed]!.at_ms % 1000).toBeCloseTo(beat_ms, 6);
    expect(all[failed + 1]).toEqual({ at_ms: 9700, success: true });
    // What was missed meanwhile is made up for at once, by one attempt; then the beat goes on.
    expect(all[failed + 2]!.at_ms).toBe(9700);
    expect(all[failed + 3]!.at_ms % 1000).toBeCloseTo(beat_ms, 6);
  });
});

describe('a startup probe', () => {
  it('is asked once a period from the start of the pod on, and never again once it has passed', () => {
    const lab = new KubeletLab();
    lab.start({
      containers: [
        container(
          { startup_probe: probe({ period_s: 3, failure_threshold: 30 }) },
          { start_time: constant(7000) },
        ),
      ],
    });
    lab.run(60_000);
    expect(lab.probes('startup')).toEqual([
      { at_ms: 3000, success: false },
      { at_ms: 6000, success: false },
      { at_ms: 9000, success: true },
    ]);
    // Without a readiness probe it is ready from there on.
    expect(readyAt_ms(lab)).toBe(9000);
  });

  it('holds the others back; with its success the sync asks for readiness at once', () => {
    for (const trial of [0, 1, 2, 3]) {
      const lab = new KubeletLab({ trial });
      const startup_probe = probe({ period_s: 4, failure_threshold: 30 });
      const readiness_probe = probe({ period_s: 60 });
      const liveness_probe = probe({ period_s: 1, failure_threshold: 1 });
      lab.start({
        containers: [
          container({ startup_probe, readiness_probe, liveness_probe }, { start_time: constant(10_000) }),
        ],
      });
      lab.run(60_000);
      expect(lab.probes('liveness').filter(({ at_ms }) => at_ms < 12_000)).toEqual([]);
      expect(lab.probes('readiness')[0]).toEqual({ at_ms: 12_000, success: true });
      expect(readyAt_ms(lab)).toBe(12_000);
    }
  });

  it('is followed by readiness at once, or where the pod was just synced with the next look: as on a real cluster', () => {
    // Kubernetes 1.35.4, 60 pods whose probes have a period of 1 s: 20 at once, the others evenly within a second.
    const after_ms = trials(300, (trial) => {
      const lab = new KubeletLab({ trial, timing: { ...INSTANT, probe_request: constant(2) } });
      const [startup_probe, readiness_probe] = [probe({ failure_threshold: 30 }), probe()];
      lab.start({
        mounts_volumes: true,
        containers: [container({ startup_probe, readiness_probe }, { start_time: constant(2050) })],
      });
      lab.run(10_000);
      const passed = lab.probes('startup').find(({ success }) => success);
      const ready = lab.probes('readiness').find(({ success }) => success);
      return ready!.at_ms - passed!.at_ms;
    });
    const atOnce = after_ms.filter((each) => each < 20).length / after_ms.length;
    expect(atOnce).toBeGreaterThan(0.22);
    expect(atOnce).toBeLessThan(0.46);
    const later = after_ms.filter((each) => each >= 20);
    expect(Math.max(...later)).toBeLessThanOrEqual(1005);
    expect(later.reduce((a, b) => a + b, 0) / later.length).toBeGreaterThan(400);
    expect(later.reduce((a, b) => a + b, 0) / later.length).toBeLessThan(600);
  });

  it('that fails too often has its container stopped and started again by the same sync, and begins anew', () => {
    const lab = new KubeletLab();
    const startup_probe = probe({ period_s: 2, failure_threshold: 3 });
    lab.start({
      containers: [container({ startup_probe }, { start_time: constant(1e9), stop_time: constant(500) })],
    });
    lab.run(13_500);
    const failed = lab.probes('startup').map(({ at_ms }) => at_ms);
    expect(failed).toEqual([2000, 4000, 6000, 8000, 10_000, 12_000]);
    expect(lab.process().started_at_ms).toBe(12_500);
  });
});

it('a grpc readiness probe of a program that starts late fails for its whole timeout at each attempt', () => {
  const lab = new KubeletLab();
  // Measured, Kubernetes 1.35.4: period 4 s, timeout 3 s; an attempt that a sync asked for meanwhile comes right after.
  lab.start({
    containers: [
      container(
        { readiness_probe: probe({ handler: 'grpc', period_s: 4, timeout_s: 3, failure_threshold: 1 }) },
        { start_time: constant(1e9) },
      ),
    ],
  });
  lab.run(40_000);
  const failed = lab.probes('readiness').map(({ at_ms }) => at_ms);
  const gaps = failed.slice(1).map((at_ms, index) => at_ms - failed[index]!);
  for (const gap_ms of gaps) expect([3000, 4000, 7000]).toContain(Math.round(gap_ms));
  expect(gaps.filter((gap_ms) => Math.round(gap_ms) === 4000).length).toBeGreaterThan(5);
});

it('in one of eight new containers the first attempt comes too early to count', () => {
  const late = trials(400, (trial) => {
    const lab = new KubeletLab({ trial });
    lab.start({ containers: [container({ readiness_probe: probe({ period_s: 10 }) })] });
    lab.run(30_000);
    return readyAt_ms(lab) > 9000;
  });
  const share = late.filter(Boolean).length / late.length;
  expect(share).toBeGreaterThan(0.07);
  expect(share).toBeLessThan(0.18);
});
