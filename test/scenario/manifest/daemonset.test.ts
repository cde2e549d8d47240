import { describe, expect, test } from 'vitest';
import { deployment, object, scenarioWith, template } from './objects.ts';

const daemonSet = (spec: Readonly<Record<string, unknown>> = {}, sections = {}) => {
  const body = object(
    'DaemonSet',
    {
      selector: { matchLabels: { app: 'web' } },
      template: template(),
      ...spec,
    },
    'agent',
  );
  const workload = scenarioWith([deployment(), body], sections).workloads.find(
    ({ kind }) => kind === 'DaemonSet',
  );
  if (workload === undefined) throw new Error('no DaemonSet');
  return workload;
};

test('gets the defaults of Kubernetes', () => {
  expect(daemonSet()).toMatchObject({
    kind: 'DaemonSet',
    min_ready_s: 0,
    update_strategy: { type: 'RollingUpdate', max_unavailable: { pods: 1 }, max_surge: { pods: 0 } },
  });
});

test('is read with what it says', () => {
  expect(
    daemonSet({ updateStrategy: { rollingUpdate: { maxSurge: '30%', maxUnavailable: 0 } } }),
  ).toMatchObject({ update_strategy: { max_unavailable: { pods: 0 }, max_surge: { percent: 30 } } });
  expect(daemonSet({ updateStrategy: { type: 'OnDelete' } })).toMatchObject({
    update_strategy: { type: 'OnDelete' },
  });
});

describe('has a pod on every node', () => {
  const nodes = [
    { count: 2 },
    { zone: 'b', labels: { disk: 'ssd' } },
    { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] },
    { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] },
  ];
  const count = (spec: Readonly<Record<string, unknown>>) =>
    daemonSet({ template: template(spec) }, { cluster: { nodes } }).replicas;

  test('but those with a taint that it does not tolerate', () => {
    expect(daemonSet({}, { cluster: { nodes: 5 } }).replicas).toBe(5);
    expect(count({})).toBe(4);
    expect(count({ tolerations: [{ operator: 'Exists' }] })).toBe(5);
    expect(count({ tolerations: [{ key: 'dedicated', value: 'web' }] })).toBe(4);
  });

  test('that has the labels of its nodeSelector', () => {
    expect(count({ nodeSelector: { disk: 'ssd' } })).toBe(1);
    expect(count({ nodeSelector: { 'topology.kubernetes.io/zone': 'zone-a' } })).toBe(3);
    expect(count({ nodeSelector: { 'kubernetes.io/os': 'linux' } })).toBe(4);
    expect(count({ nodeSelector: { 'kubernetes.io/hostname': 'node-1' } })).toBe(1);
  });
});
