/** What a pod says of the nodes it goes to and stays on, with what the API server and the controllers add. */
import { z } from 'zod';
import type { PodTemplate, SpreadConstraint, Toleration } from '../scenario.ts';
import { daemonTolerations, exists, NOT_READY, UNREACHABLE } from '../toleration.ts';
import { labelSelector, whole } from './fields.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/** Kubernetes 1.35 pkg/apis/core/validation/validation.go ValidateTolerations. */
const toleration = z
  .object({
    key: z.string().nullish(),
    operator: z.enum(['Exists', 'Equal']).nullish(),
    value: z.string().nullish(),
    effect: z.enum(EFFECTS).or(z.literal('')).nullish(),
    // What is negative is over at once, as 0 is.
    tolerationSeconds: z.number().int().nullish(),
  })
  .refine(({ key, operator }) => Boolean(key) || operator === 'Exists', {
    error: 'a key, or operator: Exists for every taint',
  })
  .refine(({ operator, value }) => operator !== 'Exists' || !value, {
    error: 'no value with operator: Exists',
  })
  .refine(({ effect, tolerationSeconds }) => tolerationSeconds == null || effect === 'NoExecute', {
    error: 'effect: NoExecute with tolerationSeconds',
  })
  .transform(
    ({ key, operator, value, effect, tolerationSeconds }): Toleration => ({
      key: key || undefined,
      operator: operator ?? 'Equal',
      value: value ?? '',
      effect: effect || undefined,
      toleration_s: tolerationSeconds == null ? undefined : Math.max(0, tolerationSeconds),
    }),
  );

const spreadConstraint = z.object({
  maxSkew: whole.min(1),
  topologyKey: z.string().min(1),
  whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
  labelSelector: labelSelector.nullish(),
});

const affinityTerm = z.object({ topologyKey: z.string().min(1), labelSelector: labelSelector.nullish() });

/** Fields of a pod's spec. */
export const schedulingFields = {
  nodeSelector: z.record(z.string(), z.string()).nullish(),
  tolerations: z.array(toleration).nullish(),
  topologySpreadConstraints: z.array(spreadConstraint).nullish(),
  affinity: z
    .object({
      podAntiAffinity: z
        .object({
          requiredDuringSchedulingIgnoredDuringExecution: z.array(affinityTerm).nullish(),
          preferredDuringSchedulingIgnoredDuringExecution: z
            .array(z.object({ weight: whole.min(1).max(100), podAffinityTerm: affinityTerm }))
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
};

const fields = z.object(schedulingFields);

type Scheduling = Pick<PodTemplate, 'node_selector' | 'tolerations' | 'spread' | 'anti_affinity'>;

/**
 * What selects no pods (a constraint or a term without labelSelector) has nothing to keep apart and is left out,
 * as the scheduler does.
 */
export function readScheduling(
  spec: z.output<typeof fields>,
  kind: string,
  default_toleration_s: number,
): Scheduling {
  const { podAntiAffinity } = spec.affinity ?? {};
  const terms = [
    ...(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({
      term,
      required: true,
    })),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((each) => ({
      term: each.podAffinityTerm,
      required: false,
    })),
  ];
  const said = spec.tolerations ?? [];
  return {
    node_selector: spec.nodeSelector ?? {},
    tolerations: withDefaultTolerations(
      kind === 'DaemonSet' ? daemonTolerations(said) : said,
      default_toleration_s,
    ),
    spread: (spec.topologySpreadConstraints ?? []).flatMap((each): readonly SpreadConstraint[] =>
      each.labelSelector == null
        ? []
        : [
            {
              topology_key: each.topologyKey,
              max_skew: each.maxSkew,
              when_unsatisfiable: each.whenUnsatisfiable,
              selector: each.labelSelector,
            },
          ],
    ),
    anti_affinity: terms.flatMap(({ term: { topologyKey, labelSelector: selector }, required }) =>
      selector == null ? [] : [{ topology_key: topologyKey, selector, required }],
    ),
  };
}

/** What the admission plugin DefaultTolerationSeconds gives every pod that does not say otherwise. */
function withDefaultTolerations(
  said: readonly Toleration[],
  default_toleration_s: number,
): readonly Toleration[] {
  const missing = [NOT_READY, UNREACHABLE].filter(
    (taint) =>
      !said.some(
        ({ key, effect }) =>
          (key === undefined || key === taint) && (effect === undefined || effect === 'NoExecute'),
      ),
  );
  return [...said, ...missing.map((key) => exists(key, 'NoExecute', default_toleration_s))];
}
