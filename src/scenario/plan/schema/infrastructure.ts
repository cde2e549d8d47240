/** What there is, how it fails and is repaired, and what is done to it. */
import { z } from 'zod';
import { count, fraction } from '../../schema/quantities.ts';
import { PRIOR_NAMES } from '../priors.ts';
import { anyTime, episode, few, named, reference, time } from './quantities.ts';

/** Units of one kind, or in all: the memory of a common machine holds their state many times over. */
export const UNITS_MAX = 2_000_000;

const failing = {
  time_to_failure: time
    .optional()
    .describe(
      'From new, or from the end of a repair, to the next failure of its own. Default: it never fails by itself.',
    ),
  time_to_repair: time
    .optional()
    .describe('Hands-on time of a repair, after which it is as good as new. Needed by whatever can fail.'),
  crew: reference.optional().describe('Who repairs it. Default: somebody is always there.'),
  episode: episode.describe(
    'Scenario of such a failure, relative to this file, or one for each service: what it costs while the rest takes over.',
  ),
};

export const unit = z.strictObject({
  count: count.max(UNITS_MAX).default(1).describe('In each unit that it is within. Default: 1.'),
  within: reference.optional().describe('The kind that holds it: without that it does not work.'),
  prior: z
    .enum(PRIOR_NAMES)
    .optional()
    .describe(
      'Published times to failure and repair, by name (docs/plan.md lists them); instead of saying them.',
    ),
  ...failing,
});

export const replicas = z.strictObject({
  replicas: count.max(UNITS_MAX).describe('Of one workload.'),
  copies: count
    .max(UNITS_MAX)
    .default(1)
    .describe('Workloads like this one, each with its own replicas. Default: 1.'),
  on: reference.describe('The kind they run on.'),
  spread: reference
    .optional()
    .describe(
      'They are spread evenly over the units of this kind, which `on` is or is within. Default: `on`.',
    ),
  ...failing,
  time_to_replace: time.describe('From the loss of its unit to the replica ready on another.'),
  needs: few(reference)
    .default([])
    .describe('What must work for a replica to be replaced: control plane, registry. Default: nothing.'),
});

const link = z
  .array(reference)
  .refine((ends) => ends.length === 2, { error: 'two names of units, such as [rack, switch]' })
  .meta({ minItems: 2, maxItems: 2 });

export const crew = z.strictObject({
  size: count
    .max(UNITS_MAX)
    .default(1)
    .describe('How many repair at the same time, one unit each. Default: 1.'),
  inspection: anyTime.optional().describe('From being free to the beginning of a repair. Default: 0s.'),
  order: z
    .enum(['first-come', 'random', 'priority', 'first-inspected'])
    .default('first-come')
    .describe(
      'What is repaired next. first-come: what failed first. random: any. priority: kinds in the order of the plan. first-inspected: all kinds with failures are inspected at once, and the first to be done is repaired. Default: first-come.',
    ),
});

export const commonCause = z.strictObject({
  every: time.describe('From one to the next, and from the start to the first.'),
  hits: few(reference).min(1).describe('Kinds that fail by it.'),
  within: reference
    .optional()
    .describe('Only within one unit of this kind, a random one each time. Default: everywhere.'),
  share: fraction.optional().describe('Chance of each unit to fail, each by itself. Default: 100%.'),
  episode: episode.describe('Scenario of it, relative to this file, or one for each service.'),
});

export const maintenance = z.strictObject({
  of: reference.describe('The kind that is maintained, one unit after the other.'),
  every: time.describe(
    'From the start of one round to that of the next; the first begins after one such time.',
  ),
  takes: time.describe('How long a unit is out.'),
  at_once: count.max(UNITS_MAX).default(1).describe('Units out at a time. Default: 1.'),
  careful: z
    .boolean()
    .default(true)
    .describe('The round waits while the next unit taken out would end an `up`. Default: true.'),
  episode: episode.describe(
    'Scenario of one unit taken out, relative to this file, or one for each service.',
  ),
});

export const deployments = z.strictObject({
  services: few(reference).min(1).optional().describe('What is deployed. Default: all services.'),
  every: time.describe('From one to the next, and from the start to the first.'),
  bad: fraction.describe('Chance of one to be bad, and to keep its services down until it is rolled back.'),
  time_to_roll_back: time.optional().describe('How long a bad one keeps them down. Needed unless bad is 0%.'),
  episode: episode.describe(
    'Scenario of every deployment, good or bad, relative to this file, or one for each service.',
  ),
});

export const infrastructure = z
  .strictObject({
    units: named(unit)
      .default({})
      .describe('Kinds of unit by name: regions, zones, racks, switches, nodes, ...'),
    replicas: named(replicas)
      .default({})
      .describe('Workloads, whose replicas move when what they run on is lost.'),
    links: few(link)
      .default([])
      .describe('Kinds that are connected with each other, for conditions with `connected`.'),
    crews: named(crew).default({}).describe('Who repairs, where they are fewer than what can fail.'),
    common_causes: named(commonCause).default({}).describe('What takes down several units at a time.'),
    maintenance: named(maintenance).default({}).describe('Planned work.'),
    deployments: named(deployments).default({}).describe('New versions, some of which are bad.'),
  })
  .describe('What there is, how it fails and is repaired. With it a file is a plan; without, an experiment.');

export type UnitFile = z.output<typeof unit>;
export type ReplicasFile = z.output<typeof replicas>;
export type CrewFile = z.output<typeof crew>;
export type CommonCauseFile = z.output<typeof commonCause>;
export type MaintenanceFile = z.output<typeof maintenance>;
export type DeploymentsFile = z.output<typeof deployments>;
export type EpisodeFile = z.output<typeof episode>;
export { link };
