import { describe, expect, test } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import type { Container } from '../../../src/scenario/scenario.ts';
import { DEPLOYMENT, filesWith, load, SERVICE } from '../files.ts';

const containerWith = (line: string): Container => {
  const deployment = DEPLOYMENT.replace('          image: web:1.0\n', `          ${line}\n`);
  return load(filesWith({ 'deployment.yaml': deployment })).workloads[0]!.pod.containers[0]!;
};

describe('a Deployment', () => {
  test('gets the defaults of Kubernetes', () => {
    const deployment = DEPLOYMENT.replace('  replicas: 4\n', '').replace(/ {10}ports:[\s\S]*/, '');
    const service = SERVICE.replace('targetPort: http', 'targetPort: 8080');
    const [workload] = load(filesWith({ 'deployment.yaml': deployment, 'service.yaml': service })).workloads;
    expect(workload).toMatchObject({
      kind: 'Deployment',
      name: 'web',
      namespace: 'default',
      replicas: 1,
      min_ready_s: 0,
      selector: { app: 'web' },
      pod: {
        labels: { app: 'web' },
        termination_grace_period_s: 30,
        mounts_volumes: true,
        containers: [
          {
            name: 'server',
            image: 'web:1.0',
            image_pull_policy: 'IfNotPresent',
            ports: [],
            startup_probe: undefined,
            readiness_probe: undefined,
            liveness_probe: undefined,
            pre_stop: undefined,
          },
        ],
      },
    });
  });

  test('mounts no volume only where it has none and refuses the token', () => {
    const deployment = (line: string) =>
      load(
        filesWith({ 'deployment.yaml': DEPLOYMENT.replace('      containers:', `${line}      containers:`) }),
      );
    const mounts = (line: string) => deployment(line).workloads[0]?.pod.mounts_volumes;
    expect(mounts('')).toBe(true);
    expect(mounts('      automountServiceAccountToken: false\n')).toBe(false);
    expect(
      mounts('      automountServiceAccountToken: false\n      volumes: [{name: a, emptyDir: {}}]\n'),
    ).toBe(true);
  });
});

describe('a probe', () => {
  test('gets the defaults of Kubernetes, and its port from the name', () => {
    expect(
      containerWith('image: x\n          readinessProbe: {httpGet: {path: /, port: http}}').readiness_probe,
    ).toEqual({
      handler: 'http',
      port: 8080,
      initial_delay_s: 0,
      period_s: 10,
      timeout_s: 1,
      success_threshold: 1,
      failure_threshold: 3,
    });
  });

  test('is read with what it says; 0 stands for the default as in the API', () => {
    const { startup_probe, liveness_probe } = containerWith(
      `image: x
          startupProbe: {tcpSocket: {port: 9}, initialDelaySeconds: 2, periodSeconds: 1, timeoutSeconds: 4, failureThreshold: 30}
          livenessProbe: {exec: {command: [true]}, periodSeconds: 0, terminationGracePeriodSeconds: 5}`,
    );
    expect(startup_probe).toMatchObject({
      handler: 'tcp',
      port: 9,
      initial_delay_s: 2,
      period_s: 1,
      timeout_s: 4,
      failure_threshold: 30,
    });
    expect(liveness_probe).toMatchObject({
      handler: 'exec',
      port: undefined,
      period_s: 10,
      termination_grace_period_s: 5,
    });
    expect(startup_probe!.termination_grace_period_s).toBeUndefined();
  });
});

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.17.10', 'IfNotPresent'],
  ['localhost:5000/nginx', 'Always'],
  ['localhost:5000/nginx:1', 'IfNotPresent'],
  [`nginx@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
  [`nginx:latest@sha256:${'0'.repeat(64)}`, 'Always'],
])('the image %s is pulled %s', (image, policy) => {
  expect(containerWith(`image: "${image}"`).image_pull_policy).toBe(policy);
});

describe('a preStop hook that only sleeps takes as long as it sleeps', () => {
  test.each([
    ['sleep: {seconds: 5}', 5000],
    ['exec: {command: [sleep, "5"]}', 5000],
    ['exec: {command: [/bin/sleep, 7s]}', 7000],
    ['exec: {command: [sh, -c, sleep 10]}', 10_000],
    ['exec: {command: [/bin/sh, -c, "sleep 0.5"]}', 500],
    ['exec: {command: ["/usr/bin/bash", "-c", " sleep 1m; "]}', 60_000],
  ])('%s', (hook, expected_ms) => {
    expect(containerWith(`image: x\n          lifecycle: {preStop: {${hook}}}`).pre_stop).toEqual(
      constant(expected_ms),
    );
  });

  test.each([
    'exec: {command: [nginx, -s, quit]}',
    'exec: {command: [sh, -c, sleep 5 && nginx -s quit]}',
    'exec: {command: [sh, -c, sleep $N]}',
    'httpGet: {port: 80}',
  ])('and the scenario says it for %s', (hook) => {
    const deployment = DEPLOYMENT.replace(
      '          image: web:1.0\n',
      `          image: web:1.0\n          lifecycle: {preStop: {${hook}}}\n`,
    );
    const { 'scenario.yaml': scenario } = filesWith();
    const { workloads } = load(
      filesWith({
        'deployment.yaml': deployment,
        'scenario.yaml': `${scenario}applications: {web: {pre_stop: 3s}}\n`,
      }),
    );
    expect(workloads[0]?.pod.containers[0]?.pre_stop).toEqual(constant(3000));
  });
});

describe('a Service', () => {
  const serviceOf = (text: string) => load(filesWith({ 'service.yaml': text })).services[0];

  test('is a ClusterIP by default, and resolves the name of its target port', () => {
    expect(serviceOf(SERVICE)).toMatchObject({
      name: 'web',
      namespace: 'default',
      type: 'ClusterIP',
      selector: { app: 'web' },
      ports: [{ name: 'main', port: 80, target_port: 8080, node_port: undefined }],
    });
  });

  test('without target port sends to the same port', () => {
    expect(serviceOf(SERVICE.replace('      targetPort: http\n', ''))?.ports[0]?.target_port).toBe(80);
  });

  test('leaves out ports that are not TCP', () => {
    const ports = serviceOf(
      SERVICE.replace('    - name: main', '    - {name: dns, port: 53, protocol: UDP}\n    - name: main'),
    );
    expect(ports?.ports.map(({ port }) => port)).toEqual([80]);
  });

  test.each(['NodePort', 'LoadBalancer'] as const)('may be a %s with a node port', (type) => {
    const service = serviceOf(
      SERVICE.replace('spec:\n', `spec:\n  type: ${type}\n`).concat('      nodePort: 30080\n'),
    );
    expect(service).toMatchObject({ type, ports: [{ node_port: 30_080 }] });
  });

  test('may have two Deployments behind it', () => {
    const second = DEPLOYMENT.replace('name: web', 'name: web-canary');
    const { workloads, services } = load(
      filesWith({
        'deployment.yaml': `${DEPLOYMENT}---\n${second}`,
        'scenario.yaml': filesWith()
          ['scenario.yaml']!.toString()
          .replace('      at: 2s', '      at: 2s\n      workload: web-canary'),
      }),
    );
    expect(workloads.map(({ name }) => name)).toEqual(['web', 'web-canary']);
    expect(services).toHaveLength(1);
  });
});

describe('what the model does not know is named, and kept for apply', () => {
  test('other kinds, and Services no load can be sent to', () => {
    const more = `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {mode: "0644"}
  - apiVersion: v1
    kind: Service
    metadata: {name: elsewhere}
    spec: {type: ExternalName, externalName: example.com}
---
apiVersion: v1
kind: Namespace
metadata: {name: blue}
`;
    const scenario = load(filesWith({ 'service.yaml': `${SERVICE}---\n${more}` }));
    expect(scenario.load.service).toBe('web');
    expect(scenario.ignored.map(({ kind, name, position: { line } }) => `${line} ${kind} ${name}`)).toEqual([
      '15 ConfigMap settings',
      '19 Service elsewhere',
      '24 Namespace blue',
    ]);
    expect(scenario.objects.map(({ kind, namespace }) => `${kind}/${namespace}`)).toEqual([
      'Deployment/default',
      'Service/default',
      'ConfigMap/default',
      'Service/default',
      'Namespace/',
    ]);
  });

  test('a ReplicaSet, and the Service of its pods', () => {
    const more = `apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: db}
