/**
 * How the figures of a plan are written. Downtime runs from milliseconds to days a year, so its unit goes by its size;
 * and each figure has the digits that its interval supports: half of the 95 % interval keeps one digit, two where it
 * begins with a 1. What is exact has four digits, for more than four are of no use to a person.
 */
import type { Estimate } from '../../timeline/plan-prediction.ts';
import { count, grouped } from '../number.ts';

export const YEAR_S = 365 * 86_400;

/** A figure and its 95 % interval, in the same unit. */
export interface Shown {
  /** "52 min" */
  readonly value: string;
  /** "48 to 56"; undefined where the figure is exact. */
  readonly interval: string | undefined;
}

/** "52 min (95 %: 48 to 56)" */
export const withInterval = ({ value, interval }: Shown): string =>
  interval === undefined ? value : `${value} (95 %: ${interval})`;

interface Unit {
  readonly name: string;
  readonly seconds: number;
  /** From here on the next one reads better. */
  readonly below_s: number;
}

const UNITS: readonly Unit[] = [
  { name: 'ms', seconds: 0.001, below_s: 1 },
  { name: 's', seconds: 1, below_s: 120 },
  { name: 'min', seconds: 60, below_s: 7200 },
  { name: 'h', seconds: 3600, below_s: 172_800 },
  { name: 'days', seconds: 86_400, below_s: Number.POSITIVE_INFINITY },
];

const SECONDS: Unit = { name: 's', seconds: 1, below_s: 120 };

/** Zero is told in seconds. */
const unitOf = (span_s: number): Unit =>
  span_s > 0 ? (UNITS.find(({ below_s }) => span_s < below_s) ?? SECONDS) : SECONDS;

/**
 * A time: "52 min", "7.742 s".
 *
 * @param estimate in seconds
 * @param beside another time, whose unit it is told in
 */
export function span(estimate: Estimate, beside: Estimate = estimate): Shown {
  const { name, seconds } = unitOf(leading(beside));
  const { value, interval } = number(scaled(estimate, 1 / seconds));
  return { value: `${value} ${name}`, interval };
}

/** A time with half its interval: "52 min a year ± 4". @param estimate in seconds a year */
export function plusMinus(estimate: Estimate): string {
  const { name, seconds } = unitOf(leading(estimate));
  const in_unit = scaled(estimate, 1 / seconds);
  const half = halfWidth(in_unit);
  const { value } = number(in_unit);
  return `${value} ${name} a year${half > 0 ? ` ± ${grouped(half.toFixed(decimalsOf(half)))}` : ''}`;
}

/** A time that has no interval of its own, to two digits: "3.1 h"; "nothing" of none. */
export function roughSpan(span_s: number): string {
  if (span_s <= 0) return 'nothing';
  const { name, seconds } = unitOf(span_s);
  return `${digits(span_s / seconds, 2)} ${name}`;
}

/** How parts of a time are written beside each other: all in its unit, with three digits of the whole. */
export function spanWithin(whole_s: number): (span_s: number) => string {
  const { name, seconds } = unitOf(whole_s);
  const decimals = decimalsFor(whole_s / seconds, PART_DIGITS);
  if (whole_s > 0 && whole_s / seconds < PLAIN_NUMBER_FROM) {
    return (span_s) => `${digits(span_s / seconds, PART_DIGITS)} ${name}`;
  }
  return (span_s) => `${grouped((span_s / seconds).toFixed(decimals))} ${name}`;
}

const PART_DIGITS = 3;

/** A share of time: "9.9e-5", "0.0123". */
export function unavailability(estimate: Estimate): Shown {
  const most = leading(estimate);
  return most <= 0 || most >= PLAIN_FROM ? number(estimate) : withExponent(estimate);
}

