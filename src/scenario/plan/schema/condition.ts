/** What must hold for a service to be up. Which fields go together is checked in resolve/condition.ts. */
import { z } from 'zod';
import { PERCENTAGE, percentageToFraction } from '../../units.ts';
import { few, reference } from './quantities.ts';

/** A name stands for all units of that kind. */
export type ConditionFile = string | ConditionFields;

export interface ConditionFields {
  readonly at_least?: number | Share | undefined;
  readonly of?: string | readonly ConditionFile[] | undefined;
  readonly connected?: boolean | undefined;
  readonly where?: ConditionFile | undefined;
  readonly no_row_of?: number | undefined;
  readonly all?: readonly ConditionFile[] | undefined;
  readonly any?: readonly ConditionFile[] | undefined;
}

/** Of what there is, in (0, 1]. */
export interface Share {
  readonly share: number;
}

const EXPECTED = {
  condition: 'a name of units, or a condition such as {at_least: 2, of: web}',
  atLeast: 'a whole number above 0, or a percentage of what there is such as 75%',
  of: 'a name of units, a list of names, or a list of conditions',
} as const;

export const condition: z.ZodType<ConditionFile> = z
  .union(
    [
      reference,
      z
        .strictObject({
          at_least: z
            .union(
              [
                z.number().int({ error: EXPECTED.atLeast }).min(1, { error: EXPECTED.atLeast }),
                z
                  .string()
                  .regex(PERCENTAGE)
                  .transform((text): Share => ({ share: percentageToFraction(text) }))
                  .refine(({ share }) => share > 0 && share <= 1, { error: EXPECTED.atLeast }),
              ],
              { error: EXPECTED.atLeast },
            )
            .optional()
            .describe('How many must work, or which share of what there is, rounded up. Default: all.'),
          // What holds conditions in turn is read late: they are not there yet.
          get of() {
            return z
              .union([reference, few(condition).min(1)], { error: EXPECTED.of })
              .optional()
              .describe('Units by name, several names to be counted together; or conditions, to be counted.');
          },
          connected: z
            .boolean()
            .optional()
            .describe(
              'Whether they must be connected with each other, by links whose ends work. Default: false.',
            ),
          get where() {
            return condition.optional().describe('Only those count within which this holds.');
          },
          no_row_of: z
            .number()
            .int()
            .min(1)
            .optional()
            .describe(
              'Instead of at_least: never so many side by side that do not work, the units standing in a line.',
            ),
          get all() {
            return few(condition).min(1).optional().describe('Instead of `of`: all of these hold.');
          },
          get any() {
            return few(condition).min(1).optional().describe('Instead of `of`: one of these holds.');
          },
        })
        .meta({ id: 'condition-fields' }),
    ],
    { error: EXPECTED.condition },
  )
  .meta({
    id: 'condition',
    description: 'What must work: a name (all units of that kind), or how many of what.',
  });
