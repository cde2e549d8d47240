/** The format of a game day's file. */
import { z } from 'zod';
import * as header from '../schema/header.ts';
import { count, oneOf, positiveDuration } from '../schema/quantities.ts';
import { DAY_MIN, isTimeZone, WEEKDAYS } from '../time-window.ts';
import { TRIALS_MAX } from '../trials.ts';

const EXPECTED = {
  time: 'a time of day in quotes, such as "09:30"',
  timeZone: 'a time zone by its name, such as Europe/Berlin or UTC',
} as const;

/** Minutes since midnight. */
const timeOfDay = z
  .string({ error: EXPECTED.time })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: EXPECTED.time })
  .transform((text) => {
    const [hours, minutes] = text.split(':').map(Number) as [number, number];
    return hours * 60 + minutes;
  });

const timeZone = z
  .string({ error: EXPECTED.timeZone })
  .refine(isTimeZone, { error: EXPECTED.timeZone })
  .default('UTC')
  .describe('By which times of day are meant: a name such as Europe/Berlin. Default: UTC.');

const window = z
  .strictObject({
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .default([...WEEKDAYS])
      .describe('On which it opens. Default: all.'),
    from: timeOfDay
      .refine((minute) => minute < DAY_MIN, { error: EXPECTED.time })
      .describe('When it opens: "09:00".'),
    to: timeOfDay.describe('When it closes; not later than `from`: on the next day.'),
  })
  .describe('Outside of it no experiment begins: the game day waits until it opens. Default: at any time.');

const experiment = z.strictObject({
  scenario: z.string().min(1).describe('Scenario file, relative to this one.'),
  trials: count
    .max(TRIALS_MAX.measure)
    .optional()
    .describe("Trials on the cluster. Default: the scenario's."),
});

const step = oneOf(
  {
    verify: experiment.describe('Predicts, causes the faults, measures, and compares.'),
    chaos: experiment.describe('Causes the faults and measures.'),
    ask: z.string().min(1).max(1000).describe('Asks the person at the terminal, whose answer is kept.'),
    wait: positiveDuration.describe('Waits for so long.'),
    wait_until: timeOfDay
      .refine((minute) => minute < DAY_MIN, { error: EXPECTED.time })
      .describe('Waits until the clocks show this time: "14:30".'),
  },
  'exactly one of verify, chaos, ask, wait, wait_until',
);

export const gameDaySchema = z
  .strictObject({
    version: header.version,
    name: header.name,
    description: header.description,
    time_zone: timeZone,
    window: window.optional(),
    game_day: z.array(step).min(1).describe('What is done, one after the other.'),
  })
  .meta({
    title: 'foreshock game day',
    description: 'Experiments one after the other, and what people do in between.',
  });

export type GameDayFile = z.output<typeof gameDaySchema>;
