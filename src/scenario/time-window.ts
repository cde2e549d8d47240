/** Hours of the week in which faults may be caused, as the clocks on the wall of a time zone show them. */

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface TimeWindow {
  /** On which it opens; one that closes after midnight still belongs to the day before. */
  readonly days: readonly Weekday[];
  /** Minutes since midnight. */
  readonly from_min: number;
  /** The first minute that is outside; not later than `from_min`: on the next day. */
  readonly to_min: number;
  /** As in the IANA time zone database: "Europe/Berlin". */
  readonly time_zone: string;
}

export const DAY_MIN = 24 * 60;
const MINUTE_MS = 60_000;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

interface WallClock {
  readonly day: Weekday;
  readonly minute: number;
}

/** What the clocks of a time zone show. */
export function wallClock(at_ms: number, time_zone: string): WallClock {
  const parts = formatOf(time_zone).formatToParts(at_ms);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  return {
    day: part('weekday').toLowerCase() as Weekday,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = FORMATS.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    FORMATS.set(timeZone, format);
  }
  return format;
}

export function isOpen({ days, from_min, to_min, time_zone }: TimeWindow, at_ms: number): boolean {
  const { day, minute } = wallClock(at_ms, time_zone);
  if (from_min < to_min) return days.includes(day) && minute >= from_min && minute < to_min;
  const yesterday = WEEKDAYS[(WEEKDAYS.indexOf(day) + 6) % 7] as Weekday;
  return minute >= from_min ? days.includes(day) : minute < to_min && days.includes(yesterday);
}

/** When it is open next, in milliseconds since 1970: now, or on a whole minute. */
export function opensAt_ms(window: TimeWindow, at_ms: number): number {
  return firstMinute(at_ms, (minute_ms) => isOpen(window, minute_ms));
}

/** When the clocks of a time zone next show this minute of the day, now included. */
export function nextAt_ms(minute: number, time_zone: string, at_ms: number): number {
  return firstMinute(at_ms, (minute_ms) => wallClock(minute_ms, time_zone).minute === minute);
}

/**
 * Minute by minute, for clocks are put forward and back. A week and a day hold every minute of every day that there is:
 * one that is left out once, in spring, is there the next day.
 */
function firstMinute(at_ms: number, isIt: (minute_ms: number) => boolean): number {
  if (isIt(at_ms)) return at_ms;
  let minute_ms = Math.floor(at_ms / MINUTE_MS) * MINUTE_MS;
  for (let minutes = 0; minutes < 8 * DAY_MIN + 120; minutes += 1) {
    minute_ms += MINUTE_MS;
    if (isIt(minute_ms)) return minute_ms;
  }
  throw new Error('no such minute within eight days');
}

/** "14:30" */
export const clockText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
