import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DAY_MIN,
  isOpen,
  isTimeZone,
  nextAt_ms,
  opensAt_ms,
  type TimeWindow,
  WEEKDAYS,
  wallClock,
} from '../../src/scenario/time-window.ts';

const at = (text: string) => Date.parse(text);
const OFFICE: TimeWindow = {
  days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  from_min: 9 * 60,
  to_min: 17 * 60,
  time_zone: 'Europe/Berlin',
};
const NIGHT: TimeWindow = { days: ['friday'], from_min: 22 * 60, to_min: 2 * 60, time_zone: 'UTC' };

describe('a window', () => {
  // Saturday, 21 November 2026; Berlin is an hour ahead in winter, two in summer.
  test.each([
    ['2026-11-20T07:59:59Z', false],
    ['2026-11-20T08:00:00Z', true],
    ['2026-11-20T15:59:59Z', true],
    ['2026-11-20T16:00:00Z', false],
    ['2026-11-21T10:00:00Z', false],
    ['2026-07-01T07:00:00Z', true],
    ['2026-07-01T15:00:00Z', false],
  ])('of office hours in Berlin: at %s open %s', (text, expected) => {
    expect(isOpen(OFFICE, at(text))).toBe(expected);
  });

  test.each([
    ['2026-11-20T21:59:00Z', false],
    ['2026-11-20T22:00:00Z', true],
    ['2026-11-21T01:59:00Z', true],
    ['2026-11-21T02:00:00Z', false],
    ['2026-11-21T22:00:00Z', false],
    ['2026-11-20T01:00:00Z', false],
  ])('that closes after midnight belongs to the day on which it opens: at %s open %s', (text, expected) => {
    expect(isOpen(NIGHT, at(text))).toBe(expected);
  });

  test('that is closed opens on its next day', () => {
    expect(opensAt_ms(OFFICE, at('2026-11-20T16:30:12Z'))).toBe(at('2026-11-23T08:00:00Z'));
    expect(opensAt_ms(OFFICE, at('2026-11-20T10:00:12Z'))).toBe(at('2026-11-20T10:00:12Z'));
    expect(opensAt_ms(NIGHT, at('2026-11-21T02:00:00Z'))).toBe(at('2026-11-27T22:00:00Z'));
  });

  test('is found open when it is said to open, and not a minute before', () => {
    fc.assert(
      fc.property(
        fc.subarray([...WEEKDAYS], { minLength: 1 }),
        fc.nat(DAY_MIN - 1),
        fc.integer({ min: 0, max: DAY_MIN }),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'),
        fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }),
        (days, from_min, to_min, time_zone, now_ms) => {
          const window: TimeWindow = { days, from_min, to_min, time_zone };
          const opens_ms = opensAt_ms(window, now_ms);
          expect(isOpen(window, opens_ms)).toBe(true);
          if (isOpen(window, now_ms)) expect(opens_ms).toBe(now_ms);
          else if (opens_ms - 60_000 > now_ms) expect(isOpen(window, opens_ms - 60_000)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('a time of day is the next one by the clocks there, when they are put forward too', () => {
  const half_past_two = 2 * 60 + 30;
  expect(nextAt_ms(half_past_two, 'Europe/Berlin', at('2026-11-21T00:00:00Z'))).toBe(
    at('2026-11-21T01:30:00Z'),
  );
  // On 29 March 2026 they go from 2:00 to 3:00.
  expect(nextAt_ms(half_past_two, 'Europe/Berlin', at('2026-03-29T00:00:00Z'))).toBe(
    at('2026-03-30T00:30:00Z'),
  );
  expect(wallClock(at('2026-03-30T00:30:00Z'), 'Europe/Berlin')).toEqual({
    day: 'monday',
    minute: half_past_two,
  });
});

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Europe/Atlantis', false],
  ['', false],
])('time zone %j: %s', (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});
