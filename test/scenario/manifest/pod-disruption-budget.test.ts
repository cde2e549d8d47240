import { expect, test } from 'vitest';
import { deployment, object, scenarioWith, selector } from './objects.ts';

const budget = (spec: Readonly<Record<string, unknown>>) =>
  object('PodDisruptionBudget', { selector, ...spec }, 'keep');
const read = (spec: Readonly<Record<string, unknown>>, sections = {}) =>
  scenarioWith([deployment(), budget(spec)], sections);

test.each([
  [{ minAvailable: 2 }, { min_available: { pods: 2 }, max_unavailable: undefined }],
  [{ maxUnavailable: '25%' }, { min_available: undefined, max_unavailable: { percent: 25 } }],
  [{ maxUnavailable: 0 }, { min_available: undefined, max_unavailable: { pods: 0 } }],
])('%j is read', (spec, expected) => {
  const { disruption_budgets, ignored } = read(spec);
  expect(disruption_budgets).toMatchObject([
    {
      name: 'keep',
      namespace: 'default',
      selector: { app: 'web' },
      unhealthy_pod_eviction_policy: 'IfHealthyBudget',
      ...expected,
    },
  ]);
  expect(ignored).toEqual([]);
});

test('an empty selector is about every pod of the namespace', () => {
  expect(read({ minAvailable: 1, selector: {} }).disruption_budgets[0]?.selector).toEqual({});
});

test('its policy for unhealthy pods counts since 1.27; before it is dropped and named', () => {
  const spec = { minAvailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' };
  const now = read(spec);
  expect(now.disruption_budgets[0]?.unhealthy_pod_eviction_policy).toBe('AlwaysAllow');
  expect(now.ignored).toEqual([]);
  const then = read(spec, { cluster: { kubernetes: '1.26' } });
  expect(then.disruption_budgets[0]?.unhealthy_pod_eviction_policy).toBe('IfHealthyBudget');
  expect(then.ignored).toMatchObject([{ kind: 'PodDisruptionBudget spec.unhealthyPodEvictionPolicy' }]);
});

test('one about pods that are not modelled is named and left out', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'lone', labels: { app: 'lone' } } };
  const about = budget({ minAvailable: 1, selector: { matchLabels: { app: 'lone' } } });
  const { disruption_budgets, ignored } = scenarioWith([deployment(), pod, about]);
  expect(disruption_budgets).toEqual([]);
  expect(ignored.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'Pod lone',
    'PodDisruptionBudget keep',
  ]);
});
