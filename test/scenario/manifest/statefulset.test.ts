import { expect, test } from 'vitest';
import { object, scenarioWith, selector, template, workloadOf } from './objects.ts';

const body = (spec: Readonly<Record<string, unknown>>) =>
  object('StatefulSet', { serviceName: 'web', selector, template: template(), ...spec });
const statefulSet = (spec: Readonly<Record<string, unknown>>, sections = {}) =>
  workloadOf(body(spec), sections);

test('gets the defaults of Kubernetes', () => {
  expect(statefulSet({})).toMatchObject({
    kind: 'StatefulSet',
    replicas: 1,
    min_ready_s: 0,
    pod_management: 'OrderedReady',
    update_strategy: { type: 'RollingUpdate', partition: 0, max_unavailable: { pods: 1 } },
  });
});

test('is read with what it says', () => {
  expect(
    statefulSet({
      replicas: 3,
      minReadySeconds: 10,
      podManagementPolicy: 'Parallel',
      updateStrategy: { rollingUpdate: { partition: 2 } },
    }),
  ).toMatchObject({
    replicas: 3,
    min_ready_s: 10,
    pod_management: 'Parallel',
    update_strategy: { type: 'RollingUpdate', partition: 2 },
  });
  expect(statefulSet({ updateStrategy: { type: 'OnDelete' } })).toMatchObject({
    update_strategy: { type: 'OnDelete' },
  });
});

test('mounts the volumes that it claims', () => {
  const template_ = template({ automountServiceAccountToken: false });
  expect(statefulSet({ template: template_ }).pod.mounts_volumes).toBe(false);
  expect(
    statefulSet({ template: template_, volumeClaimTemplates: [{ metadata: { name: 'data' } }] }).pod
      .mounts_volumes,
  ).toBe(true);
});

test('has its maxUnavailable dropped, and named as dropped, by a cluster without the gate', () => {
  const spec = { updateStrategy: { rollingUpdate: { maxUnavailable: '50%' } } };
  const { workloads, ignored } = scenarioWith([body(spec)]);
  expect(workloads[0]).toMatchObject({ update_strategy: { max_unavailable: { pods: 1 } } });
  expect(ignored.map(({ kind }) => kind)).toEqual([
    'StatefulSet spec.updateStrategy.rollingUpdate.maxUnavailable',
  ]);
  const gated = scenarioWith([body(spec)], { cluster: { feature_gates: ['MaxUnavailableStatefulSet'] } });
  expect(gated.workloads[0]).toMatchObject({ update_strategy: { max_unavailable: { percent: 50 } } });
  expect(gated.ignored).toEqual([]);
});
