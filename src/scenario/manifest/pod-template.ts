/** The pods of a workload as the prediction sees them, with Kubernetes' defaults. */
import { z } from 'zod';
import type { Reporter } from '../reporter.ts';
import type { PodTemplate } from '../scenario.ts';
import type { Path } from '../yaml.ts';
import {
  container,
  initContainer,
  type ManifestContainer,
  type ManifestInitContainer,
  readContainer,
  readInitContainer,
} from './container.ts';
import { labels, whole } from './fields.ts';
import { podLimits, podRequests, resources, withoutCpuRequest } from './requests.ts';
import { readScheduling, schedulingFields } from './scheduling.ts';
import type { ManifestContext } from './workload.ts';

/** A pod before the scenario has said what its programs do. */
export interface ManifestPod extends Omit<PodTemplate, 'containers' | 'init_containers'> {
  /** Sidecars among them. */
  readonly init_containers: readonly (ManifestInitContainer | ManifestContainer)[];
  readonly containers: readonly ManifestContainer[];
  /** Containers that keep the utilization of its cpu from being known, by name. */
  readonly without_cpu_request: readonly string[];
}

/** Where the template stands in every workload. */
export const TEMPLATE: Path = ['spec', 'template'];
const CONTAINERS: Path = [...TEMPLATE, 'spec', 'containers'];
const INIT_CONTAINERS: Path = [...TEMPLATE, 'spec', 'initContainers'];

/** Kubernetes 1.35 pkg/apis/core/v1/defaults.go SetDefaults_PodSpec. */
const TERMINATION_GRACE_PERIOD_S = 30;

type RestartPolicy = z.ZodType<PodTemplate['restart_policy'] | null | undefined>;

/** @param restartPolicy what the kind of workload allows (pkg/apis/apps/validation, pkg/apis/batch/validation) */
export const podTemplate = (restartPolicy: RestartPolicy) =>
  z.object({
    metadata: z.object({ labels: labels.nullish() }).nullish(),
    spec: z.object({
      containers: z.array(container).min(1),
      initContainers: z.array(initContainer).nullish(),
      restartPolicy,
      terminationGracePeriodSeconds: whole.nullish(),
      automountServiceAccountToken: z.boolean().nullish(),
      volumes: z.array(z.unknown()).nullish(),
      resources,
      ...schedulingFields,
    }),
  });

/** Of workloads that are meant to run for ever. */
export const alwaysRestarted = z.literal('Always').nullish();

/** @param owner kind and name of the workload, for messages */
export function readPodTemplate(
  { metadata, spec }: z.output<ReturnType<typeof podTemplate>>,
  owner: { readonly kind: string; readonly name: string },
  context: Pick<ManifestContext, 'default_toleration_s' | 'behaviour'>,
  report: Reporter,
): ManifestPod | undefined {
  const initContainers = spec.initContainers ?? [];
  const names = [...spec.containers, ...initContainers].map(({ name }) => name);
  const repeated = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (repeated !== -1) {
    const inner = repeated - spec.containers.length;
    const path = inner < 0 ? [...CONTAINERS, repeated, 'name'] : [...INIT_CONTAINERS, inner, 'name'];
    return report.at(path, {
      message: `two containers of ${owner.kind} ${owner.name} are called ${names[repeated]}`,
    });
  }
  const containers = spec.containers.flatMap(
    (each, index) => readContainer(each, [...CONTAINERS, index], context, report) ?? [],
  );
  const init_containers = initContainers.flatMap(
    (each, index) => readInitContainer(each, [...INIT_CONTAINERS, index], context, report) ?? [],
  );
  if (containers.length + init_containers.length < names.length) return undefined;
  const requesting = {
    containers: spec.containers,
    initContainers,
    ofPod: context.behaviour.pod_level_resources ? spec.resources : undefined,
  };
  return {
    labels: metadata?.labels ?? {},
    init_containers,
    containers,
    restart_policy: spec.restartPolicy ?? 'Always',
    requests: podRequests(requesting),
    limits: podLimits(requesting),
    without_cpu_request: withoutCpuRequest(requesting),
    ...readScheduling(spec, owner.kind, context.default_toleration_s),
    mounts_volumes: (spec.volumes ?? []).length > 0 || spec.automountServiceAccountToken !== false,
    termination_grace_period_s: spec.terminationGracePeriodSeconds ?? TERMINATION_GRACE_PERIOD_S,
  };
}