/** "9.9e-5" */
function withExponent(estimate: Estimate): Shown {
  const shownAt = (exponent: number) => number(scaled(estimate, 10 ** -exponent));
  const exponent = Math.floor(Math.log10(leading(estimate)));
  const first = shownAt(exponent);
  // 9.96e-5 to two digits is 1.0e-4.
  const isTen = Number(first.value) >= 10;
  const { value, interval } = isTen ? shownAt(exponent + 1) : first;
  const power = `e${isTen ? exponent + 1 : exponent}`;
  const raised = (figures: string) =>
    figures.replaceAll(/[\d.,]+/g, (figure) =>
      figure === '0' ? figure : figure.replaceAll(',', '') + power,
    );
  return { value: raised(value), interval: interval && raised(interval) };
}

/** Shares from here on are written without an exponent. */
const PLAIN_FROM = 0.01;

/**
 * "99.990 %": cut, never rounded, with as many decimals as show that it is below 100 %.
 *
 * @param down share of time
 */
export function availability(down: number): string {
  return `${cut((1 - down) * 100, availabilityDecimals(down), down > 0)} %`;
}

/** Decimals of an availability in percent. */
export function availabilityDecimals(down: number): number {
  const missing = down * 100;
  const needed = missing > 0 ? Math.ceil(-Math.log10(missing) - ROUNDING_SLACK) : 0;
  return Math.min(Math.max(needed, AVAILABILITY_DECIMALS_LEAST), DECIMALS_MOST);
}

const AVAILABILITY_DECIMALS_LEAST = 2;
/** A double next to 1 has no more. */
const DECIMALS_MOST = 12;
/** For products that floating point puts just below a whole number. */
const ROUNDING_SLACK = 1e-9;

/** @param isBelow 100 %, also where a double cannot tell */
function cut(percent: number, decimals: number, isBelow = percent < 100): string {
  const steps = 10 ** decimals;
  const whole = Math.floor(percent * steps + ROUNDING_SLACK * Math.max(1, percent));
  return (isBelow ? Math.min(whole, 100 * steps - 1) / steps : percent).toFixed(decimals);
}

/** A chance in percent, "41 %", "38 to 44"; neither 0 % nor 100 % unless it is. */
export function chance(estimate: Estimate): Shown {
  const percent = scaled(estimate, 100);
  const half = halfWidth(percent);
  const from_edge = Math.min(percent.mean, 100 - percent.mean);
  const decimals = Math.max(
    half > 0 ? decimalsOf(half) : CHANCE_DECIMALS,
    from_edge > 0 ? Math.ceil(-Math.log10(from_edge)) : 0,
  );
  const shown = (value: number) => cut(Math.min(Math.max(value, 0), 100), Math.min(decimals, DECIMALS_MOST));
  const [low, high] = percent.ci95;
  return {
    value: `${shown(percent.mean)} %`,
    interval: half > 0 ? `${shown(low)} to ${shown(high)}` : undefined,
  };
}

const CHANCE_DECIMALS = 2;

/** A number of things, such as outages a year: "1.23", "1.1 to 1.4". */
export function number(estimate: Estimate): Shown {
  const { mean, ci95 } = estimate;
  const half = halfWidth(estimate);
  const most = leading(estimate);
  if (most > 0 && Math.max(mean, ci95[1]) < PLAIN_NUMBER_FROM) return withExponent(estimate);
  if (half <= 0) return { value: digits(mean, EXACT_DIGITS), interval: undefined };
  const decimals = Math.min(decimalsOf(half), decimalsFor(most, DIGITS_MOST));
  // What is counted here is never below zero, so that less is no part of the interval.
  const shown = (value: number) => (value <= 0 ? '0' : grouped(value.toFixed(decimals)));
  return { value: shown(mean), interval: `${shown(ci95[0])} to ${shown(ci95[1])}` };
}

/** Smaller ones than this have more zeros than anybody counts. */
const PLAIN_NUMBER_FROM = 1e-6;

/** A number without an interval of its own, to two digits. */
export const roughNumber = (value: number): string => digits(value, 2);

