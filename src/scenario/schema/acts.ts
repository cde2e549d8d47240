/** When a fault acts, and how often. */
import { z } from 'zod';
import { ACTS_MAX } from '../act-times.ts';
import { constant, mean_ms } from '../distribution.ts';
import { distribution } from './distribution.ts';
import { count, duration, EXPECTED, positiveDuration } from './quantities.ts';

const times = count
  .max(ACTS_MAX)
  .optional()
  .describe('How many acts in all, the first included. Default: until the load ends.');

/** The times of a fault that stands for itself. */
export const acts = {
  at: distribution.describe(
    'When it acts, from the start of the trial; within the duration of the load. A distribution is drawn from anew in each trial.',
  ),
  repeat: z
    .strictObject({
      every: distribution
        .refine((gap) => mean_ms(gap) > 0, { error: `${EXPECTED.distribution}, longer than 0s` })
        .describe(
          'From one act to the next. Of an exponential distribution the mean is the time between failures (MTBF).',
        ),
      times,
    })
    .optional()
    .describe('Acts again and again; victims are chosen anew each time.'),
};

/** In a sequence, whose steps begin when the one before is over, everything has its time. */
export const actsOfStep = {
  at: duration
    .transform(constant)
    .prefault('0s')
    .describe('When it acts, from where its turn begins. Default: at once.'),
  repeat: z
    .strictObject({
      every: positiveDuration.transform(constant).describe('From one act to the next.'),
      times: count.max(ACTS_MAX).describe('How many acts in all, the first included.'),
    })
    .optional()
    .describe('Acts again and again; victims are chosen anew each time.'),
};
