/** What the tests break: nginx behind a Service with a node port, as a user would write it, and a scenario on it. */
import { stringify } from 'yaml';

type Fields = Readonly<Record<string, unknown>>;

export interface Web {
  readonly namespace: string;
  /** Of the workload, its pods' label `app`, and the Service. Default: web. */
  readonly name?: string;
  readonly kind?: 'Deployment' | 'StatefulSet';
  /** Default: 2. */
  readonly replicas?: number;
  /** Default: nginx. */
  readonly image?: string;
  /** Beside these: of the specifications of the workload, of its pods, and of their only container, named web. */
  readonly spec?: Fields;
  readonly pod?: Fields;
  readonly container?: Fields;
}

export function webManifest(web: Web): string {
  const { namespace, name = 'web', kind = 'Deployment', replicas = 2, image = 'nginx' } = web;
  const metadata = { name, namespace };
  const labels = { app: name };
  const container = {
    name: 'web',
    image,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ containerPort: 80 }],
    ...web.container,
  };
  const template = { metadata: { labels }, spec: { ...web.pod, containers: [container] } };
  const workload = {
    ...{ apiVersion: 'apps/v1', kind, metadata },
    spec: { replicas, selector: { matchLabels: labels }, ...web.spec, template },
  };
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata },
    spec: { type: 'NodePort', selector: labels, ports: [{ port: 80 }] },
  };
  return [workload, service]
    .map((object) => stringify(object, { aliasDuplicateObjects: false }))
    .join('---\n');
}

/** For `pod`: no node has two while another has none. */
export const spreadOverNodes = (whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway', app = 'web') => ({
  topologySpreadConstraints: [
    {
      ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable },
      labelSelector: { matchLabels: { app } },
    },
  ],
});

export interface Break {
  /** As they stand in a scenario, a line each. */
  readonly faults: readonly string[];
  /** Of the load. Default: 4s. */
  readonly duration?: string;
  /** Default: 20. */
  readonly rate_per_s?: number;
  /** Default: 10. */
  readonly predicted_trials?: number;
  /** Further lines of the scenario. */
  readonly more?: readonly string[];
}

/** @param manifest its file, beside the scenario's */
export function scenarioText(
  manifest: string,
  { faults, duration = '4s', rate_per_s = 20, predicted_trials = 10, more = [] }: Break,
): string {
  return [
    'version: foreshock/v1',
    `manifests: [${manifest}]`,
    `load: {rate: ${rate_per_s}, duration: ${duration}}`,
    'faults:',
    ...faults.map((fault) => `  - ${fault}`),
    `trials: {predict: ${predicted_trials}, measure: 1}`,
    ...more,
    '',
  ].join('\n');
}
