import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import type { Application, Container, PodTemplate } from '../../../src/scenario/scenario.ts';
import { INSTANT } from './environment.ts';
import { CAUSE, container, initContainer, KubeletLab, type KubeletLabOptions, probe } from './kubelet-lab.ts';

const KILLED_MS = 5000;

/** A pod that runs since long ago, until its sandbox is killed after five seconds. */
function killed(
  change: Partial<PodTemplate> = {},
  { until_ms = 60_000, ...options }: KubeletLabOptions & { readonly until_ms?: number } = {},
  meanwhile: (lab: KubeletLab) => void = () => {},
) {
  const lab = new KubeletLab(options);
  lab.restore(change);
  const { sandbox } = lab.worker();
  const process = lab.process();
  lab.at(KILLED_MS, () => lab.worker().killSandbox(CAUSE));
  meanwhile(lab);
  lab.run(until_ms);
  return { lab, sandbox: sandbox!, process };
}

const one = (application: Partial<Application> = {}, change: Partial<Container> = {}) => ({
  containers: [container(change, application)],
});

/** What the pod's object said, without the times. */
const said = (lab: KubeletLab) => lab.seen().map(({ phase, ready, address }) => [phase, ready, address]);

describe('a sandbox that is killed', () => {
  it('is noticed at the next look of the kubelet, which then starts all anew in another', () => {
    const { lab, sandbox, process } = killed(one());
    expect(process.exited_at_ms).toBeGreaterThan(KILLED_MS + 10);
    expect(process.exited_at_ms).toBeLessThanOrEqual(KILLED_MS + 1010);
    expect(sandbox.isUp).toBe(false);
    const next = lab.worker().sandbox!;
    expect(next).not.toBe(sandbox);
    expect(next.isUp).toBe(true);
    expect(next.address).not.toBe(sandbox.address);
    expect(next.created_at_ms).toBe(process.exited_at_ms);
    expect(lab.servingAt_ms()).toEqual([process.exited_at_ms]);
  });

  it('leaves its address to what runs in it, which answers until it is stopped', () => {
    const lab = new KubeletLab();
    lab.restore({ ...one({ on_sigterm: 'ignore' }), termination_grace_period_s: 20 });
    const { sandbox } = lab.worker();
    const process = lab.process();
    lab.at(KILLED_MS, () => lab.worker().killSandbox(CAUSE));
    lab.at(KILLED_MS + 19_900, () => expect([process.isServing, sandbox?.isUp]).toEqual([true, true]));
    lab.run(60_000);
    expect(process.exited_at_ms).toBeGreaterThan(KILLED_MS + 20_000);
    expect(process.exited_at_ms).toBeLessThanOrEqual(KILLED_MS + 21_000);
    expect(sandbox?.isUp).toBe(false);
  });

  it('costs a container that does not heed SIGTERM its whole grace period, with its hook in it', () => {
    const { process } = killed({
      ...one({ on_sigterm: 'ignore' }, { pre_stop: constant(4000) }),
      termination_grace_period_s: 10,
    });
    expect(process.exited_at_ms - KILLED_MS).toBeGreaterThan(10_000);
    expect(process.exited_at_ms - KILLED_MS).toBeLessThanOrEqual(11_000);
  });

  it('leaves the pod ready at its old address until the kubelet is through, then unready at the new one', () => {
    const ready = { readiness_probe: probe({ failure_threshold: 60 }) };
    const { lab, process } = killed({
      ...one({ on_sigterm: 'ignore', start_time: constant(1500) }, ready),
      termination_grace_period_s: 20,
    });
    expect(said(lab)).toEqual([
      ['Running', false, 'web@1'],
      ['Running', true, 'web@1'],
    ]);
    const [unready, again] = lab.seen();
    // Reported at the next look after the sync that has replaced everything.
    expect(unready!.at_ms).toBeGreaterThan(process.exited_at_ms);
    expect(unready!.at_ms).toBeLessThanOrEqual(process.exited_at_ms + 1000);
    expect(again!.at_ms).toBeGreaterThanOrEqual(lab.servingAt_ms()[0]!);
  });

  it('is told of by a readiness probe that fails while the container is being stopped', () => {
    const ready = { readiness_probe: probe({ failure_threshold: 2 }) };
    const { lab } = killed({
      ...one({ on_sigterm: 'exit', stop_time: constant(60_000) }, ready),
      termination_grace_period_s: 10,
    });
    expect(said(lab)).toEqual([
      ['Running', false, 'web'],
      ['Running', false, 'web@1'],
      ['Running', true, 'web@1'],
    ]);
    const [unready] = lab.seen();
    expect(unready!.at_ms - KILLED_MS).toBeLessThan(4000);
  });

  it('leaves a pod without a readiness probe ready, and gives it another address', () => {
    const { lab } = killed(one());
    expect(said(lab)).toEqual([['Running', true, 'web@1']]);
  });

  it('stops all containers at the same time, and starts all of them', () => {
    const { lab, process } = killed({
      containers: [
        container({}, { stop_time: constant(3000) }),
        container({ name: 'other' }, { stop_time: constant(1000) }),
      ],
    });
    expect(process.exited_at_ms - KILLED_MS).toBeLessThanOrEqual(4000);
    expect(lab.servingAt_ms()).toEqual([process.exited_at_ms, process.exited_at_ms]);
    expect(lab.process('other').hasExited).toBe(false);
  });

  it('does not count as an end of its containers: the next one of theirs is not put off, the one after is', () => {
    // The kubelet looks at the node while the next sandbox starts, and sees the container's end.
    const timing = { ...INSTANT, sandbox_start: constant(2500) };
    const { lab } = killed(one(), { timing, until_ms: 120_000 }, (each) => {
      each.at(20_000, () => each.process().kill(CAUSE));
      each.at(40_000, () => each.process().kill(CAUSE));
    });
    const [, second, third] = lab.servingAt_ms() as number[];
    expect(second! - 20_000).toBeLessThanOrEqual(1000);
    expect(third! - 40_000).toBeGreaterThan(10_000);
  });

  it('does not shorten the back-off of a container that is put off', () => {
    const { lab } = killed(one(), { until_ms: 120_000 }, (each) => {
      each.at(2000, () => each.process().kill(CAUSE));
      each.at(4000, () => each.process().kill(CAUSE));
    });
    const [, second] = lab.servingAt_ms() as number[];
    expect(second! - 4000).toBeGreaterThan(10_000);
    expect(lab.worker().sandbox?.address).toBe('web@1');
  });

  it('has the init containers run again, and the pod Pending meanwhile', () => {
    const { lab, process } = killed({
      ...one(),
      init_containers: [initContainer('first', 3000), initContainer('second', 2000)],
    });
    const [serving] = lab.servingAt_ms();
    expect(serving! - process.exited_at_ms).toBeGreaterThan(5000);
    expect(serving! - process.exited_at_ms).toBeLessThanOrEqual(7000);
    expect(said(lab)).toEqual([
      ['Pending', false, 'web@1'],
      // The containers are seen to wait no more for the last of them, and then to run.
      ['Running', false, 'web@1'],
      ['Running', true, 'web@1'],
    ]);
  });

  it('ends a pod that is never restarted', () => {
    const { lab, sandbox } = killed({ ...one(), restart_policy: 'Never' });
    expect(lab.servingAt_ms()).toEqual([]);
    expect(said(lab).at(-1)).toEqual(['Succeeded', false, 'web']);
    expect(lab.worker().sandbox).toBe(sandbox);
    expect(sandbox.isUp).toBe(false);
  });

  it('starts under OnFailure what ran, however it ended when it was stopped, and not what was done', () => {
    const containers = [container(), container({ name: 'done' })];
    const { lab } = killed({ containers, restart_policy: 'OnFailure' }, {}, (each) => {
      each.at(2000, () => each.process('done').terminate(CAUSE));
    });
    expect(lab.servingAt_ms()).toHaveLength(1);
    expect(lab.process('done').hasExited).toBe(true);
    expect(lab.process('web').hasExited).toBe(false);
  });

  it('is replaced once where it is killed twice before that is noticed', () => {
    const { lab } = killed(one(), {}, (each) => {
      each.at(KILLED_MS + 1, () => each.worker().killSandbox(CAUSE));
    });
    expect(lab.worker().sandbox?.address).toBe('web@1');
    expect(lab.servingAt_ms()).toHaveLength(1);
  });

  it('is replaced again where the next is killed', () => {
    const { lab } = killed(one(), {}, (each) => {
      each.at(20_000, () => each.worker().killSandbox(CAUSE));
    });
    expect(lab.worker().sandbox?.address).toBe('web@2');
    expect(said(lab).at(-1)).toEqual(['Running', true, 'web@2']);
  });

  it('does not keep a pod that is deleted while its containers are stopped', () => {
    const deleted = (at_ms: number) =>
      killed({ ...one({ on_sigterm: 'ignore' }), termination_grace_period_s: 10 }, {}, (each) =>
        each.at(at_ms, () => each.delete(3)),
      ).lab.goneAt_ms();
    // The sync goes on to its end, and starts what the deletion then stops.
    expect(deleted(KILLED_MS + 4000)).toBeGreaterThan(KILLED_MS + 10_000 + 3000);
    expect(deleted(KILLED_MS + 4000)).toBeLessThan(KILLED_MS + 10_000 + 3000 + 5000);
  });

  it('takes the time of its going, and of the next one', () => {
    const slow = { ...INSTANT, sandbox_stop: constant(700), sandbox_start: constant(2000) };
    const { lab, process } = killed(one(), { timing: slow });
    expect(lab.servingAt_ms()[0]! - process.exited_at_ms).toBeCloseTo(2700, 6);
  });
});

describe('containers that a sync stops one after the other', () => {
  it('start as if none of them had just ended, though the kubelet has seen that it did', () => {
    const lab = new KubeletLab();
    const hangs = { liveness_probe: probe({ failure_threshold: 1, timeout_s: 1 }) };
    const names = ['a', 'b', 'c'];
    lab.restore({
      containers: names.map((name) => container({ name, ...hangs })),
      termination_grace_period_s: 5,
    });
    // The first to fail its probe is stopped by one sync, the two others by the next.
    lab.at(3000, () => {
      for (const name of names) lab.process(name).stop(CAUSE);
    });
    // An end of each that is put off only if another has counted.
    lab.at(40_000, () => {
      for (const name of names) lab.process(name).kill(CAUSE);
    });
    lab.run(60_000);
    const served_ms = lab.servingAt_ms();
    expect(served_ms).toHaveLength(6);
    expect(served_ms[2]).toBeGreaterThan(3000 + 15_000);
    expect(served_ms[5]).toBeLessThanOrEqual(41_000);
  });
});
