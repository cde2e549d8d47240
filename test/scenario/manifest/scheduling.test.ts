import { describe, expect, test } from 'vitest';
import type { Toleration } from '../../../src/scenario/scenario.ts';
import { deployment, object, scenarioWith, selector, template, workloadOf } from './objects.ts';

const podWith = (spec: Readonly<Record<string, unknown>>, sections = {}) =>
  workloadOf(deployment(spec), sections).pod;

describe('tolerations', () => {
  const added = (toleration_s: number | undefined): readonly Toleration[] =>
    ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
      key,
      operator: 'Exists',
      value: '',
      effect: 'NoExecute',
      toleration_s,
    }));

  test('are those of the API server where the pod says nothing: five minutes on a dead node', () => {
    expect(podWith({}).tolerations).toEqual(added(300));
  });

  test('are those of the API server as its flags say, which the scenario can', () => {
    expect(podWith({}, { timing: { default_toleration: '30s' } }).tolerations).toEqual(added(30));
  });

  test('are read with what they say, and leave the rest to the API server', () => {
    const tolerations = [
      { key: 'dedicated', value: 'web', effect: 'NoSchedule' },
      {
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 5,
      },
    ];
    expect(podWith({ tolerations }).tolerations).toEqual([
      { key: 'dedicated', operator: 'Equal', value: 'web', effect: 'NoSchedule', toleration_s: undefined },
      { ...added(5)[1] },
      { ...added(300)[0] },
    ]);
  });

  test('of every taint for ever need nothing more', () => {
    expect(podWith({ tolerations: [{ operator: 'Exists' }] }).tolerations).toEqual([
      { key: undefined, operator: 'Exists', value: '', effect: undefined, toleration_s: undefined },
    ]);
  });

  test('of every taint to stay away from are not those to leave for', () => {
    const tolerations = [{ operator: 'Exists', effect: 'NoSchedule' }];
    expect(podWith({ tolerations }).tolerations).toHaveLength(3);
  });

  test('of an empty effect are of any', () => {
    const tolerations = [{ key: 'a', operator: 'Exists', effect: '' }];
    expect(podWith({ tolerations }).tolerations[0]?.effect).toBe(undefined);
  });

  test('below zero seconds leave at once', () => {
    const tolerations = [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: -5 }];
    expect(podWith({ tolerations }).tolerations[0]?.toleration_s).toBe(0);
  });

  test('of a DaemonSet keep its pods on a node that is not ready, whatever its own manifest says', () => {
    const spec = template({
      tolerations: [
        {
          key: 'node.kubernetes.io/not-ready',
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 9,
        },
      ],
    });
    const { workloads } = scenarioWith([
      deployment(),
      object('DaemonSet', { selector, template: spec }, 'agent'),
    ]);
    const tolerations = workloads.find(({ kind }) => kind === 'DaemonSet')?.pod.tolerations ?? [];
    expect(tolerations.filter(({ effect }) => effect === 'NoExecute')).toEqual(added(undefined));
    expect(tolerations.map(({ key }) => key)).toContain('node.kubernetes.io/unschedulable');
  });
});

test('nodeSelector is read', () => {
  const cluster = { nodes: [{ labels: { disk: 'ssd' } }] };
  expect(podWith({ nodeSelector: { disk: 'ssd' } }, { cluster }).node_selector).toEqual({ disk: 'ssd' });
  expect(podWith({}).node_selector).toEqual({});
});

describe('node affinity', () => {
  const affinity = (required: readonly unknown[], preferred: readonly unknown[] = []) =>
    podWith({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: required },
          preferredDuringSchedulingIgnoredDuringExecution: preferred,
        },
      },
    });
  const zoned = { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'Exists' }] };
  const old = { matchExpressions: [{ key: 'generation', operator: 'Lt', values: ['3'] }] };

  test('is read: one of what is required, and what is preferred with its weight', () => {
    const fast = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd', 'nvme'] }] };
    const { node_affinity, node_preferences } = affinity([zoned, fast], [{ weight: 7, preference: fast }]);
    const isFast = [{ key: 'disk', operator: 'In', values: ['ssd', 'nvme'] }];
    expect(node_affinity).toEqual([
      [{ key: 'topology.kubernetes.io/zone', operator: 'Exists', values: [] }],
      isFast,
    ]);
    expect(node_preferences).toEqual([{ weight: 7, selector: isFast }]);
    expect(podWith({})).toMatchObject({ node_affinity: undefined, node_preferences: [] });
  });

  test('of which a part is not known requires nothing; a term that says nothing selects no node', () => {
    expect(affinity([zoned, old]).node_affinity).toBeUndefined();
    expect(affinity([zoned], [{ weight: 1, preference: old }]).node_preferences).toEqual([]);
    expect(affinity([zoned, {}]).node_affinity).toHaveLength(1);
  });
});

test('spread constraints are read; one that selects nothing spreads nothing', () => {
  const constraint = { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone' };
  expect(
    podWith({
      topologySpreadConstraints: [
        { ...constraint, whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector },
        { ...constraint, whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    }).spread,
  ).toEqual([
    {
      topology_key: 'topology.kubernetes.io/zone',
      max_skew: 1,
      when_unsatisfiable: 'DoNotSchedule',
      selector: { app: 'web' },
    },
  ]);
});

test('anti-affinity is read, required and preferred', () => {
  const labelSelector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'api'] }] };
  expect(
    podWith({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: selector },
          ],
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, podAffinityTerm: { topologyKey: 'topology.kubernetes.io/zone', labelSelector } },
          ],
        },
      },
    }).anti_affinity,
  ).toEqual([
    { topology_key: 'kubernetes.io/hostname', selector: { app: 'web' }, required: true },
    {
      topology_key: 'topology.kubernetes.io/zone',
      selector: [{ key: 'app', operator: 'In', values: ['web', 'api'] }],
      required: false,
    },
  ]);
});
