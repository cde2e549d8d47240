import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { INSTANT } from './environment.ts';
import { CAUSE, container, initContainer, KubeletLab, type KubeletLabOptions, probe } from './kubelet-lab.ts';

const trials = <T>(count: number, run: (trial: number) => T): T[] =>
  Array.from({ length: count }, (_, trial) => run(trial));

/** How long after each of several kills, as soon as it serves again, a container serves. */
function waits_s(kills: number, options: KubeletLabOptions): number[] {
  const lab = new KubeletLab(options);
  lab.start();
  const ended_ms: number[] = [];
  const killSoon = () => {
    if (ended_ms.length === kills) return;
    lab.at(lab.environment.now_ms + 2000, () => {
      ended_ms.push(lab.environment.now_ms);
      lab.process().kill(CAUSE);
    });
  };
  lab.whenServing(killSoon);
  lab.run(4_000_000);
  return ended_ms.map((at_ms, index) => ((lab.servingAt_ms()[index + 1] ?? Number.NaN) - at_ms) / 1000);
}

describe('a container that ends', () => {
  it('is restarted when the kubelet sees it the first time, then after 10, 20, 40, ... 300 s and what the queue adds', () => {
    for (const waits of trials(40, (trial) => waits_s(8, { trial }))) {
      const [first, ...others] = waits as [number, ...number[]];
      expect(first).toBeLessThanOrEqual(1);
      for (const [index, wait_s] of others.entries()) {
        const backoff_s = Math.min(10 * 2 ** index, 300);
        expect(wait_s).toBeGreaterThanOrEqual(backoff_s);
        // Looked at after what is left, at most a minute, and up to half as much more; then at the next second.
        const left_s = backoff_s <= 60 ? backoff_s : 60;
        expect(wait_s).toBeLessThanOrEqual(backoff_s + 0.5 * left_s + 1.01);
      }
    }
  });

  it('was restarted as on a real cluster', () => {
    // Kubernetes 1.35.4: six pods of nginx, each killed four times as soon as it was ready; from kill to restart.
    const measured_s = [
      [0.89, 0.66, 0.98, 0.78, 0.26, 0.98],
      [14.28, 13.57, 13.45, 11.88, 13.26, 11.6],
      [21.52, 29.5, 28.81, 28.44, 24.08, 22.39],
      [46.39, 45.96, 51.68, 41.62, 48.87, 57.22],
    ];
    const simulated = trials(300, (trial) => waits_s(4, { trial }));
    const mean = (all: readonly number[]) => all.reduce((a, b) => a + b, 0) / all.length;
    for (const [kill, measured] of measured_s.entries()) {
      const all = simulated.map((waits) => waits[kill] as number);
      const deviation_s = Math.sqrt(mean(all.map((wait_s) => (wait_s - mean(all)) ** 2)));
      expect(Math.abs(mean(measured) - mean(all))).toBeLessThan(
        (3 * deviation_s) / Math.sqrt(measured.length),
      );
      for (const wait_s of measured) {
        // The runtime's work on the container is left out here, and took up to a quarter of a second.
        expect(wait_s).toBeGreaterThan(Math.min(...all) - 0.01);
        expect(wait_s).toBeLessThan(Math.max(...all) + 0.25);
      }
    }
  });

  it('is looked at every 10 to 15 s before Kubernetes 1.35, however long its back-off', () => {
    const at = (minor: number) => trials(60, (trial) => waits_s(4, { trial, minor })[3] as number);
    // 40 s: up to 1.34 the looks come anywhere in the last 15 s.
    expect(Math.max(...at(34))).toBeLessThanOrEqual(40 + 16.01);
    expect(Math.max(...at(35))).toBeLessThanOrEqual(40 + 21.01);
    const mean = (all: number[]) => all.reduce((a, b) => a + b, 0) / all.length;
    expect(mean(at(34))).toBeLessThan(mean(at(35)));
  });

  it('starts at once again after it has run for ten minutes', () => {
    const lab = new KubeletLab();
    lab.start();
    const kills_ms = [5000, 10_000, 60_000, 665_000];
    for (const at_ms of kills_ms) lab.at(at_ms, () => lab.process().kill(CAUSE));
    lab.run(760_000);
    const [, , third, fourth, fifth] = lab.servingAt_ms() as number[];
    expect(third! - 10_000).toBeGreaterThan(10_000);
    expect(fourth! - 60_000).toBeGreaterThan(20_000);
    expect(fifth! - 665_000).toBeGreaterThan(40_000);
    const later = new KubeletLab();
    later.start();
    for (const at_ms of [5000, 10_000, 700_000]) later.at(at_ms, () => later.process().kill(CAUSE));
    later.run(720_000);
    expect(later.servingAt_ms()[3]! - 700_000).toBeLessThanOrEqual(1000);
  });

  it('stays as it is where it is never restarted, and the pod is Failed, or Succeeded where all ended well', () => {
    for (const [end, phase] of [
      ['kill', 'Failed'],
      ['terminate', 'Succeeded'],
    ] as const) {
      const lab = new KubeletLab();
      lab.start({ restart_policy: 'Never' });
      lab.at(3000, () => (end === 'kill' ? lab.process().kill(CAUSE) : lab.process().terminate(CAUSE)));
      lab.run(60_000);
      expect(lab.servingAt_ms()).toHaveLength(1);
      expect(lab.seen().map((seen) => [seen.phase, seen.ready])).toEqual([
        ['Pending', false],
        ['Running', true],
        // The kubelet sees the end, and tells it as the phase only once the sandbox is gone, a look later.
        ['Running', false],
        [phase, false],
      ]);
      const [, , unready, over] = lab.seen();
      expect(over!.at_ms - unready!.at_ms).toBeCloseTo(1000, 6);
      expect(lab.worker().sandbox?.isUp).toBe(false);
      expect(lab.goneAt_ms()).toBeUndefined();
    }
  });

  it('is restarted under OnFailure where it failed, and only then', () => {
    const lab = new KubeletLab();
    lab.start({ restart_policy: 'OnFailure' });
    lab.at(3000, () => lab.process().kill(CAUSE));
    lab.at(6000, () => lab.process().terminate(CAUSE));
    lab.run(60_000);
    expect(lab.servingAt_ms()).toHaveLength(2);
    expect(lab.seen().at(-1)!.phase).toBe('Succeeded');
  });

  it('is restarted alone where its pod has long been initialised, and the pod stays Running', () => {
    const lab = new KubeletLab();
    lab.restore({ containers: [container()], init_containers: [initContainer('init', 5000)] });
    lab.at(3000, () => lab.process().kill(CAUSE));
    lab.run(20_000);
    expect(lab.servingAt_ms()[0]! - 3000).toBeLessThanOrEqual(1000);
    expect(lab.seen().map(({ phase }) => phase)).toEqual(['Running', 'Running']);
  });

  it('is gone for good where it has ended and its pod is deleted', () => {
    const lab = new KubeletLab();
    lab.start({ restart_policy: 'Never' });
    lab.at(3000, () => lab.process().kill(CAUSE));
    lab.at(20_000, () => lab.delete(30));
    lab.run(60_000);
    expect(lab.goneAt_ms()).toBe(20_000);
  });
});

