import { describe, expect, test } from 'vitest';
import { deployment, object, scenarioWith, selector, template } from './objects.ts';

const REQUESTS = { resources: { requests: { cpu: '100m' } } };
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const autoscaler = (spec: Readonly<Record<string, unknown>>) =>
  object('HorizontalPodAutoscaler', { scaleTargetRef, maxReplicas: 10, ...spec }, 'scale');
const read = (spec: Readonly<Record<string, unknown>>, sections = {}) =>
  scenarioWith([deployment({}, REQUESTS), autoscaler(spec)], sections);

const resource = (name: string, target: unknown) => ({ type: 'Resource', resource: { name, target } });
const pods = (name: string, target: unknown) => ({ type: 'Pods', pods: { metric: { name }, target } });

test('gets the defaults of Kubernetes', () => {
  const { autoscalers, ignored } = read({});
  expect(autoscalers).toMatchObject([
    {
      name: 'scale',
      namespace: 'default',
      workload: 'web',
      min_replicas: 1,
      max_replicas: 10,
      metrics: [{ type: 'cpu-utilization', target_percent: 80 }],
      has_behavior: false,
      scale_up: {
        stabilization_window_s: 0,
        select_policy: 'Max',
        policies: [
          { type: 'Pods', value: 4, period_s: 15 },
          { type: 'Percent', value: 100, period_s: 15 },
        ],
        tolerance: 0.1,
      },
      scale_down: {
        stabilization_window_s: 300,
        select_policy: 'Max',
        policies: [{ type: 'Percent', value: 100, period_s: 15 }],
        tolerance: 0.1,
      },
    },
  ]);
  expect(ignored).toEqual([]);
});

test('rules are read with what they say, the rest stays as it was', () => {
  const behavior = {
    scaleUp: { stabilizationWindowSeconds: 60, selectPolicy: 'Min', tolerance: '0.05' },
    scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
  };
  expect(read({ behavior }).autoscalers[0]).toMatchObject({
    has_behavior: true,
    scale_up: { stabilization_window_s: 60, select_policy: 'Min', tolerance: 0.05 },
    scale_down: {
      stabilization_window_s: 300,
      policies: [{ type: 'Pods', value: 1, period_s: 60 }],
      tolerance: 0.1,
    },
  });
});

test('its own tolerance counts since 1.35; before it is dropped and named', () => {
  const behavior = { scaleDown: { tolerance: '0.3' } };
  const { autoscalers, ignored } = read({ behavior }, { cluster: { kubernetes: '1.34' } });
  expect(autoscalers[0]?.scale_down.tolerance).toBe(0.1);
  expect(ignored).toMatchObject([{ kind: 'HorizontalPodAutoscaler spec.behavior.scaleDown.tolerance' }]);
});

describe('its metrics', () => {
  test.each([
    [
      resource('cpu', { type: 'Utilization', averageUtilization: 50 }),
      { type: 'cpu-utilization', target_percent: 50 },
    ],
    [
      resource('cpu', { type: 'AverageValue', averageValue: '750m' }),
      { type: 'cpu-value', target_millis: 750 },
    ],
    [
      pods('http_requests_per_second', { type: 'AverageValue', averageValue: '1k' }),
      { type: 'requests', target_per_s: 1000 },
    ],
    [
      pods('nginx-requests', { type: 'AverageValue', averageValue: '500m' }),
      { type: 'requests', target_per_s: 0.5 },
    ],
  ])('%j', (metric, expected) => {
    expect(read({ metrics: [metric] }).autoscalers[0]?.metrics).toEqual([expected]);
  });

  test('that are not modelled are named, and the others hold', () => {
    const { autoscalers, ignored } = read({
      metrics: [
        resource('memory', { type: 'Utilization', averageUtilization: 50 }),
        resource('cpu', { type: 'Utilization', averageUtilization: 60 }),
        pods('queue_depth', { type: 'AverageValue', averageValue: 3 }),
      ],
    });
    expect(autoscalers[0]?.metrics).toEqual([{ type: 'cpu-utilization', target_percent: 60 }]);
    expect(ignored.map(({ kind }) => kind)).toEqual([
      'HorizontalPodAutoscaler spec.metrics[0]',
      'HorizontalPodAutoscaler spec.metrics[2]',
    ]);
  });

  test('none of which is modelled leave the whole autoscaler out, by name', () => {
    const external = { type: 'External', external: { metric: { name: 'queue' }, target: {} } };
    const { autoscalers, ignored, workloads } = read({ minReplicas: 2, metrics: [external] });
    expect(autoscalers).toEqual([]);
    expect(ignored).toMatchObject([{ kind: 'HorizontalPodAutoscaler', name: 'scale' }]);
    expect(workloads[0]?.replicas).toBe(4);
  });

  test('of autoscaling/v1 are read too', () => {
    const old = {
      ...autoscaler({ targetCPUUtilizationPercentage: 65 }),
      apiVersion: 'autoscaling/v1',
    };
    expect(scenarioWith([deployment({}, REQUESTS), old]).autoscalers[0]?.metrics).toEqual([
      { type: 'cpu-utilization', target_percent: 65 },
    ]);
  });
});

