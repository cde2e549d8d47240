/**
 * What the fields of a scenario have in common: quantities with their units, and names. Distributions are in
 * distribution.ts.
 *
 * Each `error` says what was *expected*; issues.ts adds what was found, and where.
 */
import { z } from 'zod';
import {
  BANDWIDTH,
  DURATION,
  durationToMs,
  PERCENTAGE,
  percentageToFraction,
  RATE,
  rateToPerSecond,
  SIZE,
  sizeToBytes,
} from '../units.ts';

export const EXPECTED = {
  duration: 'a duration with its unit, such as 500ms, 2s or 1m30s',
  wholeSeconds: 'a duration of whole seconds, such as 0s or 30s',
  distribution: 'a duration such as 2s, or a distribution such as {uniform: {min: 1s, max: 3s}}',
  rate: 'requests a second above 0, at most 100000, such as 100 or 100/s',
  fraction: 'a percentage of at most 100 such as 99.9%, or a fraction of at most 1 such as 0.999',
  size: 'a size with its unit, such as 150MiB or 1.2GB',
  bandwidth: 'bytes a second with their unit, such as 50MiB/s',
  name: 'a name as Kubernetes takes it: lower-case letters, digits, "-" and "."',
} as const;

const RATE_MAX_PER_S = 100_000;
const DURATION_MAX_MS = 366 * 24 * 3_600_000;

/** Durations up to a limit, in milliseconds. */
export function durationUpTo(max_ms: number, { expected, most }: { expected: string; most: string }) {
  return z
    .string({ error: expected })
    .regex(DURATION, { error: expected })
    .transform(durationToMs)
    .refine((value_ms) => value_ms <= max_ms, { error: `${expected}, of at most ${most}` });
}

/** A duration, in milliseconds. */
export const duration = durationUpTo(DURATION_MAX_MS, { expected: EXPECTED.duration, most: 'a year' }).meta({
  id: 'duration',
  description: 'A duration with its unit: 500ms, 2s, 1m30s.',
});

export const positiveDuration = duration.refine((value_ms) => value_ms > 0, {
  error: `${EXPECTED.duration}, longer than 0s`,
});

export const wholeSeconds = z
  .string({ error: EXPECTED.wholeSeconds })
  .regex(DURATION, { error: EXPECTED.wholeSeconds })
  .transform((text) => durationToMs(text) / 1000)
  .refine((value_s) => Number.isInteger(value_s) && value_s <= DURATION_MAX_MS / 1000, {
    error: EXPECTED.wholeSeconds,
  });

/** A mapping with exactly one of these keys, like `{uniform: {...}}`. */
export function oneOf<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape, error: string) {
  const optional = Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => {
      const { description } = schema;
      return [key, description === undefined ? schema.optional() : schema.optional().describe(description)];
    }),
  ) as { [Key in keyof Shape]: z.ZodOptional<Shape[Key]> };
  return z
    .strictObject(optional)
    .refine((value) => Object.keys(value).length === 1, { error })
    .meta({ minProperties: 1, maxProperties: 1 });
}

export const rate = z
  .union(
    [
      z.number({ error: EXPECTED.rate }).gt(0).max(RATE_MAX_PER_S),
      z.string({ error: EXPECTED.rate }).regex(RATE).transform(rateToPerSecond),
    ],
    { error: EXPECTED.rate },
  )
  .refine((value) => value > 0 && value <= RATE_MAX_PER_S, { error: EXPECTED.rate })
  .meta({ id: 'rate', description: 'Requests a second: 100 or 100/s.' });

/** A share, as a fraction in [0, 1]. */
export const fraction = z
  .union(
    [
      z.number().min(0, { error: EXPECTED.fraction }).max(1, { error: EXPECTED.fraction }),
      z.string().regex(PERCENTAGE).transform(percentageToFraction),
    ],
    {
      error: EXPECTED.fraction,
    },
  )
  .refine((value) => value <= 1, { error: EXPECTED.fraction })
  .meta({ id: 'fraction', description: 'A percentage such as 99.9%, or a fraction such as 0.999.' });

const KUBERNETES_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
export const kubernetesName = z.string({ error: EXPECTED.name }).max(253).regex(KUBERNETES_NAME, {
  error: EXPECTED.name,
});

export const count = z.number().int().min(1);

/** Bytes. */
export const size = z
  .string({ error: EXPECTED.size })
  .regex(SIZE, { error: EXPECTED.size })
  .transform(sizeToBytes)
  .refine((bytes) => bytes > 0, { error: `${EXPECTED.size}, above 0` })
  .meta({ id: 'size', description: 'A size with its unit: 150MiB, 1.2GB.' });

/** Bytes a second. */
export const bandwidth = z
  .string({ error: EXPECTED.bandwidth })
  .regex(BANDWIDTH, { error: EXPECTED.bandwidth })
  .transform((text) => sizeToBytes(text.replace(/ ?\/ ?s$/, '')))
  .refine((bytes_per_s) => bytes_per_s > 0, { error: `${EXPECTED.bandwidth}, above 0` })
  .meta({ id: 'bandwidth', description: 'Bytes a second, with the unit: 50MiB/s, 1GB/s.' });
