import { describe, expect, it } from 'vitest';
import type { WorkloadRef } from '../../../src/chaos/cluster/cluster.ts';
import { viewWorkload } from '../../../src/chaos/cluster/workload-view.ts';

const seen = (generation: number, spec: object, status: object) => ({
  metadata: { uid: 'u', generation },
  spec: { ...spec, template: { metadata: {}, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } } },
  status: { observedGeneration: 3, ...status },
});
const unsettled = (kind: WorkloadRef['kind'], spec: object, status: object, generation = 3) =>
  viewWorkload(kind, seen(generation, spec, status)).unsettled;

describe('a workload', () => {
  it('says how many pods it is to have, and of which images', () => {
    expect(viewWorkload('Deployment', seen(3, { replicas: 4 }, {}))).toMatchObject({
      uid: 'u',
      replicas: 4,
      containers: [{ name: 'web', image: 'nginx:1' }],
      annotations: undefined,
    });
    expect(viewWorkload('DaemonSet', seen(3, {}, { desiredNumberScheduled: 5 })).replicas).toBe(5);
    expect(viewWorkload('StatefulSet', seen(3, {}, {})).replicas).toBe(1);
  });

  it('says how a container is found ready, where it is asked', () => {
    const readinessProbe = { httpGet: { path: '/', port: 80 }, periodSeconds: 1 };
    const containers = [{ name: 'web', image: 'nginx', readinessProbe }, { name: 'log' }];
    const object = { metadata: {}, spec: { template: { spec: { containers } } } };
    expect(viewWorkload('Deployment', object).containers).toEqual([
      { name: 'web', image: 'nginx', readiness_probe: readinessProbe },
      { name: 'log', image: '', readiness_probe: undefined },
    ]);
  });

  it('starts its pods in order where it is a StatefulSet and does not say otherwise', () => {
    const selector = { matchLabels: { app: 'web' } };
    const inOrder = (kind: WorkloadRef['kind'], spec: object, generation = 3) =>
      viewWorkload(kind, seen(generation, { selector, ...spec }, {})).in_order;
    expect(inOrder('StatefulSet', {})).toEqual({ selector: { app: 'web' }, is_seen: true });
    expect(inOrder('StatefulSet', { podManagementPolicy: 'OrderedReady' }, 4)?.is_seen).toBe(false);
    expect(inOrder('StatefulSet', { podManagementPolicy: 'Parallel' })).toBeUndefined();
    expect(inOrder('Deployment', {})).toBeUndefined();
  });

  it('is not settled while its controller has not seen its last change', () => {
    const done = { updatedReplicas: 1, replicas: 1, availableReplicas: 1 };
    expect(unsettled('Deployment', { replicas: 1 }, done, 4)).toBe(
      'its controller has not seen the last change',
    );
    expect(unsettled('Deployment', { replicas: 1 }, done)).toBeUndefined();
  });
});

describe('a rollout', () => {
  it.each([
    [{ updatedReplicas: 1, replicas: 3, availableReplicas: 2 }, '1 of 2 pods are of its last template'],
    [
      { updatedReplicas: 2, replicas: 3, availableReplicas: 3 },
      '1 pods of an older template are still there',
    ],
    [{ updatedReplicas: 2, replicas: 2, availableReplicas: 1 }, '1 of 2 pods are available'],
    [{ updatedReplicas: 2, replicas: 2, availableReplicas: 2 }, undefined],
  ])('of a Deployment: %j', (status, wanted) => {
    expect(unsettled('Deployment', { replicas: 2 }, status)).toBe(wanted);
  });

  const rolling = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  it.each([
    [rolling, { readyReplicas: 2, updatedReplicas: 2 }, '2 of 3 pods are ready'],
    [rolling, { readyReplicas: 3, updatedReplicas: 1 }, '1 of 2 pods are of its last template'],
    [rolling, { readyReplicas: 3, updatedReplicas: 2 }, undefined],
    [{ type: 'OnDelete' }, { readyReplicas: 3, updatedReplicas: 0 }, undefined],
  ])('of a StatefulSet of three, strategy %j: %j', (updateStrategy, status, wanted) => {
    expect(unsettled('StatefulSet', { replicas: 3, updateStrategy }, status)).toBe(wanted);
  });

  it.each([
    ['RollingUpdate', { numberAvailable: 1, updatedNumberScheduled: 2 }, '1 of 2 pods are available'],
    [
      'RollingUpdate',
      { numberAvailable: 2, updatedNumberScheduled: 1 },
      '1 of 2 pods are of its last template',
    ],
    ['RollingUpdate', { numberAvailable: 2, updatedNumberScheduled: 2 }, undefined],
    ['OnDelete', { numberAvailable: 2, updatedNumberScheduled: 0 }, undefined],
  ])('of a DaemonSet on two nodes, strategy %s: %j', (type, status, wanted) => {
    const whole = { desiredNumberScheduled: 2, ...status };
    expect(unsettled('DaemonSet', { updateStrategy: { type } }, whole)).toBe(wanted);
  });
});
