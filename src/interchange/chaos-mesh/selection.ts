/** Which pods are hit, both ways: what the kinds have in common that hit pods (Chaos Mesh v2.8.3 api/v1alpha1/selector.go). */
import { z } from 'zod';
import { labelSelector, labels, matchExpression } from '../../scenario/manifest/fields.ts';
import type { ManifestWorkload } from '../../scenario/manifest/workload.ts';
import type { FaultMode, FaultType, Selector, Workload } from '../../scenario/scenario.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { FaultFields } from '../draft.ts';
import type { Fates, Reading } from '../reading.ts';
import { selectedWorkload } from '../targets.ts';

export interface ChaosContext {
  readonly reading: Reading;
  readonly workloads: readonly ManifestWorkload[];
  /** Of the object, where the selector names none. */
  readonly namespace: string;
}

/** What an object does at one moment. */
export interface Chaos {
  readonly faults: readonly { readonly type: FaultType; readonly fields: FaultFields }[];
  /** Whether it goes on for a time, instead of being over at once. */
  readonly lasts: boolean;
  /** As long as the spec itself says. */
  readonly duration_ms?: number | undefined;
}

const MODES = ['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'] as const;

/** Fields of a spec. */
export const SELECTION = {
  mode: z.enum(MODES),
  value: z
    .union([z.string().regex(/^\d+$/), z.number().int().min(0)], { error: 'a whole number, in quotes' })
    .transform(Number)
    .nullish(),
  selector: z.looseObject({
    namespaces: z.array(z.string()).nullish(),
    labelSelectors: labels.nullish(),
    expressionSelectors: z.array(matchExpression).nullish(),
  }),
  containerNames: z.array(z.string()).nullish(),
};
type Selection = z.output<z.ZodObject<typeof SELECTION>>;

export const SELECTION_FATES: Fates = {
  mode: 'read',
  value: 'read',
  selector: 'read',
  containerNames: 'read',
  remoteCluster: { refuses: 'a scenario is for one cluster' },
};

const SELECTOR_FATES: Fates = {
  namespaces: 'read',
  labelSelectors: 'read',
  expressionSelectors: 'read',
  fieldSelectors: { refuses: 'pods are chosen by the labels of a workload' },
  annotationSelectors: { refuses: 'pods are chosen by the labels of a workload' },
  nodes: { refuses: 'pods are chosen wherever they run' },
  nodeSelectors: { refuses: 'pods are chosen wherever they run' },
  pods: { refuses: 'a replaced pod has another name; say its labels' },
  podPhaseSelectors: { refuses: 'ready pods are chosen, no others' },
};

/**
 * The fields of a fault that say who is hit.
 *
 * @param path of the spec
 * @returns undefined where it is nothing that a scenario has, which is then told
 */
export function readSelection(
  { mode, value, selector }: Selection,
  path: Path,
  context: ChaosContext,
): { readonly workload: ManifestWorkload; readonly fields: FaultFields } | undefined {
  const { reading } = context;
  reading.fields([...path, 'selector'], SELECTOR_FATES);
  const workload = readSelector(selector, [...path, 'selector'], context);
  const takesValue = mode !== 'one' && mode !== 'all';
  if (value != null && !takesValue) reading.leaveOut([...path, 'value'], `mode ${mode} takes none`);
  if (workload === undefined) return undefined;
  return {
    workload,
    fields: {
      workload: workload.name,
      ...(mode === 'one' ? {} : { mode }),
      ...(value == null || !takesValue ? {} : { value: mode === 'fixed' ? value : `${value}%` }),
    },
  };
}

function readSelector(
  { namespaces, labelSelectors, expressionSelectors }: Selection['selector'],
  path: Path,
  { reading, workloads, namespace }: ChaosContext,
): ManifestWorkload | undefined {
  const [named = namespace, second] = namespaces ?? [];
  if (second !== undefined) {
    return reading.refuse([...path, 'namespaces'], {
      message: `pods of ${namespaces?.length} namespaces are selected`,
      expected: 'one namespace',
    });
  }
  const selector = labelSelector.parse({
    matchLabels: labelSelectors,
    matchExpressions: expressionSelectors,
  });
  return selectedWorkload(selector, named, workloads, reading, path);
}

/** Who is hit by a fault, as fields of a spec. */
export function selectionOf(
  { mode, value }: { readonly mode: FaultMode; readonly value: number | undefined },
  workload: Workload,
): Record<string, unknown> {
  return {
    mode,
    ...(value === undefined ? {} : { value: String(value) }),
    selector: { namespaces: [workload.namespace], ...selectorsOf(workload.selector) },
  };
}

function selectorsOf(selector: Selector): object {
  if (!Array.isArray(selector)) return { labelSelectors: selector };
  return {
    expressionSelectors: selector.map(({ key, operator, values }) =>
      values.length === 0 ? { key, operator } : { key, operator, values },
    ),
  };
}
