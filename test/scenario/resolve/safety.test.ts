import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { SAFETY_DEFAULT } from '../../../src/scenario/safety.ts';
import { DEPLOYMENT, errorOf, type Files, filesWith, load, SCENARIO } from '../files.ts';

const BUDGET = (spec: string) => `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {${spec}, selector: {matchLabels: {app: web}}}
`;

/** A Deployment of four, one fault on it, and what it must keep to. */
function files(
  fault: Readonly<Record<string, unknown>>,
  safety: Readonly<Record<string, unknown>> = {},
  more: { readonly budget?: string; readonly deployment?: string } = {},
): Files {
  const { budget, deployment = DEPLOYMENT } = more;
  const scenario = parse(SCENARIO);
  const manifests = [...scenario.manifests, ...(budget === undefined ? [] : ['budget.yaml'])];
  return filesWith({
    'scenario.yaml': stringify({ ...scenario, manifests, faults: [fault], safety }),
    'deployment.yaml': deployment,
    ...(budget === undefined ? {} : { 'budget.yaml': BUDGET(budget) }),
  });
}

const kill = (fields: object = {}) => ({ 'pod-kill': { at: '2s', ...fields } });

test('nothing is asked of a scenario that says nothing', () => {
  expect(load(files(kill({ mode: 'all' }))).safety).toEqual(SAFETY_DEFAULT);
});

test('all that may be said is read', () => {
  const { safety } = load(
    files(kill(), {
      ...{ namespaces: ['default'], protected_namespaces: ['prod'], protected_labels: { tier: 'db' } },
      ...{ opt_in_label: 'app=web', max_victims: 2, max_per_node: '50%', max_per_zone: 1 },
      ...{ min_healthy: '75%', ignore_disruption_budgets: true },
      abort: {
        objectives: true,
        error_rate: { above: '50%', for: '5s' },
        probe: { url: 'http://shop.example/healthz', every: '2s' },
        lost_connection: '30s',
      },
    }),
  );
  expect(safety).toEqual({
    namespaces: ['default'],
    protected_namespaces: ['prod'],
    protected_labels: { tier: 'db' },
    opt_in_label: { key: 'app', value: 'web' },
    max_victims: { pods: 2 },
    max_per_node: { percent: 50 },
    max_per_zone: { pods: 1 },
    min_healthy: { percent: 75 },
    ignore_disruption_budgets: true,
    abort: {
      objectives: true,
      error_rate: { above: 0.5, for_ms: 5000 },
      probe: {
        ...{ url: 'http://shop.example/healthz', every_ms: 2000, timeout_ms: 1000, failures: 3 },
        expected_status: [200],
      },
      lost_connection_ms: 30_000,
    },
  });
});

describe('a fault that is certain to be refused is refused beforehand, where it stands', () => {
  test.each([
    ['max_victims', kill({ mode: 'all' }), { max_victims: '50%' }, 'would hit 4 pods'],
    ['min_healthy', kill({ mode: 'fixed', value: 3 }), { min_healthy: 2 }, 'would leave 1 healthy'],
    [
      'a scale below min_healthy',
      { scale: { at: '2s', replicas: 1 } },
      { min_healthy: 2 },
      'scale would leave 1',
    ],
    ['namespaces', kill(), { namespaces: ['shop'] }, 'in namespace default'],
    [
      'protected_namespaces',
      kill(),
      { protected_namespaces: ['default'] },
      'in the protected namespace default',
    ],
    ['opt_in_label', kill(), { opt_in_label: 'chaos=yes' }, 'which does not carry chaos=yes'],
    [
      'protected_labels',
      kill(),
      { protected_labels: { app: 'web' } },
      'a label of `safety.protected_labels`',
    ],
    [
      'opt-in, of a fault that everybody meets',
      { 'registry-outage': { at: '2s' } },
      { opt_in_label: 'app' },
      'registry-outage is met by everybody',
    ],
  ])('by %s', (_, fault, safety, message) => {
    const error = errorOf(files(fault, safety)).message;
    expect(error).toMatch(/scenario\.yaml:\d+:\d+: /);
    expect(error).toContain(message);
  });

  test.each([
    ['minAvailable: 3', 2],
    ['minAvailable: 75%', 2],
    ['maxUnavailable: 1', 2],
    ['maxUnavailable: 25%', 2],
    // Of four, rounded up.
    ['maxUnavailable: 26%', 3],
    ['maxUnavailable: 0', 1],
  ])('by a budget of %s', (budget, tooMany) => {
    const victims = (value: number) => kill({ mode: 'fixed', value });
    const error = errorOf(files(victims(tooMany), {}, { budget })).message;
    expect(error).toContain(`lets ${tooMany - 1} go`);
    expect(error).toContain('ignore_disruption_budgets: true');
    if (tooMany > 1) expect(load(files(victims(tooMany - 1), {}, { budget })).faults).toHaveLength(1);
    const said = { ignore_disruption_budgets: true };
    expect(load(files(victims(tooMany), said, { budget })).faults).toHaveLength(1);
  });
});

test('what luck and the cluster decide is not refused beforehand', () => {
  const random = kill({ mode: 'random-max-percent', value: 100 });
  expect(load(files(random, { max_victims: 1 }, { budget: 'minAvailable: 3' })).faults).toHaveLength(1);
  const eviction = { 'pod-eviction': { at: '2s', mode: 'all' } };
  expect(load(files(eviction, {}, { budget: 'minAvailable: 3' })).faults).toHaveLength(1);
  expect(load(files(kill({ mode: 'all' }), { max_per_node: 1, max_per_zone: '50%' })).faults).toHaveLength(1);
});

test('the label may be the workload’s own, or that of its pods', () => {
  const labelled = DEPLOYMENT.replace('  name: web\n', '  name: web\n  labels: {chaos: "yes"}\n');
  const optIn = { opt_in_label: 'chaos=yes' };
  expect(load(files(kill(), optIn, { deployment: labelled })).faults).toHaveLength(1);
  const ofPods = DEPLOYMENT.replace('labels: {app: web}', 'labels: {app: web, chaos: "yes"}');
  expect(load(files(kill(), optIn, { deployment: ofPods })).faults).toHaveLength(1);
});

test.each([
  ['max_victims', -1],
  ['min_healthy', '101%'],
  ['min_healthy', 1.5],
  ['opt_in_label', 'a=b=c'],
  ['opt_in_label', ''],
  ['namespaces', []],
  ['ignore_disruption_budgets', 'yes'],
  ['min_helthy', 1],
])('%s may not be %j', (field, value) => {
  expect(errorOf(files(kill(), { [field]: value })).message).toContain(field);
});
