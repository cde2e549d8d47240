import { expect, it } from 'vitest';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { MetricValues } from '../../../src/sim/estimate/replication.ts';
import { summarise } from '../../../src/sim/estimate/summary.ts';
import { wilsonInterval } from '../../../src/timeline/interval.ts';

const { load } = loadScenario('scenarios/nginx-x2.yaml');
const WINDOW_S = load.duration_ms / 1000;

const trial = (downtime_s: number): MetricValues => ({
  downtime_s,
  failed_requests: downtime_s * 100,
  availability_time: 1 - downtime_s / WINDOW_S,
  availability_requests: 1 - downtime_s / WINDOW_S,
  throughput_rps: 100,
  capacity_rps: undefined,
  latency_p50_ms: 1.2,
  latency_p99_ms: 1.9,
});

it('gives the longer side of an interval to the longer tail, and no more than there can be', () => {
  const downtimes_s = Array.from({ length: 40 }, (_, index) => (index === 7 ? 6 : index === 12 ? 3 : 0));
  const { downtime_s, availability_time } = summarise(downtimes_s.map(trial), load);
  const { mean, ci95 } = downtime_s!.predicted;
  expect(ci95[0]).toBeGreaterThanOrEqual(0);
  expect(ci95[1] - mean).toBeGreaterThan(mean - ci95[0]);
  expect(availability_time!.predicted.ci95[1]).toBeLessThanOrEqual(1);
  // The same loss, told as availability.
  expect(availability_time!.predicted.ci95[0]).toBeCloseTo(1 - ci95[1] / WINDOW_S, 9);
});

it('leaves room for a loss that no trial had', () => {
  const { downtime_s, availability_time, throughput_rps } = summarise(new Array(100).fill(trial(0)), load);
  const unseen = wilsonInterval(0, 100)[1];
  expect(downtime_s!.predicted).toMatchObject({ mean: 0, sd: 0, ci95: [0, unseen * WINDOW_S] });
  expect(availability_time!.predicted).toMatchObject({ mean: 1, ci95: [1 - unseen, 1] });
  expect(throughput_rps!.predicted.ci95).toEqual([100, 100]);
});

it('leaves a metric out that not every trial has, and tells of one trial no more than it showed', () => {
  const metrics = summarise([trial(2)], load);
  expect(metrics.capacity_rps).toBeUndefined();
  expect(metrics.downtime_s!.predicted).toEqual({ mean: 2, ci95: [2, 2], sd: 0, pi90: [2, 2], trials: 1 });
});
