import { describe, expect, it } from 'vitest';
import type { AutoscalerMetric } from '../../../../src/scenario/scenario.ts';
import { replicasFor } from '../../../../src/sim/kubernetes/autoscaling/replica-calculator.ts';
import type { PodObject } from '../../../../src/sim/kubernetes/objects.ts';
import { deployment, pod, template } from '../objects.ts';
import { autoscaler } from './autoscaler.ts';

const NOW_MS = 1_000_000;
const INITIALISATION = { cpu_initialization_ms: 300_000, readiness_delay_ms: 30_000 };
const UTILISATION: AutoscalerMetric = { type: 'cpu-utilization', target_percent: 50 };

/** Replicas for pods that request 1 core each and use so many milli-cores; undefined: no figure. */
function ask(
  used: readonly (number | undefined)[],
  change: (index: number) => Partial<PodObject> = () => ({}),
  metric = UTILISATION,
): number | undefined {
  const workload = deployment({ pod: template({ requests: { cpu_millis: 1000, memory_bytes: 0 } }) });
  const pods = used.map((_, index) => pod(`web-${index}`, { workload, node: 0, ...change(index) }));
  const metricOf = ({ name }: PodObject) => {
    const value_milli = used[Number(name.slice(4))];
    return value_milli === undefined ? undefined : { value_milli, at_ms: NOW_MS - 5000, window_ms: 15_000 };
  };
  return replicasFor(metric, autoscaler(), used.length, pods, metricOf, INITIALISATION, NOW_MS);
}

describe('replicasFor', () => {
  it.each([
    [[500, 500], 2], // on target
    [[550, 550], 2], // within a tenth
    [[551, 551], 2], // 55 % after rounding down: still within
    [[560, 560], 3],
    [[1000, 1000], 4],
    [[100, 100], 1],
    [[200, 300, 250], 2],
    [[1000, 0], 2],
  ])('%j milli-cores of 1000 with a target of half: %i replicas', (used, expected) => {
    expect(ask(used)).toBe(expected);
  });

  it('takes a pod without figures as idle before going up, as busy before going down', () => {
    expect(ask([1000, 1000, undefined])).toBe(4);
    expect(ask([600, 600, undefined])).toBe(3);
    expect(ask([100, 100, undefined])).toBe(3);
  });

  it('takes pending and starting pods as idle before going up, and leaves them out before going down', () => {
    const pending = (index: number): Partial<PodObject> =>
      index === 2 ? { phase: 'Pending', ready: false } : {};
    expect(ask([1000, 1000, 0], pending)).toBe(4);
    expect(ask([100, 100, 0], pending)).toBe(1);
    const starting = (index: number): Partial<PodObject> =>
      index === 2 ? { created_at_ms: NOW_MS - 20_000, ready_since_ms: NOW_MS - 15_000 } : {};
    expect(ask([900, 900, 2000], starting)).toBe(4);
  });

  it('ignores pods that are being deleted', () => {
    const leaving = (index: number): Partial<PodObject> => (index === 2 ? { grace_period_s: 30 } : {});
    expect(ask([1000, 1000, 0], leaving)).toBe(4);
  });

  it('says nothing without any figure, or where nothing is requested', () => {
    expect(ask([undefined, undefined])).toBeUndefined();
    const requestless = deployment();
    const pods = [pod('web-0', { workload: requestless, node: 0 })];
    const metricOf = () => ({ value_milli: 100, at_ms: NOW_MS, window_ms: 15_000 });
    expect(replicasFor(UTILISATION, autoscaler(), 1, pods, metricOf, INITIALISATION, NOW_MS)).toBeUndefined();
  });

  it('counts requests a second of a pod against their target, whether it has just started or not', () => {
    const metric: AutoscalerMetric = { type: 'requests', target_per_s: 10 };
    const starting = () => ({ created_at_ms: NOW_MS - 20_000, ready_since_ms: NOW_MS - 1000 });
    expect(ask([20_000, 20_000], starting, metric)).toBe(4);
  });
});
