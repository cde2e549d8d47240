/** What the object of a workload says of it and of its rollout. */
import type { KubernetesObject, V1DaemonSet, V1Deployment, V1StatefulSet } from '@kubernetes/client-node';
import { viewAnnotated } from './annotations.ts';
import type { WorkloadRef } from './cluster.ts';
import { viewContainer, viewSelector } from './view.ts';
import type { InOrder, WorkloadState } from './workload-state.ts';

export function viewWorkload(kind: WorkloadRef['kind'], object: KubernetesObject): WorkloadState {
  const { metadata, spec } = object as V1Deployment;
  const template = spec?.template;
  const replicas =
    kind === 'DaemonSet' ? (object as V1DaemonSet).status?.desiredNumberScheduled : (spec?.replicas ?? 1);
  return {
    uid: metadata?.uid ?? '',
    labels: metadata?.labels ?? {},
    replicas: replicas ?? 0,
    containers: (template?.spec?.containers ?? []).map(viewContainer),
    annotations: template?.metadata?.annotations,
    annotated: viewAnnotated(metadata),
    unsettled: isSeen(object as V1Deployment)
      ? leftOf(kind, object)
      : 'its controller has not seen the last change',
    is_rolling: !isSeen(object as V1Deployment) || isRolling(kind, object),
    in_order: kind === 'StatefulSet' ? inOrderOf(object) : undefined,
  };
}

/** By its controller, in its last version. */
const isSeen = ({ metadata, status }: V1Deployment | V1StatefulSet): boolean =>
  (metadata?.generation ?? 0) <= (status?.observedGeneration ?? 0);

/** Pods of an older template are there, or not enough of the last one. With OnDelete nobody replaces them. */
function isRolling(kind: WorkloadRef['kind'], object: KubernetesObject): boolean {
  switch (kind) {
    case 'Deployment': {
      const { spec, status } = object as V1Deployment;
      const { updatedReplicas: updated = 0, replicas: present = 0 } = status ?? {};
      return updated < (spec?.replicas ?? 1) || present > updated;
    }
    case 'StatefulSet': {
      const { spec, status } = object as V1StatefulSet;
      if (spec?.updateStrategy?.type === 'OnDelete') return false;
      const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
      return (status?.updatedReplicas ?? 0) < (spec?.replicas ?? 1) - partition;
    }
    case 'DaemonSet': {
      const { spec, status } = object as V1DaemonSet;
      if (spec?.updateStrategy?.type === 'OnDelete') return false;
      return (status?.updatedNumberScheduled ?? 0) < (status?.desiredNumberScheduled ?? 0);
    }
    case 'Job':
      return false;
  }
}

/** Where the policy is left out it is OrderedReady (Kubernetes 1.35 pkg/apis/apps/v1/defaults.go). */
function inOrderOf(object: V1StatefulSet): InOrder | undefined {
  const { podManagementPolicy = 'OrderedReady', selector } = object.spec ?? {};
  if (podManagementPolicy !== 'OrderedReady') return undefined;
  return { selector: viewSelector(selector), is_seen: isSeen(object) };
}

/**
 * What is left of a rollout, as `kubectl rollout status` judges it (Kubernetes 1.35
 * kubectl/pkg/polymorphichelpers/rollout_status.go Status). With OnDelete there is none.
 */
function leftOf(kind: WorkloadRef['kind'], object: KubernetesObject): string | undefined {
  switch (kind) {
    case 'Deployment': {
      const { spec, status } = object as V1Deployment;
      const { updatedReplicas: updated = 0, replicas: present = 0, availableReplicas = 0 } = status ?? {};
      const wanted = spec?.replicas ?? 1;
      if (updated < wanted) return `${updated} of ${wanted} pods are of its last template`;
      if (present > updated) return `${present - updated} pods of an older template are still there`;
      return missing(availableReplicas, updated, 'available');
    }
    case 'StatefulSet': {
      const { spec, status } = object as V1StatefulSet;
      const wanted = spec?.replicas ?? 1;
      const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
      const unready = missing(status?.readyReplicas ?? 0, wanted, 'ready');
      if (unready !== undefined || spec?.updateStrategy?.type === 'OnDelete') return unready;
      return missing(status?.updatedReplicas ?? 0, wanted - partition, 'of its last template');
    }
    case 'DaemonSet': {
      const { spec, status } = object as V1DaemonSet;
      const wanted = status?.desiredNumberScheduled ?? 0;
      const unavailable = missing(status?.numberAvailable ?? 0, wanted, 'available');
      if (unavailable !== undefined || spec?.updateStrategy?.type === 'OnDelete') return unavailable;
      return missing(status?.updatedNumberScheduled ?? 0, wanted, 'of its last template');
    }
    case 'Job':
      return undefined;
  }
}

function missing(count: number, wanted: number, what: string): string | undefined {
  return count < wanted ? `${count} of ${wanted} pods are ${what}` : undefined;
}
