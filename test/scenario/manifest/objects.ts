/** Objects of a manifest, read as a part of a scenario. */
import { stringify } from 'yaml';
import type { Scenario, Workload } from '../../../src/scenario/scenario.ts';
import { load } from '../files.ts';

type Body = Readonly<Record<string, unknown>>;

/** A pod template with one container; `spec` and `container` are added to. */
export const template = (spec: Body = {}, container: Body = {}): Body => ({
  metadata: { labels: { app: 'web', tier: 'front' } },
  spec: {
    ...spec,
    containers: [{ name: 'server', image: 'web:1.0', ports: [{ containerPort: 8080 }], ...container }],
  },
});

export const object = (kind: string, spec: Body, name = 'web'): Body => ({
  apiVersion: API_VERSIONS[kind],
  kind,
  metadata: { name },
  spec,
});

const API_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  Service: 'v1',
  PodDisruptionBudget: 'policy/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
};

export const selector = { matchLabels: { app: 'web' } };

export const SERVICE = object('Service', {
  selector: { app: 'web' },
  ports: [{ port: 80, targetPort: 8080 }],
});

/** A Deployment of four. */
export const deployment = (spec: Body = {}, container: Body = {}): Body =>
  object('Deployment', { replicas: 4, selector, template: template(spec, container) });

/** The scenario with these objects and the Service of app=web, and `sections` of the scenario file. */
export function scenarioWith(objects: readonly Body[], sections: Body = {}): Scenario {
  return load({
    'scenario.yaml': stringify({
      version: 'foreshock/v1',
      manifests: ['manifests.yaml'],
      load: { rate: 100, duration: '10s' },
      ...sections,
    }),
    'manifests.yaml': [SERVICE, ...objects].map((each) => stringify(each)).join('---\n'),
  });
}

/** The only workload, as read. */
export function workloadOf(body: Body, sections: Body = {}): Workload {
  const [workload, ...others] = scenarioWith([body], sections).workloads;
  if (workload === undefined || others.length > 0) throw new Error('not one workload');
  return workload;
}
