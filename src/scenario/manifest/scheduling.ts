/** What a pod says of the nodes it goes to and stays on, with what the API server and the controllers add. */
import { z } from 'zod';
import type { PodTemplate, Requirement, Selector, SpreadConstraint, Toleration } from '../scenario.ts';
import { daemonTolerations, exists, NOT_READY, UNREACHABLE } from '../toleration.ts';
import { labelSelector, whole } from './fields.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/** Kubernetes 1.35 pkg/apis/core/validation/validation.go ValidateTolerations. */
const toleration = z
  .object({
    key: z.string().nullish(),
    operator: z.enum(['Exists', 'Equal']).nullish(),
    value: z.string().nullish(),
    // An empty one is any, as none is.
    effect: z.preprocess((effect) => (effect === '' ? undefined : effect), z.enum(EFFECTS).nullish()),
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

const nodeRequirement = z
  .object({
    key: z.string().min(1),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
    values: z.array(z.string()).nullish(),
  })
  .refine(
    ({ operator, values }) => /Exist/.test(operator) === ((values ?? []).length === 0),
    'values, but with Exists and DoesNotExist none',
  );

const nodeSelectorTerm = z.object({
  matchExpressions: z.array(nodeRequirement).nullish(),
  matchFields: z.array(z.unknown()).nullish(),
});

const nodeAffinity = z.object({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .object({ nodeSelectorTerms: z.array(nodeSelectorTerm).min(1) })
    .nullish(),
  preferredDuringSchedulingIgnoredDuringExecution: z
    .array(z.object({ weight: whole.min(1).max(100), preference: nodeSelectorTerm }))
    .nullish(),
});

/** Fields of a pod's spec. */
export const schedulingFields = {
  nodeSelector: z.record(z.string(), z.string()).nullish(),
  tolerations: z.array(toleration).nullish(),
  topologySpreadConstraints: z.array(spreadConstraint).nullish(),
  affinity: z
    .object({
      nodeAffinity: nodeAffinity.nullish(),
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

type Scheduling = Pick<
  PodTemplate,
  'node_selector' | 'node_affinity' | 'node_preferences' | 'tolerations' | 'spread' | 'anti_affinity'
>;

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
    ...readNodeAffinity(spec.affinity?.nodeAffinity ?? {}),
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

/** What the model does not know of it (fields of the node, Gt and Lt) is named (unmodelled.ts) and left out, all of it where it is required. */
function readNodeAffinity({
  requiredDuringSchedulingIgnoredDuringExecution: required,
  preferredDuringSchedulingIgnoredDuringExecution: preferred,
}: z.output<typeof nodeAffinity>): Pick<Scheduling, 'node_affinity' | 'node_preferences'> {
  const terms = required?.nodeSelectorTerms.map(selectorOf);
  const isKnown = terms?.every((each) => each !== 'unknown') === true;
  return {
    node_affinity: isKnown ? terms.flatMap((each) => (isSelector(each) ? [each] : [])) : undefined,
    node_preferences: (preferred ?? []).flatMap(({ weight, preference }) => {
      const selector = selectorOf(preference);
      return isSelector(selector) ? [{ weight, selector }] : [];
    }),
  };
}

const isSelector = (term: ReturnType<typeof selectorOf>): term is Selector => typeof term !== 'string';

/** A term that says nothing selects no node (Kubernetes 1.35 component-helpers nodeaffinity.go isEmptyNodeSelectorTerm). */
function selectorOf({
  matchExpressions,
  matchFields,
}: z.output<typeof nodeSelectorTerm>): Selector | 'nothing' | 'unknown' {
  const requirements: Requirement[] = [];
  for (const { key, operator, values } of matchExpressions ?? []) {
    if (operator === 'Gt' || operator === 'Lt') return 'unknown';
    requirements.push({ key, operator, values: values ?? [] });
  }
  if ((matchFields ?? []).length > 0) return 'unknown';
  return requirements.length === 0 ? 'nothing' : requirements;
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