describe('init containers', () => {
  const started = (lab: KubeletLab, name: string) => lab.process(name).started_at_ms;

  it('run one after the other, each seen to have ended before the next; then the containers', () => {
    for (const trial of [0, 1, 2]) {
      const lab = new KubeletLab({ trial });
      lab.start({ init_containers: [initContainer('a', 500), initContainer('b', 2500)] });
      lab.run(20_000);
      const a_ms = started(lab, 'a');
      const b_ms = started(lab, 'b');
      const web_ms = started(lab, 'web');
      expect(a_ms).toBe(0);
      expect(b_ms - a_ms).toBeGreaterThan(500);
      expect(b_ms - a_ms).toBeLessThanOrEqual(1500 + 1);
      expect(web_ms - b_ms).toBeGreaterThan(2500);
      expect(web_ms - b_ms).toBeLessThanOrEqual(3500 + 1);
      expect(lab.seen().filter(({ phase, at_ms }) => phase === 'Running' && at_ms < web_ms)).toEqual([]);
      expect(lab.seen().at(-1)).toMatchObject({ phase: 'Running', ready: true });
    }
  });

  it('are run again when they fail, with the back-off of containers; where nothing is restarted the pod has failed', () => {
    const lab = new KubeletLab();
    lab.start({ init_containers: [initContainer('a', 5000)] });
    lab.at(1000, () => lab.process('a').kill(CAUSE));
    lab.at(3000, () => lab.process('a').kill(CAUSE));
    lab.run(60_000);
    expect(started(lab, 'a')).toBeGreaterThanOrEqual(13_000);
    expect(started(lab, 'a')).toBeLessThanOrEqual(19_000);
    expect(lab.seen().at(-1)).toMatchObject({ phase: 'Running', ready: true });

    const never = new KubeletLab();
    never.start({ init_containers: [initContainer('a', 5000)], restart_policy: 'Never' });
    never.at(1000, () => never.process('a').kill(CAUSE));
    never.run(60_000);
    expect(never.seen().at(-1)).toMatchObject({ phase: 'Failed', ready: false });
    expect(never.servingAt_ms()).toEqual([]);
  });
});