spec: {template: {metadata: {labels: {app: db}}}}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {selector: {app: db}, ports: [{port: 5432}]}
`;
    const { ignored, services, load: main } = load(filesWith({ 'service.yaml': `${SERVICE}---\n${more}` }));
    expect(ignored.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['ReplicaSet db', 'Service db']);
    expect(services.map(({ name }) => name)).toEqual(['web']);
    expect(main.service).toBe('web');
  });

  test('fields that change how a cluster behaves', () => {
    const deployment = DEPLOYMENT.replace(
      '    spec:\n',
      '    spec:\n      priorityClassName: high\n      readinessGates: []\n      hostNetwork: false\n',
    ).replace('web:1.0\n', 'web:1.0\n          lifecycle: {postStart: {sleep: {seconds: 1}}}\n');
    const service = SERVICE.replace(
      'spec:\n',
      'spec:\n  trafficDistribution: PreferSameZone\n  internalTrafficPolicy: Local\n',
    );
    const { ignored } = load(filesWith({ 'deployment.yaml': deployment, 'service.yaml': service }));
    expect(ignored.map(({ kind, name, position: { line } }) => `${line} ${kind} ${name}`)).toEqual([
      '13 Deployment spec.template.spec.priorityClassName web',
      '19 Deployment spec.template.spec.containers[0].lifecycle.postStart web',
      '7 Service spec.internalTrafficPolicy web',
    ]);
  });

  test('bodies are as written, and read as kubectl reads YAML', () => {
    const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: &data {a: "1"}
binaryData:
  <<: *data
mode: 0644
since: 2026-11-21
at: 12:30
on: yes
`;
    const { objects } = load(filesWith({ 'service.yaml': `${SERVICE}---\n${settings}` }));
    expect(objects.at(-1)?.body).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { a: '1' },
      binaryData: { a: '1' },
      mode: 0o644,
      since: '2026-11-21',
      at: '12:30',
      true: true,
    });
  });
});

test('a Deployment may be called like a property of every JavaScript object', () => {
  const rename = (text: string) => text.replace('name: web', 'name: constructor');
  const { workloads } = load(filesWith({ 'deployment.yaml': rename(DEPLOYMENT) }));
  expect(workloads[0]?.pod.containers[0]?.application.concurrency).toBe(512);
});

test('containers of one pod are told apart as Deployment/container', () => {
  const deployment = DEPLOYMENT.replace(
    '      containers:\n',
    '      containers:\n        - {name: proxy, image: proxy}\n',
  );
  const scenario = `${filesWith()['scenario.yaml']}applications: {web/server: {concurrency: 7}}\n`;
  const { workloads } = load(filesWith({ 'deployment.yaml': deployment, 'scenario.yaml': scenario }));
  expect(
    workloads[0]?.pod.containers.map(({ name, application }) => [name, application.concurrency]),
  ).toEqual([
    ['proxy', 512],
    ['server', 7],
  ]);
});
