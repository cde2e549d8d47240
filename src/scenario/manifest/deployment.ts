/** A Deployment (apps/v1) as the prediction sees it, with Kubernetes' defaults. */
import { z } from 'zod';
import { constant } from '../distribution.ts';
import { check } from '../issues.ts';
import type { Problems } from '../problem.ts';
import type { Container, Deployment, PodTemplate, Position, Probe } from '../scenario.ts';
import { durationToMs } from '../units.ts';
import type { Path } from '../yaml.ts';
import type { LocatedObject } from './objects.ts';

/** A container before the scenario has said what its program does. */
export interface ManifestContainer extends Omit<Container, 'application'> {
  /** Where its preStop hook stands, if it has one. */
  readonly pre_stop_position: Position | undefined;
}

/** A Deployment before the scenario has said what its programs do. */
export interface ManifestWorkload extends Omit<Deployment, 'pod'> {
  readonly pod: Omit<PodTemplate, 'containers'> & { readonly containers: readonly ManifestContainer[] };
}

const whole = z.number().int().min(0).max(2_147_483_647);
const portNumber = z.number().int().min(1).max(65_535);
export const labels = z.record(z.string(), z.string());

const handlerPort = z.union([portNumber, z.string().min(1)], {
  error: 'a port number or the name of a port',
});

/** Defaults: Kubernetes 1.35 pkg/apis/core/v1/defaults.go SetDefaults_Probe. */
const probe = z.object({
  httpGet: z.object({ port: handlerPort }).optional(),
  tcpSocket: z.object({ port: handlerPort }).optional(),
  grpc: z.object({ port: portNumber }).optional(),
  exec: z.unknown().optional(),
  initialDelaySeconds: whole.default(0),
  periodSeconds: whole.default(10),
  timeoutSeconds: whole.default(1),
  successThreshold: whole.default(1),
  failureThreshold: whole.default(3),
});

const handler = z.object({
  sleep: z.object({ seconds: whole }).optional(),
  exec: z.object({ command: z.array(z.string()).default([]) }).optional(),
});

const container = z.object({
  name: z.string().min(1),
  image: z.string().min(1),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: portNumber })).nullish(),
  startupProbe: probe.nullish(),
  readinessProbe: probe.nullish(),
  livenessProbe: probe.nullish(),
  lifecycle: z.object({ preStop: handler.nullish() }).nullish(),
});

const deployment = z.object({
  spec: z.object({
    replicas: whole.nullish(),
    minReadySeconds: whole.nullish(),
    selector: z.object({ matchLabels: labels.nullish(), matchExpressions: z.array(z.unknown()).nullish() }),
    template: z.object({
      metadata: z.object({ labels: labels.nullish() }).nullish(),
      spec: z.object({
        containers: z.array(container).min(1),
        terminationGracePeriodSeconds: whole.nullish(),
        automountServiceAccountToken: z.boolean().nullish(),
        volumes: z.array(z.unknown()).nullish(),
      }),
    }),
  }),
});

/** Reads a Deployment; undefined where anything is wrong with it. */
export function readDeployment(object: LocatedObject, problems: Problems): ManifestWorkload | undefined {
  const checked = check(deployment, object.document, object.path, problems);
  if (checked === undefined) return undefined;
  const { spec } = checked;
  const { template } = spec;
  const at = (...path: Path): Position => object.document.position([...object.path, ...path]);

  const podLabels = template.metadata?.labels ?? {};
  const selector = spec.selector.matchLabels ?? {};
  if ((spec.selector.matchExpressions ?? []).length > 0) {
    problems.add({
      position: at('spec', 'selector', 'matchExpressions'),
      message: `the selector of Deployment ${object.name} has matchExpressions, which are not supported`,
      expected: 'matchLabels alone',
    });
    return undefined;
  }
  if (Object.keys(selector).length === 0) {
    problems.add({
      position: at('spec', 'selector'),
      message: `the selector of Deployment ${object.name} is empty`,
      expected: 'matchLabels with at least one label',
    });
    return undefined;
  }
  const unmatched = Object.entries(selector).find(([key, value]) => podLabels[key] !== value);
  if (unmatched !== undefined) {
    const [key, value] = unmatched;
    problems.add({
      position: at('spec', 'selector', 'matchLabels', key),
      message: `the selector of Deployment ${object.name} does not match the labels of its own pods`,
      expected: `spec.template.metadata.labels with ${key}: ${value}`,
    });
    return undefined;
  }

  const names = template.spec.containers.map(({ name }) => name);
  const repeated = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (repeated !== -1) {
    problems.add({
      position: at('spec', 'template', 'spec', 'containers', repeated, 'name'),
      message: `two containers of Deployment ${object.name} are called ${names[repeated]}`,
    });
    return undefined;
  }

  const containers = template.spec.containers.map((each, index) =>
    readContainer(each, object, ['spec', 'template', 'spec', 'containers', index], problems),
  );
  const readable = containers.filter((each) => each !== undefined);
  if (readable.length < containers.length) return undefined;
  return {
    kind: 'Deployment',
    name: object.name,
    namespace: object.namespace,
    position: object.position,
    replicas: spec.replicas ?? 1,
    min_ready_s: spec.minReadySeconds ?? 0,
    strategy: { type: 'RollingUpdate', max_unavailable: { percent: 25 }, max_surge: { percent: 25 } },
    progress_deadline_s: 600,
    selector,
    pod: {
      labels: podLabels,
      init_containers: [],
      containers: readable,
      restart_policy: 'Always',
      requests: { cpu_millis: 0, memory_bytes: 0 },
      node_selector: {},
      tolerations: [],
      spread: [],
      anti_affinity: [],
      mounts_volumes:
        (template.spec.volumes ?? []).length > 0 || template.spec.automountServiceAccountToken !== false,
      termination_grace_period_s: template.spec.terminationGracePeriodSeconds ?? 30,
    },
  };
}

