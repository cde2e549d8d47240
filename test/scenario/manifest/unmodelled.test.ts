import { expect, test } from 'vitest';
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
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
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
    'Deployment spec.template.spec.affinity.nodeAffinity',
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
