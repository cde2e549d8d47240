/** What the fields of a plan have in common: times of years, and names. */
import { z } from 'zod';
import { mean_ms } from '../../distribution.ts';
import { distributionOf } from '../../schema/distribution.ts';
import { durationUpTo } from '../../schema/quantities.ts';
import { YEAR_MS } from '../../units.ts';

export const EXPECTED = {
  duration: 'a duration with its unit, such as 20m, 36h, 30d or 3y',
  distribution: 'a duration such as 2h, or a distribution such as {exponential: {mean: 3y}}',
  name: 'a name of at most 63 letters, digits, "-", "_" and "." that begins with a letter',
  reference: 'a name that the plan gives',
} as const;

const DURATION_YEARS_MAX = 100;
/** Of what fails once in a billion hours, a FIT of 1, the mean is 114,155 years. */
const TIME_YEARS_MAX = 1_000_000;

/** A duration, in milliseconds. */
export const duration = durationUpTo(DURATION_YEARS_MAX * YEAR_MS, {
  expected: EXPECTED.duration,
  most: `${DURATION_YEARS_MAX}y`,
}).meta({ id: 'plan-duration', description: 'A duration with its unit: 20m, 36h, 30d, 3y (of 365 days).' });

/** From one event to another, in milliseconds: rare ones may be farther apart than anybody looks. */
const longDuration = durationUpTo(TIME_YEARS_MAX * YEAR_MS, {
  expected: EXPECTED.duration,
  most: `${TIME_YEARS_MAX}y`,
}).meta({ id: 'plan-time', description: 'A duration with its unit: 20m, 36h, 30d, 3y (of 365 days).' });

/** A time that may be nothing. */
export const anyTime = distributionOf(longDuration, EXPECTED).meta({
  id: 'plan-distribution',
  description: 'A duration that may vary: one value, or a distribution.',
});

/** A time that passes. */
export const time = distributionOf(longDuration, EXPECTED)
  .refine((distribution) => mean_ms(distribution) > 0, {
    error: `${EXPECTED.distribution}, with a mean above 0s`,
  })
  .meta({ id: 'time', description: 'A duration that may vary: one value, or a distribution; not nothing.' });

/** Of something that the plan describes. */
export const name = z
  .string({ error: EXPECTED.name })
  .regex(/^[A-Za-z][-\w.]{0,62}$/, { error: EXPECTED.name });

/** Of something that is described elsewhere in the plan; whether it is there is checked in resolve/. */
export const reference = z.string({ error: EXPECTED.reference });

/** What happens so rarely that requests matter: the scenario that says what it costs. */
export const episode = z
  .union([z.string().min(1), z.record(z.string(), z.string().min(1))], {
    error: 'a scenario file, or a mapping of services to their scenario files',
  })
  .optional();

/** People write plans; what is equal stands under one name, with a count. */
export const ENTRIES_MAX = 1000;

/** Entries by name. */
export const named = <Entry extends z.ZodType>(entry: Entry) =>
  z
    .record(name, entry)
    .refine((entries) => Object.keys(entries).length <= ENTRIES_MAX, {
      error: `at most ${ENTRIES_MAX} names`,
    })
    .meta({ maxProperties: ENTRIES_MAX });

/** Names, or whatever else there is a list of. */
export const few = <Item extends z.ZodType>(item: Item) => z.array(item).max(ENTRIES_MAX);
