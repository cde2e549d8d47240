/** What faults must keep to. */
import { z } from 'zod';
import { PERCENTAGE } from '../units.ts';
import type { IntOrPercent } from '../workload.ts';
import { kubernetesName } from './quantities.ts';

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
        'Whether pod-kill may delete what a PodDisruptionBudget would not let be evicted. Default: false, it is refused.',
      ),
  })
  .describe('What faults must keep to; an act that would not is refused.');
