import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { ClientRateLimit } from '../../../src/sim/kubernetes/client-rate-limit.ts';
import { EventRecorder } from '../../../src/sim/kubernetes/event-recorder.ts';
import { environment, INSTANT } from './environment.ts';
import { deployment } from './objects.ts';
import { WorkloadLab } from './workload-lab.ts';

describe('ClientRateLimit', () => {
  it('lets 30 requests go at once and then one every 50 ms', () => {
    const { environment: env } = environment();
    const limit = new ClientRateLimit(env);
    const sent_ms: number[] = [];
    for (let n = 0; n < 33; n += 1) limit.take(() => sent_ms.push(env.now_ms));
    env.simulation.runUntil(1000);
    expect(sent_ms.slice(0, 30)).toEqual(new Array(30).fill(0));
    expect(sent_ms.slice(30).map(Math.round)).toEqual([50, 100, 150]);
  });

  it('fills up again with time, and never beyond 30', () => {
    const { environment: env } = environment();
    const limit = new ClientRateLimit(env);
    const sent_ms: number[] = [];
    const take = (count: number) => {
      for (let n = 0; n < count; n += 1) limit.take(() => sent_ms.push(env.now_ms));
    };
    take(30);
    env.simulation.at(500, () => take(11));
    env.simulation.at(60_000, () => take(31));
    env.simulation.runUntil(61_000);
    expect(sent_ms.filter((at_ms) => at_ms === 500)).toHaveLength(10);
    expect(sent_ms.filter((at_ms) => at_ms === 60_000)).toHaveLength(30);
  });

  it('is used up by events too, up to 25 of an object', () => {
    const { environment: env } = environment();
    const limit = new ClientRateLimit(env);
    const events = new EventRecorder(env, limit);
    for (let n = 0; n < 40; n += 1) events.record('web');
    env.simulation.runUntil(0);
    let sent = 0;
    for (let n = 0; n < 10; n += 1) limit.take(() => (sent += 1));
    env.simulation.runUntil(1);
    expect(sent).toBe(5);
  });

  it('decides how fast a hundred pods come back: 30 requests at once, 20 a second after that', () => {
    const lab = new WorkloadLab(deployment({ replicas: 100 }), {
      timing: { ...INSTANT, api_write: constant(1) },
    });
    lab.at(1000, () => {
      for (const { name } of lab.pods) lab.kill(name, 0);
    });
    const created: number[] = [];
    lab.operator.pods.watch((pod, gone) => {
      if (!gone && pod.node === undefined) created.push(lab.env.now_ms - 1000);
    });
    lab.run(60_000);
    expect(created).toHaveLength(100);
    // 100 pods, 25 events and a few statuses, less the 30 that go at once, 20 a second.
    expect(created.at(-1)).toBeGreaterThan(((100 - 30) / 20) * 1000);
    expect(created.at(-1)).toBeLessThan(((100 + 25 + 20 - 30) / 20) * 1000);
  });
});
