/** The format of a plan: a scenario file that has a section `infrastructure`. docs/plan.md describes it. */
import { z } from 'zod';
import * as header from '../schema/header.ts';
import { fraction } from '../schema/quantities.ts';
import { YEAR_MS } from '../units.ts';
import { condition } from './schema/condition.ts';
import { infrastructure } from './schema/infrastructure.ts';
import { duration, EXPECTED, named } from './schema/quantities.ts';

export const service = z.strictObject({
  up: condition.describe('What must work for the service to be up.'),
  objectives: z
    .strictObject({
      availability: fraction.optional().describe('At least this share of the horizon up.'),
      downtime: duration.optional().describe('At most this much downtime in the horizon.'),
    })
    .prefault({})
    .describe('What must hold in the prediction; each is optional.'),
});

export const planSchema = z
  .strictObject({
    version: header.version,
    name: header.name,
    description: header.description,
    horizon: duration
      .refine((value_ms) => value_ms > 0, { error: `${EXPECTED.duration}, longer than 0s` })
      .default(YEAR_MS)
      .describe('How far the prediction looks, from all being new. Default: 365d.'),
    trials: z
      .strictObject({ predict: header.predict })
      .prefault({})
      .describe('How many horizons are simulated.'),
    seed: header.seed,
    infrastructure,
    services: named(service).describe('What is to be up.'),
  })
  .meta({
    title: 'foreshock plan',
    description: 'What there is, how it fails, and what of it services need.',
  });

export type ServiceFile = z.output<typeof service>;
export type PlanFile = z.output<typeof planSchema>;
