/**
 * k6 2.2.0: the samples of `k6 run --out json=FILE` (internal/output/json/wrapper.go, lib/netext/httpext/tracer.go,
 * error_codes.go), and the summaries of --summary-export and handleSummary (internal/js/summary.go).
 */
import { z } from 'zod';
import type { Problems } from '../../scenario/problem.ts';
import { isMapping, type Reading } from '../reading.ts';
import type { Failure, MeasuredRequest, MeasuredRequests, MeasuredTotals } from './data.ts';
import { epochMs, linesOf, parsedJson } from './lines.ts';
import { totalsOf } from './vegeta.ts';

export const isK6Sample = (value: unknown): boolean =>
  isMapping(value) && (value.type === 'Metric' || value.type === 'Point') && 'data' in value;
export const isK6Summary = (value: unknown): boolean =>
  isMapping(value) && isMapping(value.metrics) && 'http_reqs' in value.metrics;

const POINT = z.looseObject({
  metric: z.string(),
  data: z.looseObject({
    time: z.string().refine((text) => Number.isFinite(epochMs(text)), { error: 'a time' }),
    value: z.number(),
    tags: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** What of a request's time has a metric of its own; the request was sent so long before its end. */
const PARTS = ['http_req_duration', 'http_req_blocked', 'http_req_connecting', 'http_req_tls_handshaking'];

/** A request whose parts are still to come: k6 writes them after it, with the same time. */
interface Open {
  readonly time: string;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly parts: Map<string, number>;
}

export function readK6Samples(file: string, problems: Problems): MeasuredRequests {
  const open: Open[] = [];
  const not_sent_ms: number[] = [];
  let line = 0;
  for (const text of linesOf(file)) {
    line += 1;
    if (text.trim() === '') continue;
    const value = parsedJson(text);
    if (isMapping(value) && value.type === 'Metric') continue;
    const point = POINT.safeParse(value);
    if (!point.success) {
      problems.add({
        position: { file, line, column: 1 },
        message: 'not a sample of k6',
        hint: 'k6 run --out json=FILE writes them, one a line',
      });
      continue;
    }
    const { metric, data } = point.data;
    const last = open.at(-1);
    if (metric === 'http_reqs') {
      open.push({ time: data.time, tags: data.tags ?? {}, parts: new Map() });
    } else if (metric === 'dropped_iterations') {
      for (let k = 0; k < Math.min(data.value, 1e6); k += 1) not_sent_ms.push(epochMs(data.time));
    } else if (last?.time === data.time && PARTS.includes(metric) && !last.parts.has(metric)) {
      last.parts.set(metric, data.value);
    }
  }
  return {
    kind: 'requests',
    is_whole_schedule: false,
    requests: open.map(requestOf).sort((a, b) => a.sent_ms - b.sent_ms),
    not_sent_ms,
    notes: [
      'k6 does not say when a request should have been sent; only dropped iterations tell of a late sender',
    ],
  };
}

function requestOf({ time, tags, parts }: Open): MeasuredRequest {
  const latency_ms = [...parts.values()].reduce((sum, part) => sum + part, 0);
  const status = Number(tags.status ?? 0);
  const isAnswered = Number.isInteger(status) && status > 0;
  return {
    sent_ms: epochMs(time) - latency_ms,
    latency_ms,
    status: isAnswered ? status : 0,
    failure: isAnswered ? undefined : failureOf(Number(tags.error_code)),
  };
}

/** lib/netext/httpext/error_codes.go */
function failureOf(code: number): Failure {
  if (code === 1050 || code === 1211) return 'timeout';
  if (code === 1212) return 'refused';
  if ((code >= 1100 && code < 1200) || code === 1210 || code === 1213) return 'unreachable';
  return 'reset';
}

const COUNTER = z.looseObject({ count: z.number().min(1), rate: z.number().gt(0) });
const RATE = z.looseObject({ passes: z.number().min(0) });

/** --summary-export has the values of a metric in it, handleSummary one level deeper. */
export function readK6Summary(reading: Reading): MeasuredTotals | undefined {
  const at = (metric: string) => {
    const path = ['metrics', metric];
    return isMapping(reading.value([...path, 'values'])) ? [...path, 'values'] : path;
  };
  const requests = reading.get(COUNTER, at('http_reqs'));
  // A rate of failures: what "passes" is a request that failed.
  const failed = reading.get(RATE, at('http_req_failed'));
  const dropped = reading.value([...at('dropped_iterations'), 'count']);
  if (typeof dropped === 'number' && dropped > 0) {
    return reading.refuse(['metrics', 'dropped_iterations'], {
      message: `${dropped} iterations were not begun: the load was less than asked for`,
      hint: 'raise maxVUs, and measure again',
    });
  }
  if (requests === undefined || failed === undefined) return undefined;
  const { count, rate } = requests;
  if (failed.passes > count) {
    return reading.refuse(at('http_req_failed'), {
      message: `${failed.passes} failures are more than the ${count} requests`,
    });
  }
  const duration_ms = (count * 1000) / rate;
  return {
    kind: 'totals',
    requests: count,
    duration_ms,
    values: totalsOf(count, count - failed.passes, duration_ms),
    notes: [
      'a summary of k6 has totals alone, and k6 takes any status from 200 to 399 for good: neither outages nor the latency limit; take --out json=FILE for both',
    ],
  };
}
