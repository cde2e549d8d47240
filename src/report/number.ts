/**
 * How numbers are written in reports. Every format takes its figures from here, by way of the model, so the
 * terminal, the page and the log of a CI job can never show two readings of one number.
 */
import type { Metric } from '../timeline/verdict.ts';

interface MetricFormat {
  readonly label: string;
  /** What follows the figure; empty for counts. */
  readonly unit: string;
  /** Figure shown per value: 100 for a fraction shown in percent. */
  readonly scale: number;
  readonly decimals: { readonly least: number; readonly most: number; readonly without_spread: number };
  /** Cut, never rounded: an availability of 99.999 % must not read 100 %. */
  readonly truncated: boolean;
}

const AVAILABILITY = {
  unit: '%',
  scale: 100,
  decimals: { least: 2, most: 6, without_spread: 2 },
  truncated: true,
} as const;
const RATE = {
  unit: '/s',
  scale: 1,
  decimals: { least: 0, most: 2, without_spread: 1 },
  truncated: false,
} as const;
const LATENCY = {
  unit: 'ms',
  scale: 1,
  decimals: { least: 0, most: 2, without_spread: 1 },
  truncated: false,
} as const;

export const METRIC_FORMAT: Readonly<Record<Metric, MetricFormat>> = {
  downtime_s: {
    label: 'downtime',
    unit: 's',
    scale: 1,
    decimals: { least: 0, most: 3, without_spread: 2 },
    truncated: false,
  },
  failed_requests: {
    label: 'failed requests',
    unit: '',
    scale: 1,
    decimals: { least: 0, most: 1, without_spread: 0 },
    truncated: false,
  },
  availability_time: { label: 'availability by time', ...AVAILABILITY },
  availability_requests: { label: 'availability by requests', ...AVAILABILITY },
  throughput_rps: { label: 'throughput, delivered', ...RATE },
  capacity_rps: { label: 'throughput, capacity', ...RATE },
  latency_p50_ms: { label: 'latency, median', ...LATENCY },
  latency_p99_ms: { label: 'latency, p99', ...LATENCY },
};

/** Slack for products that floating point puts just below a whole number, as 0.57 * 100 = 56.99999999999999. */
const ROUNDING_SLACK = 1e-9;
const DECIMALS_MOST = 9;

/**
 * As many decimals as the spread supports: the half-width of the interval keeps two significant digits.
 *
 * @param values all that is shown in one row; an availability below 100 % gets the decimals to show it
 * @param half_width of the widest interval of the row, in the metric's own unit; 0 where nothing varies
 */
export function decimalsFor(metric: Metric, values: readonly number[], half_width: number): number {
  const { decimals, scale, truncated } = METRIC_FORMAT[metric];
  const spread = half_width * scale;
  let wanted = spread > 0 ? 1 - Math.floor(Math.log10(spread)) : decimals.without_spread;
  if (truncated) {
    for (const value of values) {
      const missing = (1 - value) * scale;
      if (missing > 0) wanted = Math.max(wanted, Math.ceil(-Math.log10(missing) - ROUNDING_SLACK));
    }
  }
  return Math.min(Math.max(wanted, decimals.least), decimals.most);
}

/** A figure without its unit: "2.58", "97.41", "1,204". */
export function figure(metric: Metric, value: number, decimals: number): string {
  const { scale, truncated } = METRIC_FORMAT[metric];
  return truncated ? truncate(value, scale, decimals) : grouped((value * scale).toFixed(decimals));
}

/** A figure with its unit: "2.58 s". */
export function quantity(metric: Metric, value: number, decimals: number): string {
  return withUnit(metric, figure(metric, value, decimals));
}

export function withUnit(metric: Metric, shown: string): string {
  const { unit } = METRIC_FORMAT[metric];
  return unit === '' ? shown : `${shown} ${unit}`;
}

/** A target as its author wrote it: all its digits and no more. */
export function target(metric: Metric, value: number): string {
  return String(Number((value * METRIC_FORMAT[metric].scale).toPrecision(12)));
}

/**
 * A figure that stands beside a target: it gets decimals until it no longer reads the same as the target it
 * misses ("2.504 s, at most 2.5 s", never "2.50 s, at most 2.5 s: missed").
 */
export function figureBeside(metric: Metric, value: number, beside: number, decimals: number): string {
  const scale = METRIC_FORMAT[metric].scale;
  const goal = Number((beside * scale).toPrecision(12));
  for (let more = decimals; more <= DECIMALS_MOST; more++) {
    const shown = figure(metric, value, more);
    if (value === beside || Number(shown.replaceAll(',', '')) !== goal) return shown;
  }
  return String(value * scale);
}

/** Share of a whole in whole percent: "46 %"; below one percent "<1 %". */
export function share(part: number, whole: number): string {
  if (whole <= 0) return '0 %';
  const percent = (part / whole) * 100;
  return percent > 0 && percent < 1 ? '<1 %' : `${percent.toFixed(0)} %`;
}

/** A share in percent, with three digits at the most: "5 %", "4.87 %". */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/**
 * A share with its interval, in percent: "98.7 % [97.8, 99.2]", with one significant digit of half the interval. Cut
 * as an availability is: 100 % is all of them.
 */
export function shareWithin(share: number, [low, high]: readonly [number, number]): string {
  const half_percent = ((high - low) / 2) * 100;
  const decimals = Math.min(Math.max(-Math.floor(Math.log10(half_percent)), 0), DECIMALS_MOST);
  const shown = (value: number) => truncate(value, 100, decimals);
  return `${shown(share)} % [${shown(low)}, ${shown(high)}]`;
}

/** A count with its noun: "1 trial", "1,000 trials". */
export function count(number: number, noun: string): string {
  return `${grouped(String(number))} ${noun}${number === 1 ? '' : 's'}`;
}

function truncate(fraction: number, scale: number, decimals: number): string {
  const steps = 10 ** decimals;
  let cut = Math.floor(fraction * scale * steps + ROUNDING_SLACK);
  if (fraction < 1 && cut >= scale * steps) cut = scale * steps - 1;
  return (cut / steps).toFixed(decimals);
}

/** Digits in groups of three: "1,204". */
export function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
}
