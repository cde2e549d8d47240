/** Durations that may vary, as scenarios and plans write them. */
import { z } from 'zod';
import {
  constant,
  type Distribution,
  erlang,
  exponential,
  hyperexponential,
  lognormal,
  uniform,
  weibull,
} from '../distribution.ts';
import { duration, EXPECTED, oneOf } from './quantities.ts';

/** Narrower than this a Weibull distribution is a constant, wider its mean tells nothing. */
const SHAPE = { min: 0.1, max: 100 } as const;
/** More phases are a normal distribution, and each costs a draw. */
const PHASES_MAX = 100;
const BRANCHES_MAX = 20;

/**
 * Any family, of durations like `each`.
 *
 * @param expected what is told where there is something else than a duration, or than a distribution
 */
export function distributionOf(each: typeof duration, expected: { duration: string; distribution: string }) {
  const longer = each.refine((value_ms) => value_ms > 0, { error: `${expected.duration}, longer than 0s` });
  const families = {
    uniform: z
      .strictObject({ min: each, max: each })
      .refine(({ min, max }) => min <= max, { error: 'a max that is not below min' })
      .transform(({ min, max }) => uniform(min, max))
      .describe('Every value from min to max is equally likely.'),
    normal: z
      .strictObject({ mean: each, sd: each })
      .transform(({ mean, sd }): Distribution => ({ kind: 'normal', mean_ms: mean, sd_ms: sd }))
      .describe('Mean and standard deviation; what falls below zero is taken as 0.'),
    lognormal: z
      .strictObject({
        median: longer,
        sigma: z
          .number()
          .min(0)
          .max(5)
          .describe('Standard deviation of the natural logarithm, without unit; 0.3 is about ±30 %.'),
      })
      .transform(({ median, sigma }) => lognormal(median, sigma))
      .describe('Half of the values are below the median; a long tail above.'),
    exponential: z
      .strictObject({ mean: longer })
      .transform(({ mean }) => exponential(mean))
      .describe('Without memory; often near 0, sometimes several times the mean.'),
    weibull: z
      .strictObject({
        scale: longer.describe('63 % of the values are below it.'),
        shape: z
          .number()
          .min(SHAPE.min)
          .max(SHAPE.max)
          .describe(
            'Below 1: the longer it has lasted, the longer it will. 1: exponential. Above 1: it wears out; 2 is Rayleigh.',
          ),
      })
      .transform(({ scale, shape }) => weibull(scale, shape))
      .describe('Wear: the chance to end grows or falls with age.'),
    erlang: z
      .strictObject({
        mean: longer.describe('Of the whole.'),
        phases: z.number().int().min(1).max(PHASES_MAX).describe('How many; the more, the less it varies.'),
      })
      .transform(({ mean, phases }) => erlang(mean, phases))
      .describe('Several exponential phases of equal mean, one after the other.'),
    hyperexponential: z
      .array(
        z.strictObject({
          weight: z
            .number()
            .gt(0)
            .max(1e6)
            .describe('How often it is this one, in proportion to the others.'),
          mean: longer.describe('Of this one.'),
        }),
      )
      .min(1)
      .max(BRANCHES_MAX)
      .transform((branches) =>
        hyperexponential(branches.map(({ weight, mean }) => ({ weight, mean_ms: mean }))),
      )
      .describe('One of several exponential distributions, by chance.'),
    empirical: z
      .array(each)
      .min(1)
      .max(10_000)
      .transform((values_ms): Distribution => ({ kind: 'empirical', values_ms }))
      .describe('Measured values, each equally likely.'),
  };
  return z.union(
    [
      each.transform((value_ms) => constant(value_ms)),
      oneOf(families, `exactly one of ${Object.keys(families).join(', ')}`).transform(
        (given): Distribution => Object.values(given).find((family) => family !== undefined)!,
      ),
    ],
    { error: expected.distribution },
  );
}

export const distribution = distributionOf(duration, EXPECTED).meta({
  id: 'distribution',
  description: 'A duration that may vary: one value, or a distribution.',
});
