import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import type { Application, Container } from '../../../src/scenario/scenario.ts';
import { INSTANT } from './environment.ts';
import { CAUSE, container, initContainer, KubeletLab, probe } from './kubelet-lab.ts';

const READY = { readiness_probe: probe() };

/** A pod of long ago is deleted at 2000 ms; how long after that its process ends, and its object. */
function deleted(
  grace_period_s: number,
  change: Partial<Container> = {},
  application: Partial<Application> = {},
  before: (lab: KubeletLab) => void = () => {},
) {
  const lab = new KubeletLab();
  lab.restore({
    containers: [container({ ...READY, ...change }, { stop_time: constant(0), ...application })],
  });
  const process = lab.process();
  before(lab);
  lab.at(2000, () => lab.delete(grace_period_s));
  lab.run(200_000);
  return { lab, ended_ms: process.exited_at_ms - 2000, gone_ms: (lab.goneAt_ms() ?? Number.NaN) - 2000 };
}

describe('a pod that is deleted', () => {
  it('ends at once where its program does, and its object goes with the next look at the node', () => {
    const { lab, ended_ms, gone_ms } = deleted(30);
    expect(ended_ms).toBe(0);
    expect(gone_ms).toBeGreaterThan(0);
    expect(gone_ms).toBeLessThanOrEqual(1000);
    expect(lab.worker).toThrow();
  });

  it('is ready until nothing of it runs any more, and is then over', () => {
    const { lab } = deleted(30, {}, { on_sigterm: 'serve', stop_time: constant(5000) });
    expect(lab.seen().map(({ phase, ready, at_ms }) => [phase, ready, at_ms])).toEqual([
      ['Running', true, 2000],
      ['Succeeded', false, 7000],
    ]);
  });

  it('is probed for readiness while it ends, and not for liveness: it turns unready where it refuses', () => {
    const { lab } = deleted(
      30,
      { readiness_probe: probe({ failure_threshold: 2 }), liveness_probe: probe({ failure_threshold: 1 }) },
      { on_sigterm: 'exit', stop_time: constant(8000) },
    );
    const [, unready, over] = lab.seen();
    expect(unready).toMatchObject({ phase: 'Running', ready: false });
    expect(unready!.at_ms - 2000).toBeGreaterThan(1000);
    expect(unready!.at_ms - 2000).toBeLessThanOrEqual(2000);
    expect(over).toMatchObject({ phase: 'Succeeded', at_ms: 10_000 });
    expect(lab.probes('liveness').filter(({ at_ms }) => at_ms > 2000)).toEqual([]);
    expect(lab.probes('readiness').filter(({ at_ms }) => at_ms > 10_000)).toEqual([]);
  });

  it('is killed when its grace period is over, and after two seconds at the least', () => {
    expect(deleted(30, {}, { on_sigterm: 'ignore' }).ended_ms).toBe(30_000);
    expect(deleted(1, {}, { on_sigterm: 'ignore' }).ended_ms).toBe(2000);
    expect(deleted(0, {}, { on_sigterm: 'ignore' }).ended_ms).toBe(2000);
  });

  it('has the time of its hook taken off its grace period in whole seconds, rounded down', () => {
    const ended_ms = (grace_s: number, hook_ms: number) =>
      deleted(grace_s, { pre_stop: constant(hook_ms) }, { on_sigterm: 'ignore' }).ended_ms;
    expect(ended_ms(10, 4000)).toBe(10_000);
    expect(ended_ms(10, 4500)).toBe(10_500);
    expect(ended_ms(10, 700)).toBe(10_700);
    // Two seconds are left to SIGTERM; a hook that is longer than the grace period is not waited for.
    expect(ended_ms(10, 9500)).toBe(11_500);
    expect(ended_ms(10, 60_000)).toBe(12_000);
    expect(ended_ms(0, 60_000)).toBe(3000);
  });

  it('stops its containers at once, each with its own hook, and then its sandbox', () => {
    const lab = new KubeletLab();
    lab.restore({
      containers: [
        container({ pre_stop: constant(3000) }, { stop_time: constant(0) }),
        container({ name: 'other' }, { stop_time: constant(1000) }),
      ],
    });
    const processes = [lab.process('web'), lab.process('other')];
    const { sandbox } = lab.worker();
    lab.at(2000, () => lab.delete(30));
    lab.at(4999, () => expect(sandbox?.isUp).toBe(true));
    lab.run(5001);
    expect(processes.map(({ exited_at_ms }) => exited_at_ms)).toEqual([5000, 3000]);
    expect(sandbox?.isUp).toBe(false);
  });

  it('takes its whole grace period where its program hangs: SIGTERM waits', () => {
    const { ended_ms } = deleted(30, {}, {}, (lab) => lab.at(1000, () => lab.process().stop(CAUSE)));
    expect(ended_ms).toBe(30_000);
  });

  it('heeds the SIGTERM that it got while it hung when it goes on', () => {
    const { ended_ms } = deleted(30, {}, {}, (lab) => {
      const process = lab.process();
      lab.at(1000, () => process.stop(CAUSE));
      lab.at(9000, () => process.resume());
    });
    expect(ended_ms).toBe(7000);
  });

  it('has the grace period that it was first deleted with, however soon it is deleted again', () => {
    const { lab, ended_ms } = deleted(20, {}, { on_sigterm: 'ignore' }, (each) =>
      each.at(5000, () => each.delete(0)),
    );
    expect(lab.goneAt_ms()).toBe(5000);
    expect(ended_ms).toBe(20_000);
  });

  it('leaves no object where it was deleted by force, though its container has two seconds', () => {
    const { lab, ended_ms, gone_ms } = deleted(0, {}, { on_sigterm: 'ignore' });
    expect(gone_ms).toBe(0);
    expect(ended_ms).toBe(2000);
    expect(lab.worker).toThrow();
  });

  it('waits for a sync that is under way, and then for a newer look at the node', () => {
    const lab = new KubeletLab({ timing: { ...INSTANT, sandbox_start: constant(5000) } });
    lab.start({ containers: [container()] });
    lab.at(1000, () => lab.delete(30));
    lab.run(60_000);
    // The container was started, and served, before it was stopped.
    expect(lab.servingAt_ms()).toEqual([5000]);
    expect(lab.goneAt_ms()).toBeGreaterThan(5000);
    expect(lab.goneAt_ms()).toBeLessThanOrEqual(7010);
  });

  it('is given up at once while it waits for its volumes', () => {
    const lab = new KubeletLab({ timing: { ...INSTANT, kubelet_volume_wait: constant(20_000) } });
    lab.start({ mounts_volumes: true });
    lab.at(1000, () => lab.delete(30));
    lab.run(60_000);
    expect(lab.servingAt_ms()).toEqual([]);
    expect(lab.goneAt_ms()).toBeLessThanOrEqual(3000);
  });

  it('waits for its volumes to go: a look that comes too soon costs 300 ms', () => {
    const lateness_ms = Array.from({ length: 200 }, (_, trial) => {
      const gone_ms = (mounts_volumes: boolean) => {
        const lab = new KubeletLab({ trial });
        lab.restore({ mounts_volumes, containers: [container({}, { stop_time: constant(0) })] });
        lab.at(2000, () => lab.delete(30));
        lab.run(10_000);
        return lab.goneAt_ms() as number;
      };
      return gone_ms(true) - gone_ms(false);
    });
    for (const late_ms of lateness_ms) expect([0, 300]).toContain(Math.round(late_ms));
    // The look comes anywhere in a second; the volumes are gone within 0 to 200 ms, 100 on average.
    const share = lateness_ms.filter((late_ms) => late_ms > 0).length / lateness_ms.length;
    expect(share).toBeGreaterThan(0.04);
    expect(share).toBeLessThan(0.18);
  });

  it('stops its init container where that still runs', () => {
    const lab = new KubeletLab();
    lab.start({ init_containers: [initContainer('a', 50_000)] });
    lab.at(5000, () => lab.delete(10));
    lab.run(60_000);
    expect(lab.goneAt_ms()).toBeGreaterThan(15_000);
    expect(lab.goneAt_ms()).toBeLessThanOrEqual(16_010);
    expect(lab.servingAt_ms()).toEqual([]);
  });
});

