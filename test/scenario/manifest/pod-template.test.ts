import { describe, expect, test } from 'vitest';
import { lognormal } from '../../../src/scenario/distribution.ts';
import { deployment, object, selector, template, workloadOf } from './objects.ts';

describe('requests', () => {
  const requestsOf = (spec: Readonly<Record<string, unknown>>) =>
    workloadOf(object('Deployment', { selector, template: { metadata: template().metadata, spec } })).pod
      .requests;
  const container = (name: string, resources: unknown) => ({ name, image: 'x:1', resources });

  test('are nothing where nothing is said', () => {
    expect(workloadOf(deployment()).pod.requests).toEqual({ cpu_millis: 0, memory_bytes: 0 });
  });

  test('are the sum of the containers', () => {
    expect(
      requestsOf({
        containers: [
          container('a', { requests: { cpu: '250m', memory: '64Mi' } }),
          container('b', { requests: { cpu: 1.5 } }),
        ],
      }),
    ).toEqual({ cpu_millis: 1750, memory_bytes: 64 * 2 ** 20 });
  });

  test('are an init container’s where that is more', () => {
    expect(
      requestsOf({
        initContainers: [
          container('migrate', { requests: { cpu: '2', memory: '1M' } }),
          container('warm', { requests: { cpu: '1' } }),
        ],
        containers: [container('a', { requests: { cpu: '1', memory: '2M' } })],
      }),
    ).toEqual({ cpu_millis: 2000, memory_bytes: 2_000_000 });
  });

  test('are the limit where only that is said', () => {
    expect(
      requestsOf({
        containers: [container('a', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } })],
      }),
    ).toEqual({ cpu_millis: 100, memory_bytes: 2 ** 30 });
  });

  test('are what the pod says as a whole, its limit where nobody else says anything', () => {
    expect(
      requestsOf({
        resources: { requests: { cpu: '3' }, limits: { cpu: '4', memory: '1Gi' } },
        containers: [container('a', { requests: { cpu: '1' } })],
      }),
    ).toEqual({ cpu_millis: 3000, memory_bytes: 2 ** 30 });
    expect(
      requestsOf({
        resources: { limits: { cpu: '4', memory: '1Gi' } },
        containers: [
          container('a', { requests: { cpu: '1' } }),
          container('b', { limits: { memory: '1Ki' } }),
        ],
      }),
    ).toEqual({ cpu_millis: 1000, memory_bytes: 1024 });
  });
});

describe('init containers', () => {
  const withInit = (containers: readonly unknown[], applications = {}) =>
    workloadOf(deployment({ initContainers: containers }), { applications }).pod.init_containers;

  test('take a short while where nobody says how long, and what the scenario says otherwise', () => {
    const containers = [{ name: 'wait', image: 'busybox' }];
    expect(withInit(containers)).toEqual([
      { name: 'wait', image: 'busybox', image_pull_policy: 'Always', run_time: lognormal(100, 0.5) },
    ]);
    expect(withInit(containers, { 'web/wait': { run_time: '5s' } })[0]?.run_time).toEqual({
      kind: 'constant',
      value_ms: 5000,
    });
  });

  test('stay in their order, and apart from the containers', () => {
    const [first, second] = withInit([
      { name: 'migrate', image: 'web:1.0' },
      { name: 'warm', image: 'web:1.0', imagePullPolicy: 'Never' },
    ]);
    expect(first).toMatchObject({ name: 'migrate', image_pull_policy: 'IfNotPresent' });
    expect(second).toMatchObject({ name: 'warm', image_pull_policy: 'Never' });
  });

  test('leave the only container its short name', () => {
    const workload = workloadOf(deployment({ initContainers: [{ name: 'wait', image: 'x' }] }), {
      applications: { web: { concurrency: 3 }, 'web/wait': { run_time: '1s' } },
    });
    expect(workload.pod.containers[0]?.application.concurrency).toBe(3);
  });
});