describe('images', () => {
  const registry = {
    images: { big: { size_bytes: 3_000_000, present_on: 'none' } },
    bytes_per_s: 1_000_000,
  } as const;

  it('are pulled before a container starts, once for a node', () => {
    const lab = new KubeletLab({ registry });
    lab.start({ containers: [container({ image: 'big' })] }, 'one');
    lab.at(10_000, () => lab.start({ containers: [container({ image: 'big' })] }, 'two'));
    lab.run(20_000);
    expect(lab.servingAt_ms('one')).toEqual([3000]);
    expect(lab.servingAt_ms('two')).toEqual([10_000]);
  });

  it('that cannot be had are asked for again after 10, 20, 40, ... 300 s, at syncs 10 to 16 s apart', () => {
    // Measured, Kubernetes 1.35.4: seconds between attempts.
    const measured_s = [14.7, 23.0, 50.0, 94.0, 172.0, 304.2, 303.2, 308.5, 309.8, 302.9];
    const simulated = trials(150, (trial) => {
      const lab = new KubeletLab({ trial });
      lab.start({ containers: [container({ image: 'foreshock.invalid/none:none' })] });
      lab.run(2_200_000);
      return lab.failedPulls_ms
        .slice(1)
        .map((at_ms, index) => (at_ms - (lab.failedPulls_ms[index] ?? 0)) / 1000);
    });
    for (const gaps of simulated) {
      for (const [index, gap_s] of gaps.entries()) {
        const backoff_s = Math.min(10 * 2 ** index, 300);
        expect(gap_s).toBeGreaterThanOrEqual(backoff_s);
        expect(gap_s).toBeLessThanOrEqual(backoff_s + 16.01);
      }
    }
    for (const [index, gap_s] of measured_s.entries()) {
      const all = simulated.map((gaps) => gaps[index] as number);
      expect(Math.min(...all)).toBeLessThanOrEqual(gap_s);
      expect(Math.max(...all)).toBeGreaterThanOrEqual(gap_s);
    }
  });

  it('that can be had again let the pod come up at the next attempt', () => {
    const lab = new KubeletLab({ registry });
    lab.registry.cut('outage');
    lab.start({ containers: [container({ image: 'big' })] });
    lab.at(20_000, () => lab.registry.mend('outage'));
    lab.run(120_000);
    const [at_ms] = lab.servingAt_ms();
    // Attempts at 0, after 10 to 16 s, and after 20 to 36 s more.
    expect(at_ms).toBeGreaterThan(20_000 + 3000);
    expect(at_ms).toBeLessThan(16_000 + 36_000 + 3001);
    expect(lab.seen().at(-1)).toMatchObject({ phase: 'Running', ready: true });
  });

  it('are asked for at every restart where the policy is Always, so an outage of the registry keeps it down', () => {
    const lab = new KubeletLab();
    lab.start({ containers: [container({ image_pull_policy: 'Always' })] });
    lab.at(3000, () => lab.registry.cut('outage'));
    lab.at(4000, () => lab.process().kill(CAUSE));
    lab.at(60_000, () => lab.registry.mend('outage'));
    lab.run(200_000);
    expect(lab.servingAt_ms()).toHaveLength(2);
    expect(lab.servingAt_ms()[1]).toBeGreaterThan(60_000);
    expect(lab.seen().filter(({ at_ms, ready }) => ready && at_ms > 5000 && at_ms < 60_000)).toEqual([]);
  });

  it('of one container keep that one waiting; the others of the pod run, and it is not ready', () => {
    const lab = new KubeletLab();
    lab.start({
      containers: [container(), container({ name: 'other', image: 'foreshock.invalid/none:none' })],
    });
    lab.run(60_000);
    expect(lab.servingAt_ms()).toHaveLength(1);
    expect(lab.seen().at(-1)).toMatchObject({ phase: 'Pending', ready: false, address: 'web' });
  });
});

