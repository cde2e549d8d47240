import type { Operation } from '../cluster.ts';

const REPLICAS = '/spec/replicas';

/**
 * A patch of the scale subresource as the server can take it: it leaves a number of 0 replicas out of the object
 * (omitempty, Kubernetes 1.35 staging/src/k8s.io/api/autoscaling/v1/types.go ScaleSpec), so that there is nothing to
 * test and nothing to replace.
 */
export function scalePatch(patch: readonly Operation[]): readonly Operation[] {
  return patch.map((operation): Operation => {
    if (operation.path !== REPLICAS) return operation;
    if (operation.op === 'replace') return { ...operation, op: 'add' };
    return operation.op === 'test' && operation.value === 0
      ? { op: 'test', path: '/spec', value: {} }
      : operation;
  });
}
