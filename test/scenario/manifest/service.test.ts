import { describe, expect, test } from 'vitest';
import { deployment, object, scenarioWith, selector, template } from './objects.ts';

const service = (spec: Readonly<Record<string, unknown>>, name = 'other') =>
  object('Service', { selector: { app: 'web' }, ports: [{ port: 8080 }], ...spec }, name);
const read = (spec: Readonly<Record<string, unknown>>, sections = {}) =>
  scenarioWith([deployment(), service(spec)], { load: LOAD, ...sections });
const LOAD = { service: 'other', rate: 100, duration: '10s' };
const serviceOf = (spec: Readonly<Record<string, unknown>>) =>
  read(spec).services.find(({ name }) => name === 'other');

test('gets the defaults of Kubernetes', () => {
  expect(serviceOf({})).toMatchObject({
    type: 'ClusterIP',
    is_headless: false,
    publish_not_ready_addresses: false,
    session_affinity_s: undefined,
    external_traffic_policy: 'Cluster',
  });
});

test('is read with what it says', () => {
  expect(
    serviceOf({
      type: 'NodePort',
      publishNotReadyAddresses: true,
      sessionAffinity: 'ClientIP',
      externalTrafficPolicy: 'Local',
    }),
  ).toMatchObject({
    type: 'NodePort',
    publish_not_ready_addresses: true,
    session_affinity_s: 10_800,
    external_traffic_policy: 'Local',
  });
  expect(
    serviceOf({
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    })?.session_affinity_s,
  ).toBe(60);
});

describe('a headless Service', () => {
  const headless = service({ clusterIP: 'None' }, 'pods');

  test('beside another of the same pods is known, and no load goes to it', () => {
    const { load, services, ignored } = scenarioWith([deployment(), headless]);
    expect(load.service).toBe('web');
    expect(services.map(({ name, is_headless }) => [name, is_headless])).toEqual([
      ['web', false],
      ['pods', true],
    ]);
    expect(ignored).toEqual([]);
  });

  test('takes load that goes to its pods by name', () => {
    const load = { service: 'pods', rate: 100, duration: '10s', resolve: 'dns' };
    expect(scenarioWith([deployment(), headless], { load }).load).toMatchObject({
      service: 'pods',
      resolve: 'dns',
    });
  });
});

test.each(['StatefulSet', 'DaemonSet', 'Job'])('may be in front of a %s', (kind) => {
  const policy = kind === 'Job' ? { restartPolicy: 'OnFailure' } : {};
  const body = object(kind, {
    ...(kind === 'Job' ? {} : { selector }),
    template: template(policy),
  });
  expect(scenarioWith([body]).services[0]).toMatchObject({ name: 'web', ports: [{ target_port: 8080 }] });
});

test('of a single pod of a StatefulSet is named and left out', () => {
  const one = service({ selector: { 'statefulset.kubernetes.io/pod-name': 'web-0' } });
  const { services, ignored } = scenarioWith([deployment(), one]);
  expect(services.map(({ name }) => name)).toEqual(['web']);
  expect(ignored.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Service other']);
});

describe('trafficDistribution', () => {
  const at = (kubernetes: string, trafficDistribution: string) =>
    read({ trafficDistribution }, { cluster: { kubernetes } });
  const distributionAt = (kubernetes: string, said: string) =>
    at(kubernetes, said).services.find(({ name }) => name === 'other')?.traffic_distribution;

  test('prefers the zone, or the node', () => {
    expect(serviceOf({})?.traffic_distribution).toBeUndefined();
    expect(distributionAt('1.35', 'PreferClose')).toBe('same-zone');
    expect(distributionAt('1.35', 'PreferSameZone')).toBe('same-zone');
    expect(distributionAt('1.35', 'PreferSameNode')).toBe('same-node');
    expect(distributionAt('1.31', 'PreferClose')).toBe('same-zone');
  });

  test('is dropped before 1.31, and said to be', () => {
    const { services, ignored } = at('1.30', 'PreferClose');
    expect(services.map((each) => each.traffic_distribution)).toEqual([undefined, undefined]);
    expect(ignored.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'Service spec.trafficDistribution other',
    ]);
  });

  test('of the newer names is refused before 1.34', () => {
    expect(() => at('1.33', 'PreferSameNode')).toThrow('has no trafficDistribution PreferSameNode');
  });
});