test('a trial begins with minReplicas, but for what is scaled to nothing', () => {
  const cpu = { metrics: [resource('cpu', { type: 'AverageValue', averageValue: 1 })] };
  expect(read({ minReplicas: 6, ...cpu }).workloads[0]?.replicas).toBe(6);
  expect(read({ minReplicas: 2, ...cpu }).workloads[0]?.replicas).toBe(2);
  const idle = object(
    'Deployment',
    { replicas: 0, selector: { matchLabels: { app: 'web' } }, template: template({}, REQUESTS) },
    'idle',
  );
  const about = autoscaler({ scaleTargetRef: { kind: 'Deployment', name: 'idle' }, minReplicas: 3 });
  expect(scenarioWith([deployment(), idle, about]).workloads.map(({ replicas }) => replicas)).toEqual([4, 0]);
});

test('one of something that is not modelled is named and left out', () => {
  const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web' } };
  const about = autoscaler({ scaleTargetRef: { kind: 'Rollout', name: 'web' } });
  const { autoscalers, ignored } = scenarioWith([deployment(), rollout, about]);
  expect(autoscalers).toEqual([]);
  expect(ignored.map(({ kind }) => kind)).toEqual(['Rollout', 'HorizontalPodAutoscaler']);
});

describe('the utilization of cpu', () => {
  const container = (name: string, resources: unknown) => ({ name, image: 'web:1.0', resources });
  const reading = (spec: Readonly<Record<string, unknown>>, metrics?: readonly unknown[], sections = {}) => {
    const pods = { ...template(), spec: { containers: [container('app', {})], ...spec } };
    const web = object('Deployment', { replicas: 4, selector, template: pods });
    const service = { load: { rate: 100, duration: '10s', service: 'web' }, ...sections };
    return () => scenarioWith([web, autoscaler({ metrics })], service);
  };
  const said = { requests: { cpu: '100m' } };

  test.each([
    [
      'one',
      [container('app', said), container('log', {})],
      /container log of Deployment web requests no cpu/,
    ],
    [
      'several',
      [container('app', {}), container('log', { requests: { memory: 1 } }), container('tls', said)],
      /containers app, log of Deployment web request no cpu/,
    ],
    ['all nothing', [container('app', { requests: { cpu: 0 } })], /container app .* requests no cpu/],
  ])('is not known where containers request none: %s', (_name, containers, message) => {
    expect(reading({ containers })).toThrow(message);
  });

  test('is known where a limit stands for the request', () => {
    const containers = [container('app', said), container('log', { limits: { cpu: 1 } })];
    expect(reading({ containers })().autoscalers).toHaveLength(1);
  });

  test('is not asked for by a target of an average value', () => {
    const metric = resource('cpu', { type: 'AverageValue', averageValue: '200m' });
    expect(reading({}, [metric])().autoscalers).toHaveLength(1);
  });

  test('rests on what the pod requests as a whole, since 1.34', () => {
    const resources = { requests: { cpu: '2' } };
    expect(reading({ resources })().workloads[0]?.pod.requests.cpu_millis).toBe(2000);
    expect(reading({ resources: { limits: { memory: '1Gi' } } })).toThrow('container app');
    const containers = [container('app', said), container('log', {})];
    expect(reading({ containers, resources: { limits: { memory: '1Gi' } } })().autoscalers).toHaveLength(1);
    const before = { cluster: { kubernetes: '1.33' } };
    expect(reading({ resources }, undefined, before)).toThrow('container app');
  });
});
