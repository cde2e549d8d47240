/** Quantities as people write them, with their units. Patterns are shared with the JSON Schema. */

const NUMBER = String.raw`(?:\d+(?:\.\d+)?|\.\d+)`;

/** "500ms", "2s", "1m30s", "1.5h", "7d", "3y", "0s": parts in falling order, each with its unit. */
export const DURATION = new RegExp(
  `^(?=[\\d.])${['y', 'w', 'd', 'h', 'm(?!s)', 's', 'ms'].map((unit) => `(?:${NUMBER}${unit})?`).join('')}$`,
);
/** "99.9%" */
export const PERCENTAGE = new RegExp(`^${NUMBER} ?%$`);
/** "100/s" */
export const RATE = new RegExp(`^${NUMBER} ?/ ?s$`);

/** "150MiB", "1.2GB", "512B" */
export const SIZE = new RegExp(`^${NUMBER} ?(?:[KMGT]iB|[kMGT]?B)$`);
/** "50MiB/s" */
export const BANDWIDTH = new RegExp(`${SIZE.source.slice(0, -1)} ?/ ?s$`);

const DAY_MS = 24 * 3_600_000;

/** A year has 365 days, as everywhere in foreshock. */
export const YEAR_MS = 365 * DAY_MS;

const UNIT_MS: Readonly<Record<string, number>> = {
  y: YEAR_MS,
  w: 7 * DAY_MS,
  d: DAY_MS,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/** Milliseconds of a text that matches DURATION, to the microsecond. */
export function durationToMs(text: string): number {
  let total_ms = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)(ms|[ywdhms])/g)) {
    total_ms += Number(number) * (UNIT_MS[unit!] ?? Number.NaN);
  }
  return Math.round(total_ms * 1000) / 1000;
}

/** A text that `durationToMs` reads as this many milliseconds: "250ms", "1.5s", "600s"; above that "20m", "2h", "30d", "1.5y". */
export function msToDuration(duration_ms: number): string {
  const seconds = duration_ms >= 1000 ? `${duration_ms / 1000}s` : `${duration_ms}ms`;
  if (duration_ms <= 600_000) return seconds;
  const long = ['y', 'd', 'h', 'm'].map(
    (unit) => `${Number((duration_ms / UNIT_MS[unit]!).toPrecision(12))}${unit}`,
  );
  return [...long, seconds]
    .filter((text) => DURATION.test(text) && durationToMs(text) === durationToMs(seconds))
    .reduce((shortest, text) => (text.length < shortest.length ? text : shortest));
}

/** The fraction a text that matches PERCENTAGE stands for: 0.999 of "99.9%". */
export function percentageToFraction(text: string): number {
  const percent = Number(text.replace('%', ''));
  // Division alone would turn 99.9 % into 0.9990000000000001.
  return Number((percent / 100).toPrecision(15));
}

/** Requests a second of a text that matches RATE. */
export function rateToPerSecond(text: string): number {
  return Number(text.split('/')[0]);
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Whole bytes of a text that matches SIZE. */
export function sizeToBytes(text: string): number {
  const [, number, unit] = /^([\d.]+) ?(\w+)$/.exec(text) ?? [];
  return Math.round(Number(number) * (UNIT_BYTES[unit ?? ''] ?? Number.NaN));
}
