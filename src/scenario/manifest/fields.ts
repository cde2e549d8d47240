/** Fields that objects of several kinds have. */
import { z } from 'zod';
import { QUANTITY, quantityToNumber } from '../quantity.ts';
import type { IntOrPercent, Labels, Requirement, Selector } from '../scenario.ts';

/** An int32 that is not negative. */
export const whole = z.number().int().min(0).max(2_147_483_647);

export const portNumber = z.number().int().min(1).max(65_535);

/** As a Service or a probe names the port of a container. */
export const portReference = z.union([portNumber, z.string().min(1)], {
  error: 'a port number or the name of a port',
});

export const labels = z.record(z.string(), z.string());

const EXPECTED_QUANTITY = 'a quantity that is not negative, such as 100m, 2 or 128Mi';

export const quantity = z.union(
  [z.number().min(0), z.string().regex(QUANTITY, { error: EXPECTED_QUANTITY }).transform(quantityToNumber)],
  { error: EXPECTED_QUANTITY },
);

const EXPECTED_INT_OR_PERCENT = 'a whole number, or a percentage such as 25%';

/** Kubernetes 1.35 apimachinery/pkg/util/intstr; whole percentages only (IsValidPercent). */
export const intOrPercent = z.union(
  [
    whole.transform((pods): IntOrPercent => ({ pods })),
    z
      .string()
      .regex(/^\d+%$/, { error: EXPECTED_INT_OR_PERCENT })
      .transform((text): IntOrPercent => ({ percent: Number(text.slice(0, -1)) })),
  ],
  { error: EXPECTED_INT_OR_PERCENT },
);

/** At most all of the pods there are. */
export const intOrShare = intOrPercent.refine((value) => 'pods' in value || value.percent <= 100, {
  error: 'a whole number, or a percentage of at most 100%',
});

export const isZero = (value: IntOrPercent): boolean => ('pods' in value ? value.pods : value.percent) === 0;

/** metav1.LabelSelectorRequirement. */
export const matchExpression = z
  .object({
    key: z.string().min(1),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(z.string()).nullish(),
  })
  .refine(
    ({ operator, values }) => /In$/.test(operator) === (values ?? []).length > 0,
    'values with In and NotIn, and none with Exists and DoesNotExist',
  );

/** metav1.LabelSelector; `matchLabels` alone stays labels, and so does what says no more than they could. */
export const labelSelector = z
  .object({ matchLabels: labels.nullish(), matchExpressions: z.array(matchExpression).nullish() })
  .transform(({ matchLabels, matchExpressions }): Selector => {
    const requirements = (matchExpressions ?? []).map(
      ({ key, operator, values }): Requirement => ({ key, operator, values: values ?? [] }),
    );
    return simplest(matchLabels ?? {}, requirements);
  });

function simplest(matchLabels: Labels, requirements: readonly Requirement[]): Selector {
  const merged: Record<string, string> = { ...matchLabels };
  for (const { key, operator, values } of requirements) {
    const [value] = values;
    const isLabel = operator === 'In' && values.length === 1 && (merged[key] ?? value) === value;
    if (!isLabel || value === undefined) return [...asRequirements(matchLabels), ...requirements];
    merged[key] = value;
  }
  return merged;
}

const asRequirements = (matchLabels: Labels): readonly Requirement[] =>
  Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));

/** Whether it has no requirement at all, and so selects everything. */
export const isEmptySelector = (selector: Selector): boolean => Object.keys(selector).length === 0;
