import { describe, expect, test } from 'vitest';
import { constant, lognormal } from '../../../src/scenario/distribution.ts';
import { deployment, object, scenarioWith, selector, template, workloadOf } from './objects.ts';

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

describe('limits', () => {
  const limitsOf = (spec: Readonly<Record<string, unknown>>, cluster = {}) => {
    const workload = object('Deployment', { selector, template: { metadata: template().metadata, spec } });
    return scenarioWith([workload], { cluster }).workloads[0]!.pod.limits;
  };
  const container = (name: string, limits: unknown) => ({ name, image: 'x:1', resources: { limits } });
  const ONE_CPU = { cpu: '1' };

  test.each([
    [
      'are the sum of the containers’',
      { containers: [container('a', ONE_CPU), container('b', { cpu: 0.5 })] },
      1500,
    ],
    [
      'are none where a container has none',
      { containers: [container('a', ONE_CPU), container('b', {})] },
      undefined,
    ],
    ['are none where one is nothing', { containers: [container('a', { cpu: 0 })] }, undefined],
    [
      'are an init container’s where that is more',
      { containers: [container('a', ONE_CPU)], initContainers: [container('i', { cpu: '1500m' })] },
      1500,
    ],
    [
      'are none where an init container has none',
      { containers: [container('a', ONE_CPU)], initContainers: [container('i', {})] },
      undefined,
    ],
    [
      'are the pod’s own before those of its containers',
      { resources: { limits: { cpu: 3 } }, containers: [container('a', ONE_CPU), container('b', {})] },
      3000,
    ],
  ])('%s', (_, spec, cpu_millis) => {
    expect(limitsOf(spec)).toEqual({ cpu_millis, memory_bytes: undefined });
  });

  test('are not the pod’s own in a version that drops those', () => {
    const spec = { resources: { limits: { cpu: 3 } }, containers: [container('a', ONE_CPU)] };
    expect(limitsOf(spec, { kubernetes: '1.33' })).toEqual({ cpu_millis: 1000, memory_bytes: undefined });
  });

  test('are of memory alone where that is all that is limited', () => {
    const spec = {
      containers: [container('a', { memory: '64Mi' }), container('b', { memory: '1k', cpu: 1 })],
    };
    expect(limitsOf(spec)).toEqual({ cpu_millis: undefined, memory_bytes: 64 * 2 ** 20 + 1000 });
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
    expect(withInit(containers, { 'web/wait': { run_time: '5s' } })).toMatchObject([
      { run_time: constant(5000) },
    ]);
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

describe('sidecars', () => {
  const sidecar = (change = {}) => ({ name: 'mesh', image: 'mesh:1.0', restartPolicy: 'Always', ...change });

  test('are read as containers are, in their place among the init containers', () => {
    const { pod } = workloadOf(
      deployment({
        initContainers: [
          sidecar({ readinessProbe: { tcpSocket: { port: 15_000 } }, ports: [{ containerPort: 15_000 }] }),
          { name: 'wait', image: 'busybox:1.0' },
        ],
      }),
      { applications: { web: { start_time: '1s' }, 'web/mesh': { start_time: '2s' } } },
    );
    expect(pod.init_containers).toMatchObject([
      {
        name: 'mesh',
        readiness_probe: { handler: 'tcp', port: 15_000 },
        application: { start_time: constant(2000) },
      },
      { name: 'wait', run_time: lognormal(100, 0.5) },
    ]);
    expect(pod.containers).toMatchObject([{ name: 'server', application: { start_time: constant(1000) } }]);
  });

  test('request with the containers, and beside the init containers after them', () => {
    const requestsOf = (initContainers: readonly unknown[]) =>
      workloadOf(deployment({ initContainers }, { resources: { requests: { cpu: '1' } } })).pod.requests
        .cpu_millis;
    const asks = (cpu: string) => ({ resources: { requests: { cpu } } });
    expect(requestsOf([sidecar(asks('200m'))])).toBe(1200);
    expect(requestsOf([sidecar(asks('200m')), { name: 'wait', image: 'x', ...asks('1500m') }])).toBe(1700);
    expect(requestsOf([{ name: 'wait', image: 'x', ...asks('1100m') }, sidecar(asks('200m'))])).toBe(1200);
  });

  test('may have the port that a Service names', () => {
    const mesh = sidecar({ ports: [{ name: 'front', containerPort: 15_000 }] });
    const service = object(
      'Service',
      { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'front' }] },
      'front',
    );
    const { services } = scenarioWith([deployment({ initContainers: [mesh] }), service], {
      load: { service: 'front', rate: 100, duration: '10s' },
    });
    expect(services.find(({ name }) => name === 'front')?.ports).toMatchObject([{ target_port: 15_000 }]);
  });

  test('have hooks and ports that are not modelled, as containers have', () => {
    const mesh = sidecar({
      lifecycle: { postStart: { sleep: { seconds: 1 } }, preStop: { sleep: { seconds: 2 } } },
      ports: [{ containerPort: 15_000, hostPort: 15_000 }],
    });
    const { ignored, workloads } = scenarioWith([deployment({ initContainers: [mesh] })]);
    expect(ignored.map(({ kind }) => kind)).toEqual([
      'Deployment spec.template.spec.initContainers[0].lifecycle.postStart',
      'Deployment spec.template.spec.initContainers[0].ports[0].hostPort',
    ]);
    expect(workloads[0]?.pod.init_containers).toMatchObject([{ pre_stop: constant(2000) }]);
  });

  test('are refused before Kubernetes 1.29, and other restart policies always', () => {
    const withPolicy = (restartPolicy: string, kubernetes: string) => () =>
      workloadOf(deployment({ initContainers: [sidecar({ restartPolicy })] }), { cluster: { kubernetes } });
    expect(withPolicy('Always', '1.28')).toThrow('this version of Kubernetes does not have');
    expect(withPolicy('Always', '1.29')).not.toThrow();
    expect(withPolicy('Never', '1.35')).toThrow('has a restartPolicy of its own, Never');
  });
});