it('a container that was started is seen at the next look, and since 1.36 at once', () => {
  const after_ms = (minor: number) =>
    trials(40, (trial) => {
      const timing = { ...INSTANT, kubelet_pleg_relist: constant(5) };
      const lab = new KubeletLab({ minor, trial, timing });
      lab.at(5000 + 23 * trial, () => lab.start());
      lab.run(10_000);
      return lab.seen().find(({ ready }) => ready)!.at_ms - lab.servingAt_ms()[0]!;
    });
  // A look takes 5 ms, and may have to wait for the end of another.
  expect(Math.min(...after_ms(36))).toBeCloseTo(5, 6);
  expect(Math.max(...after_ms(36))).toBeLessThanOrEqual(10);
  const before = after_ms(35);
  expect(Math.max(...before)).toBeGreaterThan(900);
  expect(Math.max(...before)).toBeLessThanOrEqual(1010);
});

describe('a container that fails its liveness probe', () => {
  /** Never live: killed at every third second, within a grace period that it uses up. */
  const unlive = (grace_s: number) => ({
    termination_grace_period_s: grace_s,
    containers: [
      container(
        { liveness_probe: probe({ handler: 'exec', period_s: 3, failure_threshold: 1 }) },
        { start_time: constant(1e9), on_sigterm: 'ignore' as const },
      ),
    ],
  });

  it('is restarted by the sync that stops it; its back-off is counted by the container before', () => {
    const lab = new KubeletLab();
    lab.start(unlive(30));
    const starts = new Set<number>();
    for (let at_ms = 500; at_ms < 400_000; at_ms += 500) {
      lab.at(at_ms, () => starts.add(lab.process().started_at_ms));
    }
    lab.run(400_000);
    // Measured, Kubernetes 1.35.4: at +32, +65, +99 and +132 s at once; killed a fifth time at +135 s it waits.
    const all = [...starts];
    for (const index of [1, 2, 3, 4]) {
      expect(all[index]! - all[index - 1]!).toBeGreaterThanOrEqual(33_000 - 1);
      expect(all[index]! - all[index - 1]!).toBeLessThanOrEqual(36_000 + 1);
    }
    // 40 s from its end, which was 33 s to 36 s after the start before.
    expect(all[5]! - all[4]!).toBeGreaterThan(33_000 + 40_000);
    expect(all[5]! - all[4]!).toBeLessThan(36_000 + 61_001);
  });

  it('has the grace period of its probe where that has one', () => {
    const stoppedAfter_ms = (own_s: number | undefined) => {
      const lab = new KubeletLab();
      const [spec] = unlive(30).containers;
      const liveness_probe = { ...spec!.liveness_probe!, termination_grace_period_s: own_s };
      lab.start({ termination_grace_period_s: 30, containers: [{ ...spec!, liveness_probe }] });
      let first: ReturnType<KubeletLab['process']> | undefined;
      lab.at(500, () => {
        first = lab.process();
      });
      lab.run(60_000);
      return first!.exited_at_ms - lab.probes('liveness')[0]!.at_ms;
    };
    expect(stoppedAfter_ms(undefined)).toBe(30_000);
    expect(stoppedAfter_ms(5)).toBe(5000);
    expect(stoppedAfter_ms(1)).toBe(2000);
  });

  it('stays ready, without a readiness probe, all the time that it is being stopped and restarted', () => {
    const lab = new KubeletLab();
    lab.start(unlive(3));
    lab.run(12_000);
    expect(lab.seen().map(({ ready }) => ready)).toEqual([false, true]);
  });

  describe('and has a startup probe', () => {
    const startup_probe = probe({ period_s: 10 });
    const liveness_probe = probe({ failure_threshold: 1 });

    /** It is hung by hand at 20.5 s; `start_ms` later than its restart it listens again. */
    const hung = (minor: number, start_ms: number, trial = 0) => {
      const lab = new KubeletLab({ minor, trial });
      lab.restore({
        termination_grace_period_s: 1,
        containers: [
          container(
            { startup_probe, liveness_probe, readiness_probe: probe() },
            { start_time: constant(start_ms) },
          ),
        ],
      });
      lab.at(20_500, () => lab.process().stop(CAUSE));
      lab.run(60_000);
      const ends_ms = lab.seen().flatMap(({ at_ms, ready }) => (ready && at_ms > 20_500 ? [at_ms] : []));
      const startup_ms = lab.probes('startup').find(({ success }) => success)?.at_ms ?? Number.NaN;
      return { lab, ready_ms: ends_ms[0] ?? Number.NaN, startup_ms };
    };

    it('is ready before that has passed, and no more once that has looked: since 1.35', () => {
      const turns = trials(20, (trial) => {
        const { lab, ready_ms, startup_ms } = hung(35, 0, trial);
        expect(ready_ms).toBeLessThanOrEqual(startup_ms);
        return lab.seen().filter(({ at_ms, ready }) => ready && at_ms > 20_500).length;
      });
      expect(Math.max(...turns)).toBe(2);
      for (const trial of turns.keys()) {
        const { ready_ms, startup_ms } = hung(34, 0, trial);
        expect(ready_ms).toBeGreaterThanOrEqual(startup_ms);
        // Its first look is an attempt; since 1.35 it only finds that the container is another.
        expect(hung(35, 0, trial).startup_ms - startup_ms).toBeCloseTo(10_000, 6);
      }
    });

    it('is stopped by its liveness probe once more before that has passed: since 1.35', () => {
      const failures = (minor: number) =>
        trials(20, (trial) => {
          const { lab } = hung(minor, 15_000, trial);
          return lab.probes('liveness').filter(({ success }) => !success).length;
        });
      expect(Math.max(...failures(34))).toBe(1);
      // But where its startup probe is the first to look.
      expect(failures(35).filter((each) => each > 1).length).toBeGreaterThan(10);
    });

    it('waits for that after an end of its own: the status has said between the two that nothing runs', () => {
      const lab = new KubeletLab();
      lab.restore({ containers: [container({ startup_probe, readiness_probe: probe() })] });
      lab.at(20_500, () => lab.process().kill(CAUSE));
      lab.run(60_000);
      const ready_ms = lab.seen().find(({ at_ms, ready }) => ready && at_ms > 20_500)!.at_ms;
      expect(ready_ms).toBeGreaterThanOrEqual(lab.probes('startup').find(({ success }) => success)!.at_ms);
    });
  });

  it('is not restarted where nothing is', () => {
    const lab = new KubeletLab();
    lab.start({ ...unlive(3), restart_policy: 'Never' });
    lab.run(60_000);
    expect(lab.seen().at(-1)!.phase).toBe('Failed');
  });
});
