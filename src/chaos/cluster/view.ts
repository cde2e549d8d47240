/** From the objects of the Kubernetes API to what chaos needs of them. Both clusters speak that API. */
import { isDeepStrictEqual } from 'node:util';
import type {
  KubernetesObject,
  V1Container,
  V1EndpointSlice,
  V1LabelSelector,
  V1Node,
  V1Pod,
  V1PodDisruptionBudget,
  V1Taint,
  V1Toleration,
} from '@kubernetes/client-node';
import type { Requirement, Selector, Taint, Toleration } from '../../scenario/scenario.ts';
import { selectorText } from '../../scenario/selector.ts';
import { FIELD_MANAGER, RUN_ANNOTATION, viewAnnotated } from './annotations.ts';
import type { Budget, ClusterNode, ContainerSpec, Endpoints, Found, PlacedTaint, Pod } from './cluster.ts';

/** Label by which an endpoint slice names its Service. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** By which the API server's copy of a static pod is known (k8s.io/api 0.35 core/v1/annotation_key_constants.go). */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** k8s.io/api 0.35 core/v1/well_known_labels.go LabelTopologyZone */
const ZONE_LABEL = 'topology.kubernetes.io/zone';

export function viewPod(pod: V1Pod): Pod {
  const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller);
  return {
    namespace: pod.metadata?.namespace ?? 'default',
    name: pod.metadata?.name ?? '',
    uid: pod.metadata?.uid ?? '',
    labels: pod.metadata?.labels ?? {},
    node: pod.spec?.nodeName,
    phase: viewPhase(pod.status?.phase),
    ready: pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    terminating: pod.metadata?.deletionTimestamp !== undefined,
    owner: owner && { kind: owner.kind, name: owner.name, uid: owner.uid },
    mirror: pod.metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined,
    tolerations: (pod.spec?.tolerations ?? []).map(viewToleration),
    ephemeral: (pod.spec?.ephemeralContainers ?? []).map(({ name }) => name),
    containers: (pod.status?.containerStatuses ?? []).map(({ name, ready, restartCount, state }) => ({
      name,
      ready,
      restarts: restartCount,
      reason: state?.waiting?.reason ?? state?.terminated?.reason,
    })),
    specified: (pod.spec?.containers ?? []).map(viewContainer),
  };
}

export const viewContainer = ({ name, image = '', readinessProbe }: V1Container): ContainerSpec => ({
  ...{ name, image, readiness_probe: readinessProbe },
});

function viewToleration({ key, operator, value, effect, tolerationSeconds }: V1Toleration): Toleration {
  return {
    key,
    operator: operator === 'Exists' ? 'Exists' : 'Equal',
    value: value ?? '',
    effect: effect as Toleration['effect'],
    toleration_s: tolerationSeconds,
  };
}

function viewPhase(phase: string | undefined): Pod['phase'] {
  switch (phase) {
    case 'Running':
    case 'Succeeded':
    case 'Failed':
    case 'Unknown':
      return phase;
    default:
      return 'Pending';
  }
}

/**
 * A Service's slices as one list of pods. While a slice is split or merged a pod may be in two of them: it
 * counts once, and `ready` wins, as in kube-proxy's endpointslicecache.
 */
export function viewEndpoints(service: string, slices: Iterable<V1EndpointSlice>): Endpoints {
  const ready = new Set<string>();
  const terminating = new Set<string>();
  for (const slice of slices) {
    for (const { targetRef, conditions } of slice.endpoints ?? []) {
      if (targetRef?.kind !== 'Pod' || !targetRef.name) continue;
      // Unset means yes for `ready`, and for `serving` what `ready` says; see discovery/v1 types.go.
      if (conditions?.ready ?? true) ready.add(targetRef.name);
      else if (conditions?.terminating && conditions.serving) terminating.add(targetRef.name);
    }
  }
  return {
    service,
    ready: [...ready].sort(),
    terminating: [...terminating].filter((pod) => !ready.has(pod)).sort(),
  };
}

/** Puts the slices of a Service together as a watch tells of them one by one. */
export class EndpointsMerger {
  readonly #service: string;
  readonly #deliver: (endpoints: Endpoints) => void;
  readonly #slices = new Map<string, V1EndpointSlice>();
  #delivered: Endpoints | undefined;

  /** @param deliver called from `begin` on, when what they say together is not what they said before */
  constructor(service: string, deliver: (endpoints: Endpoints) => void) {
    this.#service = service;
    this.#deliver = deliver;
  }

  changed(change: 'added' | 'modified' | 'deleted', slice: V1EndpointSlice): void {
    const name = slice.metadata?.name ?? '';
    if (change === 'deleted') this.#slices.delete(name);
    else this.#slices.set(name, slice);
    if (this.#delivered) this.begin();
  }

  /** Delivers the first state: all slices that there were are known. */
  begin(): void {
    const endpoints = viewEndpoints(this.#service, this.#slices.values());
    if (isDeepStrictEqual(endpoints, this.#delivered)) return;
    this.#delivered = endpoints;
    this.#deliver(endpoints);
  }
}

/**
 * A selector as the API takes it.
 *
 * @throws RangeError for a selector without labels, which would select everything
 */
export function selectorString(selector: Selector): string {
  const text = selectorText(selector);
  if (text === '') throw new RangeError('a selector without labels would select every pod');
  return text;
}

/**
 * How a budget stands. The eviction API lets nothing go while the controller has not seen the last change of it
 * (Kubernetes 1.35 pkg/registry/core/pod/storage/eviction.go checkAndDecrement).
 */
export function viewBudget({ metadata, spec, status }: V1PodDisruptionBudget): Budget {
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  return {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    selector: viewSelector(spec?.selector),
    allowed: isSeen ? (status?.disruptionsAllowed ?? 0) : 0,
    desired_healthy: status?.desiredHealthy ?? 0,
  };
}

/** Labels and expressions as one: what matchLabels says is an expression, too. */
export function viewSelector({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector = {}): Selector {
  if (matchExpressions.length === 0) return matchLabels;
  return [
    ...Object.entries(matchLabels).map(
      ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
    ),
    ...matchExpressions.map(({ key, operator, values = [] }): Requirement => {
      return { key, operator: operator as Requirement['operator'], values };
    }),
  ];
}

export function viewNode({ metadata, spec, status }: V1Node): ClusterNode {
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    resource_version: metadata?.resourceVersion ?? '',
    ready: status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    unschedulable: spec?.unschedulable ?? false,
    taints: (spec?.taints ?? []).map(viewTaint),
    addresses: (status?.addresses ?? []).map(({ address }) => address),
    zone: metadata?.labels?.[ZONE_LABEL],
    ...(spec?.providerID === undefined ? {} : { provider_id: spec.providerID }),
    annotated: viewAnnotated(metadata),
  };
}

/** What it says beside goes back to the API server as it came. */
function viewTaint({ key, value = '', effect, timeAdded }: V1Taint): PlacedTaint {
  const taint = { key, value, effect: effect as Taint['effect'] };
  // The client's types say Date; the server's answers are read as they are.
  return timeAdded === undefined ? taint : { ...taint, timeAdded: timeAdded as unknown as string };
}

export function viewFound(object: KubernetesObject | undefined): Found | undefined {
  const { uid, managedFields = [], annotations } = object?.metadata ?? {};
  if (uid === undefined) return undefined;
  const isApplied = managedFields.some(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply',
  );
  return {
    uid,
    applied: isApplied,
    run: annotations?.[RUN_ANNOTATION],
    annotated: viewAnnotated(object?.metadata),
  };
}
