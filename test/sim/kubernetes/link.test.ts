import { describe, expect, it } from 'vitest';
import { type CutAs, Link } from '../../../src/sim/kubernetes/link.ts';
import { LEASE } from '../../../src/sim/kubernetes/reconnect.ts';
import { environment } from './environment.ts';

const PODS = { kind: 'pods' };
const NODES = { kind: 'nodes' };

/** A link that is cut at 20 s, and when what is done through it comes through again. */
function cutFor(duration_ms: number, as: CutAs, trial = 0) {
  const { environment: env } = environment('1', trial);
  const link = new Link(env);
  const seen: { up_ms?: number; pods_ms?: number; nodes_ms?: number; lease_ms?: number } = {};
  env.simulation.at(20_000, () => {
    link.cut('test', as);
    link.whenUp(() => {
      seen.up_ms = env.now_ms;
    });
    link.whenWatching(PODS, () => {
      seen.pods_ms = env.now_ms;
    });
    link.whenWatching(NODES, () => {
      seen.nodes_ms = env.now_ms;
    });
    link.whenTried(LEASE, 20_000, () => {
      seen.lease_ms = env.now_ms;
    });
  });
  env.simulation.at(20_000 + duration_ms, () => link.mend('test'));
  env.simulation.runUntil(20_000 + duration_ms - 1);
  expect(link.isUp).toBe(false);
  expect(link.isWatching(PODS)).toBe(false);
  expect(seen).toEqual({});
  env.simulation.runUntil(20_000 + duration_ms + 150_000);
  expect(link.isUp).toBe(true);
  expect(link.isWatching(PODS)).toBe(true);
  const late = (at_ms: number | undefined) => at_ms! - 20_000 - duration_ms;
  return {
    up_ms: late(seen.up_ms),
    pods_ms: late(seen.pods_ms),
    nodes_ms: late(seen.nodes_ms),
    lease_ms: late(seen.lease_ms),
  };
}

const trials = <T>(run: (trial: number) => T): T[] => Array.from({ length: 50 }, (_, trial) => run(trial));

describe('Link', () => {
  it('lets everything through as long as nothing cuts it', () => {
    const { environment: env } = environment();
    const link = new Link(env);
    let ran = 0;
    link.whenUp(() => {
      ran += 1;
    });
    expect([link.isUp, link.isWatching(PODS), ran]).toEqual([true, true, 1]);
  });

  it('goes on within a second after a silence that nobody has noticed', () => {
    for (const { up_ms, pods_ms, nodes_ms, lease_ms } of trials((trial) =>
      cutFor(30_000, 'silence', trial),
    )) {
      expect(up_ms).toBeGreaterThanOrEqual(0);
      expect(up_ms).toBeLessThan(1000);
      expect([pods_ms, nodes_ms, lease_ms]).toEqual([up_ms, up_ms, up_ms]);
    }
  });

  it('brings each watch back at its own time after a silence in which the connection was given up', () => {
    const late = trials((trial) => cutFor(100_000, 'silence', trial));
    for (const { up_ms, pods_ms, nodes_ms } of late) {
      expect(up_ms).toBeLessThan(1000);
      for (const watch_ms of [pods_ms, nodes_ms]) {
        expect(watch_ms).toBeGreaterThanOrEqual(up_ms);
        expect(watch_ms).toBeLessThan(62_000);
      }
    }
    expect(late.filter(({ pods_ms, nodes_ms }) => pods_ms !== nodes_ms).length).toBeGreaterThan(20);
    expect(Math.max(...late.map(({ pods_ms }) => pods_ms))).toBeGreaterThan(30_000);
  });

  it('is noticed between 35 and 45 s after the cut', () => {
    const lost = (duration_ms: number) =>
      trials((trial) => cutFor(duration_ms, 'silence', trial)).filter(({ up_ms, pods_ms }) => pods_ms > up_ms)
        .length;
    expect(lost(34_900)).toBe(0);
    expect(lost(46_000)).toBeGreaterThan(5);
  });

  it('lets requests through at once after a refusal, and what was tried again and again with the next attempt', () => {
    for (const { up_ms, pods_ms, lease_ms } of trials((trial) => cutFor(60_000, 'refusal', trial))) {
      expect(up_ms).toBe(0);
      // 0.2, 0.6, 1.4, 3, 6.2, 12.6, then every 7 s: at 61.6 s.
      expect(lease_ms).toBe(1600);
      // Back with an attempt at 50 to 100 s, or one 30 to 60 s later; turned away, and once more 30 to 60 s later.
      expect(pods_ms).toBeGreaterThanOrEqual(20_000);
      expect(pods_ms).toBeLessThan(120_000);
    }
  });

  it('is as new for a component that was itself dead', () => {
    expect(cutFor(300_000, 'death')).toEqual({ up_ms: 0, pods_ms: 0, nodes_ms: 0, lease_ms: 0 });
  });

  it('is cut as long as anything cuts it, and mending what was not cut does nothing', () => {
    const { environment: env } = environment();
    const link = new Link(env);
    link.cut('cable', 'silence');
    link.cut('API server', 'refusal');
    link.mend('power');
    link.mend('cable');
    env.simulation.runUntil(5000);
    expect(link.isUp).toBe(false);
    link.mend('API server');
    env.simulation.runUntil(6000);
    expect(link.isUp).toBe(true);
  });

  it('stays cut when it is cut again before what was sent is sent again', () => {
    const { environment: env } = environment();
    const link = new Link(env);
    let ran = 0;
    link.cut('cable', 'silence');
    link.whenUp(() => {
      ran += 1;
    });
    link.mend('cable');
    link.cut('cable', 'silence');
    env.simulation.runUntil(10_000);
    expect([link.isUp, ran]).toEqual([false, 0]);
    link.mend('cable');
    env.simulation.runUntil(20_000);
    expect([link.isUp, ran]).toEqual([true, 1]);
  });
});
