/** The objectives, in the units of the metrics they bound. */

import type { Reporter } from '../reporter.ts';
import type { Objectives } from '../scenario.ts';
import type { ScenarioFile } from '../schema.ts';

export function resolveObjectives(
  objectives: ScenarioFile['objectives'],
  rate_per_s: number | undefined,
  report: Reporter,
): Objectives {
  const { throughput } = objectives;
  if (throughput !== undefined && rate_per_s !== undefined && throughput > rate_per_s) {
    report.at(['objectives', 'throughput'], {
      message: `a throughput of ${throughput}/s can never be reached: the load is only ${rate_per_s}/s`,
      expected: 'at most `load.rate`',
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
