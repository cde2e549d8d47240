/** Containers and init containers of a pod, with Kubernetes' defaults. */
import { z } from 'zod';
import type { Reporter } from '../reporter.ts';
import type { Container, InitContainer, Position, Probe } from '../scenario.ts';
import type { Path } from '../yaml.ts';
import { portNumber } from './fields.ts';
import { hook, sleepOf } from './pre-stop.ts';
import { PROBES, probe, readProbe } from './probe.ts';
import { resources } from './requests.ts';
import type { ManifestContext } from './workload.ts';

/** A container before the scenario has said what its program does. */
export interface ManifestContainer extends Omit<Container, 'application'> {
  /** Where its preStop hook stands, if it has one. */
  readonly pre_stop_position: Position | undefined;
}

/** An init container before the scenario has said how long it runs. */
export type ManifestInitContainer = Omit<InitContainer, 'run_time'>;

const pullPolicy = z.enum(['Always', 'IfNotPresent', 'Never']).nullish();

export const container = z.object({
  name: z.string().min(1),
  image: z.string().min(1),
  imagePullPolicy: pullPolicy,
  ports: z.array(z.object({ name: z.string().optional(), containerPort: portNumber })).nullish(),
  startupProbe: probe.nullish(),
  readinessProbe: probe.nullish(),
  livenessProbe: probe.nullish(),
  lifecycle: z.object({ preStop: hook.nullish() }).nullish(),
  resources,
});

export const initContainer = container.extend({ restartPolicy: z.string().nullish() });

/** @param path of the container, for the report */
export function readContainer(
  checked: z.output<typeof container>,
  path: Path,
  { behaviour }: Pick<ManifestContext, 'behaviour'>,
  report: Reporter,
): ManifestContainer | undefined {
  const ports = (checked.ports ?? []).map(({ name, containerPort }) => ({ name, number: containerPort }));
  const probes: (Probe | undefined)[] = [];
  for (const field of PROBES) {
    const given = checked[field] ?? undefined;
    const read = given && readProbe(field, given, ports, [...path, field], report);
    if (given !== undefined && read === undefined) return undefined;
    probes.push(read);
  }
  const preStop = checked.lifecycle?.preStop ?? undefined;
  if (preStop?.sleep != null && !behaviour.sleep_hooks) {
    return report.atKey([...path, 'lifecycle', 'preStop', 'sleep'], {
      message: 'this version of Kubernetes has no hooks of type sleep',
      expected: 'exec: {command: [sleep, ...]}, or cluster.kubernetes of at least "1.30"',
    });
  }
  return {
    name: checked.name,
    image: checked.image,
    image_pull_policy: checked.imagePullPolicy ?? defaultPullPolicy(checked.image),
    ports,
    startup_probe: probes[0],
    readiness_probe: probes[1],
    liveness_probe: probes[2],
    pre_stop: preStop && sleepOf(preStop),
    pre_stop_position: preStop && report.keyPosition([...path, 'lifecycle', 'preStop']),
  };
}

/** An init container; with restartPolicy Always a sidecar, which is read as any other container is. */
export function readInitContainer(
  checked: z.output<typeof initContainer>,
  path: Path,
  context: Pick<ManifestContext, 'behaviour'>,
  report: Reporter,
): ManifestInitContainer | ManifestContainer | undefined {
  const { name, image, imagePullPolicy, restartPolicy, ...rest } = checked;
  if (restartPolicy === 'Always' && context.behaviour.sidecars) {
    return readContainer(checked, path, context, report);
  }
  if (restartPolicy === 'Always') {
    return report.at([...path, 'restartPolicy'], {
      message: `init container ${name} is a sidecar, which this version of Kubernetes does not have`,
      expected: 'no restartPolicy, or cluster.kubernetes of at least "1.29"',
    });
  }
  if (restartPolicy != null) {
    return report.at([...path, 'restartPolicy'], {
      message: `init container ${name} has a restartPolicy of its own, ${restartPolicy}, which is not modelled`,
      expected: 'Always, which makes it a sidecar, or no restartPolicy',
    });
  }
  // Kubernetes 1.35 pkg/apis/core/validation/validation.go validateInitContainers.
  const refused = (['lifecycle', ...PROBES] as const).find((field) => rest[field] != null);
  if (refused !== undefined) {
    return report.atKey([...path, refused], {
      message: `init container ${name} ends by itself, so it has no ${refused}`,
      expected: `${refused} in one of the containers`,
    });
  }
  return { name, image, image_pull_policy: imagePullPolicy ?? defaultPullPolicy(image) };
}

/** Kubernetes 1.35 pkg/apis/core/v1/defaults.go SetDefaults_Container: Always for :latest, and for no tag. */
function defaultPullPolicy(image: string): Container['image_pull_policy'] {
  const [withoutDigest, digest] = image.split('@');
  const tag = /:([^/:]+)$/.exec(withoutDigest ?? '')?.[1];
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}
