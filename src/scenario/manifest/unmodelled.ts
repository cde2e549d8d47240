/**
 * Fields that change how a cluster behaves and that the prediction does not know: named in every report of one, so
 * that nobody takes it for more than it is.
 */
import { valueAt } from '../issues.ts';
import type { KubernetesBehaviour } from '../kubernetes-version.ts';
import type { IgnoredObject } from '../scenario.ts';
import type { Path } from '../yaml.ts';
import { unknownMetrics } from './horizontal-pod-autoscaler.ts';
import type { LocatedObject } from './objects.ts';
import { unheardOf } from './spelling.ts';

interface Field {
  /** `*` stands for every item of a list. */
  readonly path: readonly string[];
  /** Values that change nothing. */
  readonly harmless?: readonly unknown[];
  /** The only values that change anything; all where it is not said. */
  readonly only?: readonly unknown[];
}

const fields = (base: string, names: readonly (string | readonly [string, ...unknown[]])[]): Field[] =>
  names.map((each) => {
    const [name, ...harmless] = typeof each === 'string' ? [each] : each;
    return { path: `${base}.${name}`.split('.'), harmless };
  });

const POD = [
  ...fields('spec.template.spec', [
    'affinity.podAffinity',
    'nodeName',
    'overhead',
    'priority',
    'priorityClassName',
    'readinessGates',
    'runtimeClassName',
    'schedulingGates',
    ['schedulerName', 'default-scheduler'],
    ['hostNetwork', false],
    ['shareProcessNamespace', false],
  ]),
  ...[
    'requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.*',
    'preferredDuringSchedulingIgnoredDuringExecution.*.preference',
  ].flatMap((term): Field[] => {
    const path = `spec.template.spec.affinity.nodeAffinity.${term}`.split('.');
    return [
      { path: [...path, 'matchFields'] },
      { path: [...path, 'matchExpressions', '*', 'operator'], only: ['Gt', 'Lt'] },
    ];
  }),
  // A volume that waits for its disk, and binds the pod to where that is.
  ...fields('spec.template.spec.volumes.*', ['persistentVolumeClaim', 'ephemeral']),
  ...fields('spec.template.spec.topologySpreadConstraints.*', [
    'minDomains',
    'matchLabelKeys',
    ['nodeAffinityPolicy', 'Honor'],
    ['nodeTaintsPolicy', 'Ignore'],
  ]),
  ...[
    'requiredDuringSchedulingIgnoredDuringExecution.*',
    'preferredDuringSchedulingIgnoredDuringExecution.*.podAffinityTerm',
  ].flatMap((terms) =>
    fields(`spec.template.spec.affinity.podAntiAffinity.${terms}`, [
      'namespaces',
      'namespaceSelector',
      'matchLabelKeys',
      'mismatchLabelKeys',
    ]),
  ),
  ...fields('spec.template.spec.containers.*', [
    'lifecycle.postStart',
    'lifecycle.stopSignal',
    'restartPolicy',
    // One pod a node (pkg/scheduler/framework/plugins/nodeports).
    ['ports.*.hostPort', 0],
  ]),
  // Of sidecars: other init containers have none of these.
  ...fields('spec.template.spec.initContainers.*', [
    'lifecycle.postStart',
    'lifecycle.stopSignal',
    ['ports.*.hostPort', 0],
  ]),
];

/** Zones that keep their traffic to themselves (staging/src/k8s.io/endpointslice/utils.go hintsEnabled). */
const TOPOLOGY_HINTS = ['topology-mode', 'topology-aware-hints'].map(
  (name): Field => ({
    path: ['metadata', 'annotations', `service.kubernetes.io/${name}`],
    only: ['Auto', 'auto'],
  }),
);

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  Deployment: [...POD, ...fields('spec', [['paused', false]])],
  StatefulSet: [...POD, ...fields('spec', ['volumeClaimTemplates', ['ordinals.start', 0]])],
  DaemonSet: POD,
  Job: [
    ...POD,
    ...fields('spec', [
      'activeDeadlineSeconds',
      'backoffLimitPerIndex',
      'managedBy',
      'podFailurePolicy',
      'successPolicy',
      'ttlSecondsAfterFinished',
      ['completionMode', 'NonIndexed'],
      ['podReplacementPolicy', 'TerminatingOrFailed'],
    ]),
  ],
  Service: [...fields('spec', [['internalTrafficPolicy', 'Cluster']]), ...TOPOLOGY_HINTS],
};

