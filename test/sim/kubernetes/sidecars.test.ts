import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import type { Application, Container } from '../../../src/scenario/scenario.ts';
import { CAUSE, container, initContainer, KubeletLab, probe } from './kubelet-lab.ts';

const sidecar = (name: string, change: Partial<Container> = {}, application: Partial<Application> = {}) =>
  container({ name, ports: [], ...change }, { stop_time: constant(0), ...application });

const started = (lab: KubeletLab, name: string) => lab.process(name).started_at_ms;
const ended = (lab: KubeletLab, name: string) => lab.process(name).exited_at_ms;

const TRIALS = [0, 1, 2, 3];

describe('a pod with sidecars begins', () => {
  it('with each of them, seen to run before the next begins, and the containers after the last', () => {
    for (const trial of TRIALS) {
      const lab = new KubeletLab({ trial });
      lab.start({ init_containers: [sidecar('mesh'), initContainer('wait', 500), sidecar('logs')] });
      lab.run(20_000);
      const [mesh, wait, logs, web] = ['mesh', 'wait', 'logs', 'web'].map((name) => started(lab, name));
      expect(mesh).toBe(0);
      expect(wait! - mesh!).toBeGreaterThan(0);
      expect(wait! - mesh!).toBeLessThanOrEqual(1001);
      expect(logs! - wait!).toBeGreaterThan(500);
      expect(logs! - wait!).toBeLessThanOrEqual(1501);
      expect(web! - logs!).toBeGreaterThan(0);
      expect(web! - logs!).toBeLessThanOrEqual(1001);
      expect(lab.seen().at(-1)).toMatchObject({ phase: 'Running', ready: true });
      expect(ended(lab, 'mesh')).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('with the startup probe of a sidecar, which the containers wait for', () => {
    for (const trial of TRIALS) {
      const lab = new KubeletLab({ trial });
      const startup_probe = probe({ period_s: 1, failure_threshold: 30 });
      lab.start({ init_containers: [sidecar('mesh', { startup_probe }, { start_time: constant(5500) })] });
      lab.run(20_000);
      expect(started(lab, 'mesh')).toBe(0);
      expect(started(lab, 'web')).toBeGreaterThan(5500);
      expect(started(lab, 'web')).toBeLessThanOrEqual(5500 + 2001);
      expect(lab.seen().filter(({ phase, at_ms }) => phase === 'Running' && at_ms < 5500)).toEqual([]);
    }
  });

  it('anew where a sidecar fails its startup probe', () => {
    const lab = new KubeletLab();
    const startup_probe = probe({ period_s: 1, failure_threshold: 2 });
    lab.start({ init_containers: [sidecar('mesh', { startup_probe }, { start_time: constant(60_000) })] });
    lab.run(9000);
    expect(started(lab, 'mesh')).toBeGreaterThan(1000);
    expect(() => lab.process('web')).toThrow('never started');
  });
});

describe('a sidecar', () => {
  it('makes its pod unready while it is not ready', () => {
    const lab = new KubeletLab();
    const mesh = sidecar('mesh', { readiness_probe: probe() }, { start_time: constant(8000) });
    lab.start({ init_containers: [mesh] });
    lab.run(20_000);
    const ready_ms = lab.seen().find(({ ready }) => ready)?.at_ms ?? 0;
    expect(started(lab, 'web')).toBeLessThanOrEqual(1001);
    expect(ready_ms).toBeGreaterThanOrEqual(8000);
    expect(ready_ms).toBeLessThanOrEqual(9001);
  });

  it('is restarted alone when it ends, with a back-off from the second time on, and its pod is unready meanwhile', () => {
    const lab = new KubeletLab();
    lab.restore({ init_containers: [sidecar('mesh')] });
    lab.at(2000, () => lab.process('mesh').kill(CAUSE));
    lab.at(6000, () => {
      expect(started(lab, 'mesh')).toBeLessThanOrEqual(3001);
      lab.process('mesh').kill(CAUSE);
    });
    lab.run(60_000);
    expect(started(lab, 'mesh')).toBeGreaterThanOrEqual(16_000);
    expect(started(lab, 'mesh')).toBeLessThanOrEqual(22_000);
    expect(started(lab, 'web')).toBe(Number.NEGATIVE_INFINITY);
    expect(lab.seen().map(({ phase, ready }) => [phase, ready])).toEqual([
      ['Running', false],
      ['Running', true],
      ['Running', false],
      ['Running', true],
    ]);
  });

  it('that fails its liveness probe is restarted, and the containers go on', () => {
    const lab = new KubeletLab();
    const liveness_probe = probe({ failure_threshold: 1 });
    lab.restore({ init_containers: [sidecar('mesh', { liveness_probe })], termination_grace_period_s: 3 });
    lab.at(2000, () => lab.process('mesh').stop(CAUSE));
    lab.run(30_000);
    expect(started(lab, 'mesh')).toBeGreaterThan(2000 + 1000 + 3000);
    expect(started(lab, 'mesh')).toBeLessThanOrEqual(2000 + 2000 + 3000 + 1001);
    expect(started(lab, 'web')).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is started anew before the containers in a new sandbox', () => {
    const lab = new KubeletLab();
    lab.restore({ init_containers: [sidecar('mesh')] });
    lab.at(2000, () => lab.worker().killSandbox(CAUSE));
    lab.run(30_000);
    expect(started(lab, 'mesh')).toBeGreaterThan(2000);
    expect(started(lab, 'web')).toBeGreaterThan(started(lab, 'mesh'));
    expect(lab.seen().map(({ ready }) => ready)).toEqual([false, true]);
  });

  it('does not keep a pod alive whose containers have ended for good', () => {
    const lab = new KubeletLab();
    lab.restore({ init_containers: [sidecar('mesh')], restart_policy: 'Never' });
    lab.at(2000, () => lab.process('web').kill(CAUSE));
    lab.run(30_000);
    expect(lab.seen().at(-1)).toMatchObject({ phase: 'Failed', ready: false });
    expect(ended(lab, 'mesh')).toBeLessThanOrEqual(4002);
  });
});

describe('a pod with sidecars that is deleted', () => {
  /** Deleted at 2000 ms; when after that its parts end. */
  function deleted(grace_s: number, web: Partial<Application>, sidecars: readonly Container[]) {
    const lab = new KubeletLab();
    lab.restore({ containers: [container({}, web)], init_containers: sidecars });
    const processes = ['web', ...sidecars.map(({ name }) => name)].map((name) => lab.process(name));
    lab.at(2000, () => lab.delete(grace_s));
    lab.run(200_000);
    return processes.map(({ exited_at_ms }) => exited_at_ms - 2000);
  }

  it('has its containers end first, then the sidecars from the last to the first', () => {
    const web = { stop_time: constant(3000) };
    const slow = { stop_time: constant(1000) };
    expect(deleted(30, web, [sidecar('mesh', {}, slow), sidecar('logs', {}, slow)])).toEqual([
      3000, 5000, 4000,
    ]);
  });

  it('has the hooks of its sidecars run at once, and not when it is their turn', () => {
    const web = { stop_time: constant(3000) };
    expect(deleted(30, web, [sidecar('mesh', { pre_stop: constant(2000) })])).toEqual([3000, 3000]);
    expect(deleted(30, web, [sidecar('mesh', { pre_stop: constant(5000) })])).toEqual([3000, 5000]);
  });

  it('leaves a sidecar what is left of the grace period, two seconds at the least', () => {
    const ignoring = sidecar('mesh', {}, { on_sigterm: 'ignore' });
    // 5.5 s are counted as 5.
    expect(deleted(30, { stop_time: constant(5500) }, [ignoring])).toEqual([5500, 30_500]);
    expect(deleted(30, { on_sigterm: 'ignore' }, [ignoring])).toEqual([30_000, 32_000]);
  });
});
