/** The spec of a PodChaos, both ways (Chaos Mesh v2.8.3 api/v1alpha1/podchaos_types.go, selector.go). */
import { z } from 'zod';
import { labelSelector, labels, matchExpression } from '../../scenario/manifest/fields.ts';
import type { ManifestWorkload } from '../../scenario/manifest/workload.ts';
import { quote } from '../../scenario/problem.ts';
import type { ContainerKill, Fault, PodKill, Selector, Workload } from '../../scenario/scenario.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { FaultFields } from '../draft.ts';
import type { Fates, Reading } from '../reading.ts';
import { selectedWorkload } from '../targets.ts';

export interface PodChaosContext {
  readonly reading: Reading;
  readonly workloads: readonly ManifestWorkload[];
  /** Of the object, where the selector names none. */
  readonly namespace: string;
}

export interface PodChaosFault {
  readonly type: 'pod-kill' | 'container-kill';
  readonly fields: FaultFields;
}

const MODES = ['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'] as const;

const SPEC = z.looseObject({
  action: z.enum(['pod-kill', 'pod-failure', 'container-kill']),
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
  gracePeriod: z.number().int().min(0).nullish(),
  containerNames: z.array(z.string()).nullish(),
});

const SPEC_FIELDS: Fates = {
  action: 'read',
  mode: 'read',
  value: 'read',
  selector: 'read',
  gracePeriod: 'read',
  containerNames: 'read',
  duration: { leaves_out: 'what is killed is killed at once' },
  remoteCluster: { refuses: 'a scenario is for one cluster' },
};

const SELECTOR_FIELDS: Fates = {
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

/** @returns undefined where it is nothing that a scenario has, which is then told */
export function readPodChaos(path: Path, context: PodChaosContext): PodChaosFault | undefined {
  const { reading } = context;
  const spec = reading.get(SPEC, path);
  reading.fields(path, SPEC_FIELDS);
  reading.fields([...path, 'selector'], SELECTOR_FIELDS);
  if (spec === undefined) return undefined;
  const { action, mode, value, gracePeriod } = spec;
  if (action === 'pod-failure') {
    return reading.refuse([...path, 'action'], {
      message: 'pod-failure has no counterpart: it puts another image into pods that run on',
      expected: 'pod-kill or container-kill',
      hint: 'near it are container-pause, which stops the processes, and bad-image, which rolls out',
    });
  }
  const workload = readSelector(spec.selector, [...path, 'selector'], context);
  const container =
    action === 'container-kill' ? readContainer(path, spec.containerNames ?? [], reading) : '';
  const takesValue = mode !== 'one' && mode !== 'all';
  if (value != null && !takesValue) reading.leaveOut([...path, 'value'], `mode ${mode} takes none`);
  if (workload === undefined || container === undefined) return undefined;
  return {
    type: action,
    fields: {
      workload: workload.name,
      ...(mode === 'one' ? {} : { mode }),
      ...(value == null || !takesValue ? {} : { value: mode === 'fixed' ? value : `${value}%` }),
      // Chaos Mesh has no grace period of the pod's own: what is left out is 0.
      ...(action === 'pod-kill' ? { grace_period: `${gracePeriod ?? 0}s` } : { container }),
    },
  };
}

function readContainer(path: Path, names: readonly string[], reading: Reading): string | undefined {
  const [name, second] = names;
  if (name !== undefined && second === undefined) return name;
  return reading.refuse([...path, 'containerNames'], {
    message: `${names.length} containers are named`,
    expected: 'one container',
    hint: 'a fault kills one container of each pod: write one for each',
  });
}

function readSelector(
  { namespaces, labelSelectors, expressionSelectors }: z.output<typeof SPEC>['selector'],
  path: Path,
  { reading, workloads, namespace }: PodChaosContext,
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

/** Why a fault is no PodChaos; undefined where it is one. */
export function whyNoPodChaos({ type }: Fault): string | undefined {
  if (type === 'pod-kill' || type === 'container-kill') return undefined;
  if (type === 'dns-outage') {
    return 'its DNSChaos has a server of its own answer with an error at once, or with a wrong address; here nothing is answered';
  }
  if (type === 'bad-image') return 'its pod-failure puts an image into running pods and rolls out nothing';
  return `PodChaos kills pods and containers, and does no ${quote(type)}`;
}

export function podChaosOf(fault: PodKill | ContainerKill, workload: Workload): Record<string, unknown> {
  const { mode, value } = fault;
  return {
    action: fault.type,
    mode,
    ...(value === undefined ? {} : { value: String(value) }),
    selector: { namespaces: [workload.namespace], ...selectorsOf(workload.selector) },
    ...(fault.type === 'container-kill'
      ? { containerNames: [fault.container] }
      : { gracePeriod: fault.grace_period_s ?? workload.pod.termination_grace_period_s }),
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
