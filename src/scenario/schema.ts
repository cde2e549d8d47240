/**
 * The format of a scenario file: it checks files, gives them their types, and becomes the JSON Schema that
 * editors use (tools/write-schema.ts). Its larger sections are in schema/. What a field alone cannot say, such as
 * that a fault falls within the load's duration, is checked in resolve/.
 */
import { z } from 'zod';
import { distributionText } from './distribution-text.ts';
import { application } from './schema/application.ts';
import { cluster } from './schema/cluster.ts';
import { distribution } from './schema/distribution.ts';
import { fault } from './schema/faults.ts';
import * as header from './schema/header.ts';
import { load } from './schema/load.ts';
import { count, duration, fraction, positiveDuration, rate } from './schema/quantities.ts';
import { safety } from './schema/safety.ts';
import { TIMING, type TimingDefault, type TimingName } from './timing.ts';
import { TRIALS_MAX } from './trials.ts';

const timing = z.strictObject(
  Object.fromEntries(
    Object.entries(TIMING).map(([name, entry]) => [
      name,
      distribution
        .optional()
        .describe(
          `${capitalised(entry.what)}. Default: ${[entry, ...entry.variants].map(defaultText).join('; ')}.`,
        ),
    ]),
  ) as Record<TimingName, z.ZodOptional<typeof distribution>>,
);

const objectives = z
  .strictObject({
    availability_time: fraction.optional().describe('At least this share of the time without an outage.'),
    availability_requests: fraction.optional().describe('At least this share of the requests good.'),
    downtime: duration.optional().describe('At most this much downtime in all.'),
    throughput: rate.optional().describe('At least this many good requests a second.'),
    latency_p99: positiveDuration.optional().describe('99 % of the answers at most this late.'),
  })
  .describe('What must hold, in the prediction and in the measurement; each is optional.');

export const scenarioSchema = z
  .strictObject({
    version: header.version,
    name: header.name,
    description: header.description,
    manifests: z
      .array(z.string().min(1))
      .min(1)
      .describe(
        'Kubernetes manifests: files, or folders of .yaml, .yml and .json files; relative to this file.',
      ),
    cluster: cluster.prefault({}),
    applications: z
      .record(z.string(), application)
      .default({})
      .describe(
        'What manifests cannot say about the programs: by name of the workload, or workload/container where its pods have several containers; init containers always as workload/container.',
      ),
    timing: timing.prefault({}).describe("Kubernetes' timers and delays, where they are not the defaults."),
    load,
    faults: z.array(fault).default([]).describe('What is broken, and when.'),
    objectives: objectives.prefault({}),
    safety: safety.prefault({}),
    trials: z
      .strictObject({
        predict: header.predict,
        measure: count.max(TRIALS_MAX.measure).default(3).describe('Trials on the cluster. Default: 3.'),
      })
      .prefault({})
      .describe('How often the scenario is run by each arm.'),
    seed: header.seed,
  })
  .meta({ title: 'foreshock scenario', description: 'Faults, load and objectives of one experiment.' });

export type ScenarioFile = z.output<typeof scenarioSchema>;

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function defaultText(value: TimingDefault & { readonly text?: string }): string {
  const which = value.text === undefined ? '' : `, ${value.text}`;
  return `${distributionText(value.default)}${which} (${value.source})`;
}
