/** Annotations by which a cluster knows what runs have done to it. */
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Annotated } from './cluster.ts';

/** Under which the fields that foreshock sets are its own. */
export const FIELD_MANAGER = 'foreshock';

/** Label of what foreshock itself has created, by which it is found: with the manager's name. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';

/** Of an object that a run created: which run. */
export const RUN_ANNOTATION = 'foreshock.dev/run';

/** Of an object that a fault has changed, followed by the fault's name: how it is undone. */
export const UNDO_PREFIX = 'undo.foreshock.dev/';

/** Of a Lease: what it is held for, as "Deployment web". */
export const TARGET_ANNOTATION = 'foreshock.dev/target';

/** Of a Lease: the process of its holder. */
export const PROCESS_ANNOTATION = 'foreshock.dev/process';

/** Of a Lease: what its holder has done that outlives it. */
export const LEFT_ANNOTATION = 'foreshock.dev/left';

/**
 * Only what foreshock has written itself is its own: the deployment controller copies a Deployment's annotations to its
 * ReplicaSets (Kubernetes 1.35 pkg/controller/deployment/util/deployment_util.go SetNewReplicaSetAnnotations), from
 * where `kubectl rollout undo` brings them back long after.
 */
export function viewAnnotated(metadata: KubernetesObject['metadata']): Annotated {
  const own: Record<string, string> = {};
  for (const [key, value] of Object.entries(metadata?.annotations ?? {})) {
    const isOurs = key === RUN_ANNOTATION || key.startsWith(UNDO_PREFIX);
    if (isOurs && isWrittenByUs(key, metadata)) own[key] = value;
  }
  return { all: metadata?.annotations, own };
}

function isWrittenByUs(key: string, metadata: KubernetesObject['metadata']): boolean {
  return (metadata?.managedFields ?? []).some(({ manager, fieldsV1 }) => {
    const fields = fieldsV1 as Record<string, Record<string, object>> | undefined;
    const annotations = fields?.['f:metadata']?.['f:annotations'];
    return manager === FIELD_MANAGER && annotations !== undefined && `f:${key}` in annotations;
  });
}