const EXACT_DIGITS = 4;
const DIGITS_MOST = 6;

/** To so many significant digits; those before the point stay. */
function digits(value: number, significant: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) < PLAIN_NUMBER_FROM) return value.toExponential(significant - 1);
  return grouped(value.toFixed(decimalsFor(value, significant)));
}

const decimalsFor = (value: number, significant: number): number =>
  value === 0 ? 0 : clamped(significant - 1 - Math.floor(Math.log10(Math.abs(value))));

function decimalsOf(half_width: number): number {
  const exponent = Math.floor(Math.log10(half_width));
  const leads = half_width / 10 ** exponent;
  return clamped(-exponent + (leads < 2 ? 1 : 0));
}

const clamped = (decimals: number): number => Math.min(Math.max(decimals, 0), DECIMALS_MOST);

export const scaled = ({ mean, ci95: [low, high] }: Estimate, by: number): Estimate => ({
  mean: mean * by,
  ci95: [low * by, high * by],
});

/** What the size of a figure goes by: where nothing was seen, the most that it may be. */
const leading = ({ mean, ci95 }: Estimate): number => (mean > 0 ? mean : ci95[1]);

/** 0 where the figure is exact. */
const halfWidth = ({ ci95: [low, high] }: Estimate): number => (high - low) / 2;

export const isExact = (estimate: Estimate): boolean => halfWidth(estimate) <= 0;

/**
 * A time beside a target, in its unit where it is near, with the digits to tell them apart where they differ: "60.02 min" where at most
 * "60 min" was asked for.
 */
export function spanBeside(span_s: number, target_s: number): string {
  const isNear = span_s > target_s / 2 && span_s < target_s * 2;
  const { name, seconds } = unitOf(isNear ? target_s : span_s);
  const target = Number((target_s / seconds).toPrecision(12));
  for (let significant = 3; significant < 15; significant += 1) {
    const shown = digits(span_s / seconds, significant);
    if (span_s === target_s || Number(shown.replaceAll(',', '')) !== target) return `${shown} ${name}`;
  }
  return `${span_s / seconds} ${name}`;
}

/** A target as its author wrote it. */
export function spanTarget(target_s: number): string {
  const { name, seconds } = unitOf(target_s);
  return `${grouped(String(Number((target_s / seconds).toPrecision(12))))} ${name}`;
}

/** An availability beside a target, with the digits to tell them apart where they differ. */
export function availabilityBeside(down: number, target: number): string {
  const goal = Number((target * 100).toPrecision(12));
  for (let decimals = availabilityDecimals(down); decimals <= DECIMALS_MOST; decimals += 1) {
    const shown = cut((1 - down) * 100, decimals);
    if (1 - down === target || Number(shown) !== goal) return `${shown} %`;
  }
  return `${(1 - down) * 100} %`;
}

/** What is simulated once. */
export interface Horizon {
  /** "a year", "30 days" */
  readonly one: string;
  /** "years", "horizons of 30 days" */
  readonly many: string;
  /** "1,000 years", "1,000 horizons of 30 days" */
  readonly count: (number: number) => string;
}

export function horizon(horizon_s: number): Horizon {
  if (horizon_s === YEAR_S) return { one: 'a year', many: 'years', count: (number) => count(number, 'year') };
  const one = lengthOf(horizon_s);
  return { one, many: `horizons of ${one}`, count: (number) => `${count(number, 'horizon')} of ${one}` };
}

function lengthOf(horizon_s: number): string {
  const units = [
    { seconds: YEAR_S, noun: 'year' },
    { seconds: 86_400, noun: 'day' },
    { seconds: 3600, noun: 'hour' },
  ];
  const { seconds, noun } = units.find((unit) => horizon_s % unit.seconds === 0) ?? {
    seconds: 1,
    noun: 'second',
  };
  return count(horizon_s / seconds, noun);
}