describe('a program that hangs', () => {
  it('is found by its readiness probe after so many timeouts, one after the other', () => {
    const lab = new KubeletLab();
    lab.restore({
      containers: [container({ readiness_probe: probe({ timeout_s: 2, failure_threshold: 3 }) })],
    });
    lab.at(1000, () => lab.process().stop(CAUSE));
    lab.at(30_000, () => lab.process().resume());
    lab.run(60_000);
    const failed = lab.probes('readiness').filter(({ success }) => !success);
    // A period of one second and a timeout of two: each attempt begins when the one before is over.
    for (const [index, { at_ms }] of failed.slice(1).entries()) {
      if (index > 0 && at_ms < 30_000) expect(at_ms - failed[index]!.at_ms).toBeCloseTo(2000, 6);
    }
    expect(failed[0]!.at_ms - 1000).toBeGreaterThan(2000);
    expect(failed[0]!.at_ms - 1000).toBeLessThanOrEqual(3000);
    const [unready, ready] = lab.seen();
    expect(unready!.at_ms).toBe(failed[2]!.at_ms);
    // The attempt that was under way is answered.
    expect(ready).toMatchObject({ ready: true, at_ms: 30_000 });
  });

  it('is ready for a tcp probe until its accept queue is full', () => {
    const lab = new KubeletLab();
    lab.restore({
      containers: [container({ readiness_probe: probe({ handler: 'tcp', failure_threshold: 1 }) })],
    });
    lab.at(1000, () => lab.process().stop(CAUSE));
    lab.at(20_000, () => {
      while (lab.process().accept());
    });
    lab.run(40_000);
    expect(lab.seen().map(({ ready }) => ready)).toEqual([false]);
    expect(lab.seen()[0]!.at_ms).toBeGreaterThan(21_000);
    expect(lab.seen()[0]!.at_ms).toBeLessThanOrEqual(22_000);
  });

  it('is stopped and started again by its liveness probe, with all of its grace period in between', () => {
    // Measured, Kubernetes 1.35.4: attempts every 2 s from the probe's own beat, each failing after 1 s; two of them;
    // SIGKILL after 6 s; restarted by the same sync, and ready all the while.
    const lab = new KubeletLab();
    lab.restore({
      termination_grace_period_s: 6,
      containers: [container({ liveness_probe: probe({ period_s: 2, failure_threshold: 2 }) })],
    });
    const process = lab.process();
    lab.at(1000, () => process.stop(CAUSE));
    lab.run(60_000);
    const [first, second] = lab.probes('liveness').filter(({ success }) => !success);
    expect(second!.at_ms - first!.at_ms).toBeCloseTo(2000, 6);
    expect(process.exited_at_ms - second!.at_ms).toBeCloseTo(6000, 6);
    expect(lab.servingAt_ms()).toEqual([process.exited_at_ms]);
    expect(lab.seen()).toEqual([]);
  });
});
