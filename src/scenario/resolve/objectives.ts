/** The objectives, in the units of the metrics they bound. */
import type { Reporter } from '../reporter.ts';
import type { Load, Objectives } from '../scenario.ts';
import { meanRate_per_s } from '../schedule.ts';
import type { ScenarioFile } from '../schema.ts';

export function resolveObjectives(
  objectives: ScenarioFile['objectives'],
  load: Pick<Load, 'rate_per_s' | 'steps' | 'duration_ms'> | undefined,
  report: Reporter,
): Objectives {
  const { throughput } = objectives;
  const offered_per_s = load === undefined ? Number.POSITIVE_INFINITY : meanRate_per_s(load);
  if (throughput !== undefined && throughput > offered_per_s) {
    report.at(['objectives', 'throughput'], {
      message: `a throughput of ${throughput}/s can never be reached: the load is only ${offered_per_s}/s`,
      expected: 'at most the rate of the load',
    });
  }
  return {
    availability_time: objectives.availability_time,
    availability_requests: objectives.availability_requests,
    downtime_s: objectives.downtime === undefined ? undefined : objectives.downtime / 1000,
    throughput_rps: throughput,
    latency_p99_ms: objectives.latency_p99,
  };
}
