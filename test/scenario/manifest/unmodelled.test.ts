import { describe, expect, test } from 'vitest';
import { deployment, object, scenarioWith, selector, template } from './objects.ts';

const namesOf = (bodies: Parameters<typeof scenarioWith>[0]) =>
  scenarioWith(bodies).ignored.map(({ kind }) => kind);

test('fields deep in lists are named with their place', () => {
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: selector };
  expect(
    namesOf([
      deployment(
        {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [
                  { matchExpressions: [{ key: 'zone', operator: 'Exists' }] },
                  { matchExpressions: [{ key: 'generation', operator: 'Gt', values: ['3'] }] },
                ],
              },
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 1,
                  preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] },
                },
              ],
            },
            podAffinity: {},
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [term, { ...term, namespaces: ['blue'] }],
            },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'a',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: selector,
              nodeTaintsPolicy: 'Ignore',
              matchLabelKeys: ['pod-template-hash'],
            },
          ],
        },
        { lifecycle: { postStart: { exec: { command: ['true'] } } } },
      ),
    ]),
  ).toEqual([
    'Deployment spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1].matchExpressions[0].operator',
    'Deployment spec.template.spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchFields',
    'Deployment spec.template.spec.topologySpreadConstraints[0].matchLabelKeys',
    'Deployment spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[1].namespaces',
    'Deployment spec.template.spec.containers[0].lifecycle.postStart',
  ]);
});

test('what is modelled or changes nothing is not named', () => {
  expect(
    namesOf([
      deployment(
        {
          tolerations: [{ operator: 'Exists' }],
          nodeSelector: {},
          schedulerName: 'default-scheduler',
          hostNetwork: false,
          dnsPolicy: 'Default',
        },
        { env: [{ name: 'A', value: '1' }], resources: { requests: { cpu: 1 } } },
      ),
    ]),
  ).toEqual([]);
});

test('the fields of each kind are its own', () => {
  const pods = { selector, template: template() };
  expect(
    namesOf([
      object('StatefulSet', { ...pods, volumeClaimTemplates: [{}], ordinals: { start: 0 } }),
      object('DaemonSet', pods, 'agent'),
      object('Job', { template: template({ restartPolicy: 'Never' }), ttlSecondsAfterFinished: 60 }, 'job'),
    ]),
  ).toEqual(['StatefulSet spec.volumeClaimTemplates', 'Job spec.ttlSecondsAfterFinished']);
});

test('requests of a pod as a whole are named where the version drops them', () => {
  const names = (kubernetes: string) =>
    scenarioWith([deployment({ resources: { requests: { cpu: 1 } } })], { cluster: { kubernetes } }).ignored;
  expect(names('1.33')).toMatchObject([{ kind: 'Deployment spec.template.spec.resources' }]);
  expect(names('1.34')).toEqual([]);
});

describe('what decides where and when a pod runs is named:', () => {
  const resources = (lists: object) => deployment({}, { resources: lists });
  const job = (spec: object) =>
    object('Job', { template: template({ restartPolicy: 'Never' }), ...spec }, 'job');
  const spec = 'Deployment spec.template.spec';

  test.each([
    [
      `${spec}.containers[0].ports[0].hostPort`,
      deployment({}, { ports: [{ containerPort: 8080, hostPort: 80 }] }),
    ],
    [
      `${spec}.volumes[1].persistentVolumeClaim`,
      deployment({
        volumes: [{ name: 'tmp', emptyDir: {} }, { persistentVolumeClaim: { claimName: 'data' } }],
      }),
    ],
    [`${spec}.volumes[0].ephemeral`, deployment({ volumes: [{ ephemeral: { volumeClaimTemplate: {} } }] })],
    [`${spec}.shareProcessNamespace`, deployment({ shareProcessNamespace: true })],
    [
      `${spec}.containers[0].resources.requests.ephemeral-storage`,
      resources({ requests: { cpu: 1, 'ephemeral-storage': '1Gi' }, limits: { 'ephemeral-storage': '2Gi' } }),
    ],
    [`${spec}.containers[0].resources.limits.nvidia.com/gpu`, resources({ limits: { 'nvidia.com/gpu': 1 } })],
    [
      `${spec}.resources.requests.hugepages-2Mi`,
      deployment({ resources: { requests: { 'hugepages-2Mi': '4Mi' } } }),
    ],
    ['Job spec.podReplacementPolicy', job({ podReplacementPolicy: 'Failed' })],
  ])('%s', (name, body) => {
    const bodies = body.kind === 'Deployment' ? [body] : [deployment(), body];
    expect(namesOf(bodies)).toEqual([name]);
  });

  test('and is not where it says what holds anyway', () => {
    expect(
      namesOf([
        deployment({ shareProcessNamespace: false }, { ports: [{ containerPort: 8080, hostPort: 0 }] }),
        job({ podReplacementPolicy: 'TerminatingOrFailed' }),
      ]),
    ).toEqual([]);
  });
});

test.each([
  ['topology-mode', 'Auto', true],
  ['topology-mode', 'Disabled', false],
  ['topology-aware-hints', 'auto', true],
  ['traffic-policy', 'auto', false],
])('a Service with the annotation service.kubernetes.io/%s: %s is named: %s', (name, value, isNamed) => {
  const service = object('Service', { selector: { app: 'web' }, ports: [{ port: 80 }] }, 'near');
  const key = `service.kubernetes.io/${name}`;
  const annotated = { ...service, metadata: { name: 'near', annotations: { [key]: value } } };
  const { ignored } = scenarioWith([deployment(), annotated], {
    load: { rate: 100, duration: '10s', service: 'web' },
  });
  expect(ignored.map(({ kind }) => kind)).toEqual(isNamed ? [`Service metadata.annotations.${key}`] : []);
});