function readContainer(
  checked: z.output<typeof container>,
  object: LocatedObject,
  path: Path,
  problems: Problems,
): ManifestContainer | undefined {
  const ports = (checked.ports ?? []).map(({ name, containerPort }) => ({ name, number: containerPort }));
  const probes: (Probe | undefined)[] = [];
  for (const field of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) {
    const given = checked[field];
    const read = given == null ? undefined : readProbe(given, ports, object, [...path, field], problems);
    if (read === 'wrong') return undefined;
    probes.push(read);
  }
  const hook = checked.lifecycle?.preStop;
  return {
    name: checked.name,
    image: checked.image,
    image_pull_policy: checked.imagePullPolicy ?? defaultPullPolicy(checked.image),
    ports,
    startup_probe: probes[0],
    readiness_probe: probes[1],
    liveness_probe: probes[2],
    pre_stop: hook == null ? undefined : sleepOf(hook),
    pre_stop_position:
      hook == null
        ? undefined
        : object.document.keyPosition([...object.path, ...path, 'lifecycle', 'preStop']),
  };
}

function readProbe(
  checked: z.output<typeof probe>,
  ports: Container['ports'],
  object: LocatedObject,
  path: Path,
  problems: Problems,
): Probe | 'wrong' {
  const handlers = (['httpGet', 'tcpSocket', 'grpc', 'exec'] as const).filter(
    (name) => checked[name] != null,
  );
  const [handlerName] = handlers;
  if (handlers.length !== 1 || handlerName === undefined) {
    problems.add({
      position: object.document.keyPosition([...object.path, ...path]),
      message: `the probe has ${handlers.length === 0 ? 'no handler' : `several handlers: ${handlers.join(', ')}`}`,
      expected: 'exactly one of httpGet, tcpSocket, grpc, exec',
    });
    return 'wrong';
  }
  const port = handlerName === 'exec' ? undefined : checked[handlerName]?.port;
  const number = typeof port === 'string' ? ports.find(({ name }) => name === port)?.number : port;
  if (port !== undefined && number === undefined) {
    const known = ports.flatMap(({ name }) => name ?? []);
    problems.add({
      position: object.document.position([...object.path, ...path, handlerName, 'port']),
      message: `the container has no port called ${port}`,
      expected: known.length === 0 ? 'a port number' : `a port number, or one of ${known.join(', ')}`,
    });
    return 'wrong';
  }
  return {
    handler: ({ httpGet: 'http', tcpSocket: 'tcp', grpc: 'grpc', exec: 'exec' } as const)[handlerName],
    port: number,
    initial_delay_s: checked.initialDelaySeconds,
    // 0 stands for the default, as in the API.
    period_s: checked.periodSeconds || 10,
    timeout_s: checked.timeoutSeconds || 1,
    success_threshold: checked.successThreshold || 1,
    failure_threshold: checked.failureThreshold || 3,
  };
}

/** Kubernetes 1.35 pkg/apis/core/v1/defaults.go SetDefaults_Container: Always for :latest, and for no tag. */
function defaultPullPolicy(image: string): Container['image_pull_policy'] {
  const [withoutDigest, digest] = image.split('@');
  const tag = /:([^/:]+)$/.exec(withoutDigest ?? '')?.[1];
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}

/** How long a hook that only sleeps takes: `sleep: {seconds: 5}`, `["sleep", "5"]`, `["sh", "-c", "sleep 5"]`. */
function sleepOf(hook: z.output<typeof handler>): Container['pre_stop'] {
  if (hook.sleep !== undefined) return constant(hook.sleep.seconds * 1000);
  const command = hook.exec?.command ?? [];
  const shell = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a)?sh$/.test(command[0] ?? '') && command[1] === '-c';
  const words = shell && command.length === 3 ? (command[2] ?? '').trim().split(/\s+/) : command;
  const [program = '', time = ''] = words;
  if (words.length !== 2 || !/^(?:\/(?:usr\/)?bin\/)?sleep$/.test(program)) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smh]?);?$/.exec(time) ?? [];
  return number === undefined ? undefined : constant(durationToMs(`${number}${unit || 's'}`));
}
