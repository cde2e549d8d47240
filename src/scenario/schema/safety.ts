/** What faults must keep to. */
import { z } from 'zod';
import { PERCENTAGE } from '../units.ts';
import type { IntOrPercent } from '../workload.ts';
import { count, fraction, kubernetesName, positiveDuration } from './quantities.ts';

const EXPECTED = {
  limit: 'a whole number of pods, or a percentage of at most 100% such as 50%',
  label: 'a label as kubectl takes it: `key`, or `key=value`',
} as const;

/** A number of pods, or a share of them. */
const limit = z.union(
  [
    z
      .number()
      .int()
      .min(0)
      .transform((pods): IntOrPercent => ({ pods })),
    z
      .string()
      .regex(PERCENTAGE)
      .transform((text) => Number(text.replace('%', '')))
      .refine((percent) => percent <= 100)
      .transform((percent): IntOrPercent => ({ percent })),
  ],
  { error: EXPECTED.limit },
);

const LABEL = /^([A-Za-z0-9.-]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?(=[-A-Za-z0-9_.]*)?$/;

const label = z
  .string({ error: EXPECTED.label })
  .regex(LABEL, { error: EXPECTED.label })
  .transform((text) => {
    const [key = '', value] = text.split('=');
    return { key, value };
  });

const namespaces = z.array(kubernetesName);

const EXPECTED_URL = 'an address such as http://shop.example/healthz';

const probe = z
  .strictObject({
    url: z
      .string({ error: EXPECTED_URL })
      .regex(/^https?:\/\/[^\s/]+\S*$/, { error: EXPECTED_URL })
      .describe('What is asked, by GET from where foreshock runs; redirects are not followed.'),
    every: positiveDuration.default(1000).describe('How often. Default: 1s.'),
    timeout: positiveDuration.default(1000).describe('How long an answer may take. Default: 1s.'),
    failures: count.default(3).describe('So many in a row end the trial. Default: 3.'),
    expected_status: z
      .array(z.number().int().min(100).max(599))
      .min(1)
      .default([200])
      .describe('HTTP statuses of a good answer. Default: [200].'),
  })
  .describe('Asked before every trial and through it; where it fails, the trial ends.');

const abort = z
  .strictObject({
    objectives: z
      .boolean()
      .default(false)
      .describe('Whether a trial ends as soon as it can meet an objective no more. Default: false.'),
    error_rate: z
      .strictObject({
        above: fraction.describe('Share of the requests that may be bad.'),
        for: positiveDuration.describe('Among those that became known in so long.'),
      })
      .optional()
      .describe('A trial ends where more of the requests are bad.'),
    probe: probe.optional(),
    lost_connection: positiveDuration
      .default(10_000)
      .describe(
        'A trial ends where the API server gives no answer for so long, unless a fault takes it away. Default: 10s.',
      ),
  })
  .describe('What ends a trial on a cluster at once; what lasts is then undone.');

export const safety = z
  .strictObject({
    namespaces: namespaces
      .min(1)
      .optional()
      .describe('Only there may faults hit. Default: wherever the workloads are.'),
    protected_namespaces: namespaces
      .default([])
      .describe(
        "Nothing of the scenario may be there, beside Kubernetes' own namespaces, which are always protected.",
      ),
    protected_labels: z
      .record(z.string(), z.string())
      .default({})
      .describe('A pod or workload that carries one of these labels is not hit.'),
    opt_in_label: label
      .optional()
      .describe('Only pods that carry this label, or whose workload does, are hit: `key`, or `key=value`.'),
    max_victims: limit
      .optional()
      .describe(
        'Pods of a workload that one act may hit: a number, or a share of its replicas, rounded down.',
      ),
    max_per_node: limit
      .optional()
      .describe(
        'The same on one node; a share is of its pods there. Not for faults of nodes, which hit all that is there.',
      ),
    max_per_zone: limit.optional().describe('The same in one zone.'),
    min_healthy: limit
      .optional()
      .describe(
        'Pods of a workload that stay ready through every act: a number, or a share of its replicas, rounded up.',
      ),
    ignore_disruption_budgets: z
      .boolean()
      .default(false)
      .describe(
        'Whether pod-kill, and node-taint with NoExecute, may delete what a PodDisruptionBudget would not let be evicted. Default: false, it is refused.',
      ),
    abort: abort.prefault({}),
  })
  .describe('What faults must keep to; an act that would not is refused.');