const POD_LEVEL_RESOURCES = {
  gate: 'pod_level_resources',
  field: { path: ['spec', 'template', 'spec', 'resources'] },
} as const;

/** Fields that a version of Kubernetes without their feature gate drops, though the manifest has them. */
const DROPPED: Readonly<Record<string, readonly { gate: keyof KubernetesBehaviour; field: Field }[]>> = {
  Deployment: [POD_LEVEL_RESOURCES],
  DaemonSet: [POD_LEVEL_RESOURCES],
  Job: [POD_LEVEL_RESOURCES],
  StatefulSet: [
    POD_LEVEL_RESOURCES,
    {
      gate: 'stateful_set_max_unavailable',
      field: { path: ['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable'], harmless: [1] },
    },
  ],
  Service: [{ gate: 'traffic_distribution', field: { path: ['spec', 'trafficDistribution'] } }],
  PodDisruptionBudget: [
    {
      gate: 'unhealthy_pod_eviction_policy',
      field: { path: ['spec', 'unhealthyPodEvictionPolicy'], harmless: ['IfHealthyBudget'] },
    },
  ],
  HorizontalPodAutoscaler: ['scaleUp', 'scaleDown'].map((direction) => ({
    gate: 'hpa_tolerance' as const,
    field: { path: ['spec', 'behavior', direction, 'tolerance'] },
  })),
};

/** What of a modelled object the prediction leaves out; `kind` then names the field too. */
export function unmodelled(object: LocatedObject, behaviour: KubernetesBehaviour): readonly IgnoredObject[] {
  const dropped = (DROPPED[object.kind] ?? []).flatMap(({ gate, field }) => (behaviour[gate] ? [] : [field]));
  const paths: Path[] = [...(FIELDS[object.kind] ?? []), ...dropped].flatMap(
    ({ path, harmless = [], only }) =>
      valuesAt(object.body, path).flatMap(({ value, at }) =>
        value == null || harmless.includes(value) || only?.includes(value) === false || isEmpty(value)
          ? []
          : [at],
      ),
  );
  paths.push(...otherResources(object), ...unheardOf(object));
  if (object.kind === 'HorizontalPodAutoscaler') paths.push(...unknownMetrics(object));
  return paths.map((path) => ({
    kind: `${object.kind} ${textOf(path)}`,
    name: object.name,
    position: object.document.keyPosition([...object.path, ...path]),
  }));
}

const WITH_RESOURCES = [[], ['containers', '*'], ['initContainers', '*']];

/**
 * Requests that the scheduler would look at, too: of processors of graphics, of disk. A limit stands for the request
 * where there is none (pkg/apis/core/v1/defaults.go SetDefaults_Pod).
 */
function otherResources({ body }: LocatedObject): readonly Path[] {
  return WITH_RESOURCES.flatMap((part) => {
    const path = ['spec', 'template', 'spec', ...part, 'resources'];
    return valuesAt(body, path).flatMap(({ value, at }) => {
      const byName = new Map<string, Path>();
      for (const list of ['limits', 'requests']) {
        for (const name of Object.keys(valueAt(value, [list]) ?? {})) byName.set(name, [...at, list, name]);
      }
      return [...byName].flatMap(([name, found]) => (name === 'cpu' || name === 'memory' ? [] : [found]));
    });
  });
}

/** Every value that a path with `*` leads to, with its own path. */
function valuesAt(
  value: unknown,
  path: readonly string[],
  at: Path = [],
): readonly { readonly value: unknown; readonly at: Path }[] {
  const [segment, ...rest] = path;
  if (segment === undefined) return [{ value, at }];
  if (typeof value !== 'object' || value === null) return [];
  if (segment === '*') {
    if (!Array.isArray(value)) return [];
    return value.flatMap((item, index) => valuesAt(item, rest, [...at, index]));
  }
  if (!Object.hasOwn(value, segment)) return [];
  return valuesAt((value as Record<string, unknown>)[segment], rest, [...at, segment]);
}

const textOf = (path: Path): string =>
  path
    .map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${String(segment)}`))
    .join('')
    .slice(1);

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && Object.keys(value ?? {}).length === 0;
