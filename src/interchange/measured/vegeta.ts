/**
 * vegeta 12.13 (commit cf58112 of 2026-02-16): the results that `vegeta encode --to json` writes (lib/results.go), and the
 * report of `vegeta report --type json` (lib/metrics.go).
 */
import { z } from 'zod';
import type { Problems } from '../../scenario/problem.ts';
import { isMapping, type Reading } from '../reading.ts';
import type { Failure, MeasuredRequests, MeasuredTotals } from './data.ts';
import { epochMs, linesOf, parsedJson } from './lines.ts';

export const isVegetaResult = (value: unknown): boolean =>
  isMapping(value) && 'timestamp' in value && 'latency' in value && 'code' in value;
export const isVegetaReport = (value: unknown): boolean =>
  isMapping(value) && 'latencies' in value && 'status_codes' in value;

const RESULT = z.object({
  seq: z.number().int().min(0),
  code: z.number().int().min(0),
  timestamp: z.string().refine((text) => Number.isFinite(epochMs(text)), { error: 'a time' }),
  /** Nanoseconds. */
  latency: z.number().min(0),
  error: z.string(),
});

export function readVegetaResults(file: string, problems: Problems): MeasuredRequests {
  const results: z.output<typeof RESULT>[] = [];
  let line = 0;
  for (const text of linesOf(file)) {
    line += 1;
    if (text.trim() === '') continue;
    const result = RESULT.safeParse(parsedJson(text));
    if (result.success) {
      results.push(result.data);
      continue;
    }
    const field = result.error.issues[0]?.path.join('.') ?? '';
    problems.add({
      position: { file, line, column: 1 },
      message: field === '' ? 'not a result of vegeta' : `not a result of vegeta: \`${field}\``,
      hint: 'vegeta encode --to json writes them, one a line',
    });
  }
  results.sort((a, b) => a.seq - b.seq);
  return {
    kind: 'requests',
    is_whole_schedule: results.every(({ seq }, index) => seq === index),
    requests: results.map(({ code, timestamp, latency, error }) => ({
      sent_ms: epochMs(timestamp),
      latency_ms: latency / 1e6,
      status: code,
      failure: code === 0 ? failureOf(error) : undefined,
    })),
    not_sent_ms: [],
    notes: [
      'vegeta counts latency from when a request was sent; here it counts from when it should have been',
    ],
  };
}

/** By the words of Go's net package. */
function failureOf(error: string): Failure {
  if (/connection refused/.test(error)) return 'refused';
  if (/timeout|deadline exceeded/i.test(error)) return 'timeout';
  if (/no route to host|unreachable|no such host|host is down/.test(error)) return 'unreachable';
  return 'reset';
}

const REPORT = z.looseObject({
  requests: z.number().int().min(1),
  /** Nanoseconds. */
  duration: z.number().gt(0),
  status_codes: z.record(z.string(), z.number().int().min(0)),
});

export function readVegetaReport(
  reading: Reading,
  expected_status: readonly number[],
): MeasuredTotals | undefined {
  const report = reading.get(REPORT, []);
  if (report === undefined) return undefined;
  const { requests, duration, status_codes } = report;
  const good = expected_status.reduce((sum, status) => sum + (status_codes[String(status)] ?? 0), 0);
  if (good > requests) {
    return reading.refuse(['status_codes'], {
      message: `${good} good answers are more than the ${requests} requests`,
    });
  }
  const duration_ms = duration / 1e6;
  return {
    kind: 'totals',
    requests,
    duration_ms,
    values: totalsOf(requests, good, duration_ms),
    notes: [
      'a report of vegeta has totals alone: neither outages nor the latency limit; take `vegeta encode --to json` of the results for both',
    ],
  };
}

/** What totals tell; the last request is the beginning of an interval like the others. */
export function totalsOf(requests: number, good: number, duration_ms: number): MeasuredTotals['values'] {
  return {
    failed_requests: requests - good,
    availability_requests: good / requests,
    throughput_rps: (good * 1000) / duration_ms,
  };
}
