/** Observations made up for the tests of the machinery. */
import { OUTCOMES, type Outcome } from '../../src/timeline/event.ts';
import type { Observation } from '../../src/timeline/observation.ts';

export const WINDOW_S = 10;
export const RATE_PER_S = 100;

/** A trial with one outage after the other, each of so many failed requests, from the second second on. */
export function observed(failedInARow: readonly number[], trial = 0): Observation {
  const gap_ms = 1000 / RATE_PER_S;
  let at_ms = 2000;
  const outages = failedInARow.map((failed_requests) => {
    const begin_ms = at_ms;
    const end_ms = begin_ms + failed_requests * gap_ms;
    at_ms = end_ms + gap_ms;
    return { begin_ms, end_ms, failed_requests };
  });
  const failed_requests = failedInARow.reduce((a, b) => a + b, 0);
  const scheduled = WINDOW_S * RATE_PER_S;
  const downtime_s = (failed_requests * gap_ms) / 1000;
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  return {
    arm: 'chaos',
    trial,
    valid: true,
    invalid_because: [],
    window_s: WINDOW_S,
    rate_per_s: RATE_PER_S,
    scheduled,
    outcomes: { ...counts, ok: scheduled - failed_requests, timeout: failed_requests },
    failed_requests,
    downtime_s,
    outages,
    availability_time: 1 - downtime_s / WINDOW_S,
    availability_requests: 1 - failed_requests / scheduled,
    throughput_rps: (scheduled - failed_requests) / WINDOW_S,
    capacity_rps: undefined,
    latency_p50_ms: 1,
    latency_p99_ms: 2,
    send_lag_max_ms: 0.5,
  };
}
