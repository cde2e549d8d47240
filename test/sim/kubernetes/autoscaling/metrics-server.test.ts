import { expect, it } from 'vitest';
import { MetricsServer } from '../../../../src/sim/kubernetes/autoscaling/metrics-server.ts';
import { environment } from '../environment.ts';

it('gives the rate between the two latest figures, some seconds old; the first of a trial are partly of the idle time before it', () => {
  let partly = 0;
  for (let trial = 0; trial < 20; trial += 1) {
    const { environment: env } = environment('1', trial);
    // 200 milli-cores until 100 s, then 600.
    const cpu_ms = (at_ms: number) => 0.2 * Math.min(at_ms, 100_000) + 0.6 * Math.max(0, at_ms - 100_000);
    const usage = () => ({ cpu_ms: cpu_ms(env.now_ms), requests: env.now_ms / 100, started_at_ms: -1e9 });
    const metrics = new MetricsServer(env, () => ['web'], usage);
    const seen: number[] = [];
    for (const at_ms of [15_000, 90_000, 200_000]) {
      env.simulation.at(at_ms, () => {
        const metric = metrics.cpu('web')!;
        seen.push(metric.value_milli);
        expect(env.now_ms - metric.at_ms).toBeLessThanOrEqual(35_001);
        expect(metric.window_ms).toBeGreaterThanOrEqual(10_000);
        expect(metric.window_ms).toBeLessThanOrEqual(45_000);
      });
    }
    env.simulation.runUntil(200_001);
    expect(seen[0]).toBeGreaterThanOrEqual(0);
    expect(seen[0]).toBeLessThan(200);
    partly += seen[0]! > 0 ? 1 : 0;
    expect(seen[1]).toBeCloseTo(200, 6);
    expect(seen[2]).toBeCloseTo(600, 6);
    expect(metrics.requests('web')?.value_milli).toBeCloseTo(10_000, 6);
  }
  expect(partly).toBeGreaterThan(0);
  expect(partly).toBeLessThan(20);
});

it('has no figure of a new pod until it has two that differ, or one that is ten seconds old', () => {
  for (let trial = 0; trial < 20; trial += 1) {
    const { environment: env } = environment('1', trial);
    const pods = () => (env.now_ms < 20_000 ? [] : ['web']);
    const usage = () => ({ cpu_ms: 0.2 * (env.now_ms - 20_000), requests: 0, started_at_ms: 20_000 });
    const metrics = new MetricsServer(env, pods, usage);
    env.simulation.runUntil(29_999);
    expect(metrics.cpu('web')).toBeUndefined();
    // Found within a second, read again within 20 s, and once more; each is taken within 15 s.
    env.simulation.runUntil(20_000 + 1000 + 40_000 + 15_000);
    expect(metrics.cpu('web')?.value_milli).toBeCloseTo(200, 6);
  }
});
