/** How figures are written in the document and on the terminal. */
import type { Check, CheckId, Figures } from './criteria.ts';
import type { SuiteLine } from './suite.ts';

const METRIC_DECIMALS = { downtime_s: 2, failed_requests: 1 } as const;
const METRIC_UNITS = { downtime_s: 's', failed_requests: 'requests' } as const;

type Metric = Figures['metric'];

/** "3.11 s", "1.7 requests" */
export const amount = (value: number, metric: Metric): string =>
  `${value.toFixed(METRIC_DECIMALS[metric])} ${METRIC_UNITS[metric]}`;

/** "2.65 to 3.57" */
export const interval = ([low, high]: readonly [number, number], metric: Metric): string =>
  `${low.toFixed(METRIC_DECIMALS[metric])} to ${high.toFixed(METRIC_DECIMALS[metric])}`;

/** "+4.7 %", "-0.7 requests", "+0.31 points"; of a test its p. */
export function difference({ value, unit }: Pick<Check, 'value' | 'unit'>): string {
  return unit === 'p' ? probability(value) : `${value < 0 ? '-' : '+'}${size(Math.abs(value), unit)}`;
}

/** Without its sign. */
export function size(value: number, unit: Check['unit'] | SuiteLine['unit']): string {
  switch (unit) {
    case 'share':
      return `${(100 * value).toFixed(1)} %`;
    case 'requests':
      return `${value.toFixed(1)} requests`;
    case 'points':
      return `${value.toFixed(2)} points`;
    case 'count':
      return String(value);
    case 'p':
      return probability(value);
  }
}

export function probability(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

export const CHECK_NAMES: Readonly<Record<CheckId, string>> = {
  downtime: 'mean',
  inside: 'prediction interval',
  'availability-time': 'availability by time',
  'availability-requests': 'availability by requests',
  throughput: 'throughput',
  'outage-count': 'number of outages',
  'outage-duration': 'duration of outages',
};

/** "mean +31.0 % (allowed 25.0 %, known to 4.2 %)" */
export function checkText(check: Check): string {
  const { id, bound, unit, give_or_take } = check;
  if (give_or_take === undefined) return `${CHECK_NAMES[id]} p = ${difference(check)} (at least ${bound})`;
  const known = Number.isFinite(give_or_take) ? `known to ${size(give_or_take, unit)}` : 'of a single trial';
  return `${CHECK_NAMES[id]} ${difference(check)} (allowed ${size(bound, unit)}, ${known})`;
}
