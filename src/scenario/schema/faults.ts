/** The faults of a scenario, each under its own name. */
import { z } from 'zod';
import { constant, type Distribution } from '../distribution.ts';
import type { FaultType } from '../fault.ts';
import { PERCENTAGE } from '../units.ts';
import { acts, actsOfStep } from './acts.ts';
import { taint } from './cluster.ts';
import {
  count,
  duration,
  EXPECTED,
  kubernetesName,
  oneOf,
  positiveDuration,
  size,
  wholeSeconds,
} from './quantities.ts';

const ofWorkload = {
  workload: kubernetesName
    .optional()
    .describe('Name of the workload it is about. Default: the only one of the manifests.'),
};

const expectedNumber = (what: 'pods' | 'nodes') =>
  `a whole number of ${what} above 0, or a percentage such as 50%`;

const victims = (what: 'pods' | 'nodes') => ({
  mode: z
    .enum(['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'])
    .default('one')
    .describe(
      `How many ${what}, with Chaos Mesh's words: one, all, fixed (\`value\` of them), fixed-percent (\`value\` % of them, rounded up), random-max-percent (at most \`value\` % of them).`,
    ),
  value: z
    .union([count, z.string().regex(PERCENTAGE, { error: expectedNumber(what) })], {
      error: expectedNumber(what),
    })
    .optional()
    .describe(`Number of ${what} for \`fixed\`; percent for the percent modes: 50 or 50%.`),
});

/** Hits pods of a workload. */
const pods = { ...ofWorkload, ...victims('pods'), ...acts };

/** Hits nodes that run pods of a workload. */
const nodes = {
  workload: kubernetesName
    .optional()
    .describe(
      'Workload whose nodes are candidates: those that run a ready pod of it, but for the first node, where load enters. Default: the only one of the manifests.',
    ),
  ...victims('nodes'),
  ...acts,
};

const lasting = (undo: string) => ({
  duration: positiveDuration
    .optional()
    .describe(`How long it lasts, also past the end of the load. ${undo} Default: until the trial is over.`),
});

const container = {
  container: kubernetesName.optional().describe('Name of the container. Default: the only one of the pod.'),
};

const gracePeriod = {
  grace_period: wholeSeconds
    .optional()
    .describe("Grace period of the pods. Default: each pod's own. 0s: forced, the pod object goes at once."),
};

/** Whatever brings a shell, `sleep`, `dd` and `grep`. */
export const STRESS_IMAGE = 'busybox:1.36';

/** Beyond the processors of most machines. */
const WORKERS_MAX = 1024;

const STRESS_SECONDS = 'a duration of whole seconds, such as 30s';

const stress = {
  duration: wholeSeconds
    .refine((seconds) => seconds > 0, { error: STRESS_SECONDS })
    .transform((seconds) => seconds * 1000)
    .describe(
      'How long it lasts, in whole seconds. It ends by itself then, for nobody can take an ephemeral container out of its pod. It must be there.',
    ),
  image: z
    .string()
    .min(1)
    .max(1024)
    .default(STRESS_IMAGE)
    .describe(
      `Image of the ephemeral container: with a shell, sleep, dd and grep. Default: ${STRESS_IMAGE}.`,
    ),
};

/** Of these Kubernetes' own controllers decide: they would take it off at once, or take it for their own. */
const OWN_TAINT = "a key that is not one of Kubernetes' own, node.kubernetes.io/...";

const faultTaint = taint
  .extend({
    effect: z
      .enum(['NoSchedule', 'NoExecute'])
      .describe(
        'NoSchedule: pods that do not tolerate it do not come; NoExecute: those that are there go, too.',
      ),
  })
  .refine(({ key }) => !key.startsWith('node.kubernetes.io/'), { path: ['key'], error: OWN_TAINT })
  .describe('What the nodes get, as `kubectl taint` has it.');

const EXPECTED_SHARE = 'a percentage above 0, at most 100';

/** Requests that a mesh does something to. */
const requests = {
  service: kubernetesName.optional().describe('Service whose requests are meant. Default: that of the load.'),
  virtual_service: kubernetesName
    .optional()
    .describe(
      "Istio's VirtualService that is changed for it, in the namespace of the Service, with all of its hosts. Default: that of the Service, or a new one where it has none.",
    ),
  percentage: z
    .number({ error: EXPECTED_SHARE })
    .gt(0, EXPECTED_SHARE)
    .max(100, EXPECTED_SHARE)
    .default(100)
    .describe('Percent of the requests, drawn for each. Default: 100.'),
};

const EXPECTED_STATUS = 'an HTTP status from 200 to 599';

const REPLICAS_MAX = 100_000;
const CHANGE = 'a whole number such as -1, or a whole percentage such as -50%';

const SCHEMAS = {
  'pod-kill': z.strictObject({ ...pods, ...gracePeriod }).describe('Deletes pods through the API.'),
  'container-kill': z
    .strictObject({ ...pods, ...container })
    .describe('SIGKILLs the main process of a container; the pod stays.'),
  'container-pause': z
    .strictObject({ ...pods, ...container, ...lasting('Then the processes go on.') })
    .describe("Stops a container's processes (SIGSTOP): connections are accepted, nothing answers."),
  'sandbox-kill': z
    .strictObject(pods)
    .describe(
      "SIGKILLs the process that holds a pod's sandbox (pause): the kubelet stops the containers within their grace period and starts all anew, under another address.",
    ),
  'network-partition': z
    .strictObject({ ...pods, ...lasting('Then the policy is removed.') })
    .describe(
      'Denies pods all connections to them by a NetworkPolicy, which the network of the cluster must enforce. Their kubelets still reach them, so probes succeed and they stay endpoints.',
    ),
  'dns-outage': z
    .strictObject({ ...pods, ...lasting('Then the policy is removed.') })
    .describe(
      'Takes DNS from pods by a NetworkPolicy that lets nothing of theirs out to port 53, which the network of the cluster must enforce. What it costs is for `applications.NAME.lookups` to say.',
    ),
  'cpu-stress': z
    .strictObject({
      ...pods,
      workers: count
        .max(WORKERS_MAX)
        .default(1)
        .describe('Processes that do nothing but compute, each on a processor of its own. Default: 1.'),
      ...stress,
    })
    .describe(
      'Computes in an ephemeral container of each pod: it uses up what the CPU limits of its containers let the pod have.',
    ),
  'memory-stress': z
    .strictObject({
      ...pods,
      size: size.describe('How much it takes, and holds: 200MiB. It must be there.'),
      ...stress,
    })
    .describe(
      'Holds memory in an ephemeral container of each pod, whose containers must all have a memory limit: beyond their sum the kernel kills what holds most, a program of the pod or the ephemeral container itself.',
    ),
  'pod-eviction': z
    .strictObject({ ...pods, ...gracePeriod })
    .describe(
      'Evicts pods through the eviction API, which asks the disruption budgets; what they refuse is tried again every 5 s.',
    ),
  'node-cordon': z
    .strictObject({ ...nodes, ...lasting('Then the nodes are uncordoned.') })
    .describe(
      'Cordons nodes, as `kubectl cordon` does: they take no new pods, and what runs on them goes on.',
    ),
  'node-drain': z
    .strictObject({ ...nodes, ...gracePeriod, ...lasting('Then the nodes are uncordoned.') })
    .describe('Cordons nodes and evicts their pods, as `kubectl drain --ignore-daemonsets` does.'),
  'node-taint': z
    .strictObject({ ...nodes, taint: faultTaint, ...lasting('Then that taint is taken off.') })
    .describe(
      'Taints nodes, as `kubectl taint` does: with NoExecute their pods are evicted, those that tolerate it for a time after that time; disruption budgets are not asked.',
    ),
  'node-loss': z
    .strictObject({ ...nodes, ...lasting('Then the nodes boot.') })
    .describe('Cuts the power of nodes: everything on them is gone at once, and nobody says so.'),
  'node-partition': z
    .strictObject({ ...nodes, ...lasting('Then they are reachable again.') })
    .describe('Cuts nodes off from everything else; what is on them runs on.'),
  'zone-outage': z
    .strictObject({
      workload: kubernetesName
        .optional()
        .describe(
          'Workload whose zones are candidates: those that run a ready pod of it, but for that of the first node, where load enters. Default: the only one of the manifests.',
        ),
      zone: z
        .string()
        .min(1)
        .max(63)
        .default('any')
        .describe(
          'Label topology.kubernetes.io/zone of its nodes. Default: any, one of the candidates by luck.',
        ),
      ...acts,
      ...lasting('Then its nodes boot.'),
    })
    .describe('Cuts the power of all nodes of a zone.'),
  'rollout-restart': z
    .strictObject({ ...ofWorkload, ...acts })
    .describe("Replaces every pod, as the workload's strategy says: `kubectl rollout restart`."),
  'bad-image': z
    .strictObject({ ...ofWorkload, ...container, ...acts, ...lasting('Then the rollout is undone.') })
    .describe('Rolls out an image that does not exist; undone by `kubectl rollout undo`.'),
  'bad-readiness': z
    .strictObject({ ...ofWorkload, ...container, ...acts, ...lasting('Then it has the old probe again.') })
    .describe(
      'Rolls out a readiness probe that cannot succeed, of a port that nobody serves: the new pods run and never get ready.',
    ),
  scale: z
    .strictObject({
      ...ofWorkload,
      replicas: z.number().int().min(0).max(REPLICAS_MAX).optional().describe('How many there are to be.'),
      by: z
        .union(
          [
            z.number({ error: CHANGE }).int({ error: CHANGE }).min(-REPLICAS_MAX).max(REPLICAS_MAX),
            z.string().regex(/^[+-]?\d{1,5}%$/, { error: CHANGE }),
          ],
          { error: CHANGE },
        )
        .optional()
        .describe(
          'How many more, or below 0 fewer, than there are: 2, -1, -50%. A share is rounded up. Either this or `replicas`.',
        ),
      ...acts,
      ...lasting('Then it is scaled back.'),
    })
    .describe('Changes the number of replicas: `kubectl scale`.'),
  'endpoint-removal': z
    .strictObject({
      service: kubernetesName.optional().describe('Name of the Service. Default: that of the load.'),
      ...acts,
      ...lasting('Then it has its endpoints again.'),
    })
    .describe(
      'Takes all endpoints from a Service, though its pods go on: its selector gets a label that no pod has.',
    ),
  'http-delay': z
    .strictObject({
      ...requests,
      // Istio 1.30 manifests/charts/base/files/crd-all.gen.yaml, fixedDelay.
      delay: positiveDuration
        .refine((delay_ms) => delay_ms >= 1, { error: `${EXPECTED.duration}, of 1ms at least` })
        .describe('How long each of them is held up.'),
      ...acts,
      ...lasting('Then they are sent on at once.'),
    })
    .describe(
      'Has a service mesh (Istio) hold up requests to a Service, in the proxy of their sender or in a gateway.',
    ),
  'http-abort': z
    .strictObject({
      ...requests,
      // Istio 1.30 pkg/config/validation/validation.go validateHTTPStatus.
      status: z
        .number({ error: EXPECTED_STATUS })
        .int(EXPECTED_STATUS)
        .min(200, EXPECTED_STATUS)
        .max(599, EXPECTED_STATUS)
        .describe('What they are answered with.'),
      ...acts,
      ...lasting('Then they are sent on.'),
    })
    .describe(
      'Has a service mesh (Istio) answer requests to a Service with an error, in the proxy of their sender or in a gateway; they never reach it.',
    ),
  'control-plane-outage': z
    .strictObject({
      component: z
        .enum(['api-server', 'controller-manager', 'scheduler', 'all'])
        .default('all')
        .describe('What is away. Default: all.'),
      ...acts,
      ...lasting('Then it is started again.'),
    })
    .describe('Stops parts of the control plane: what runs goes on, nothing heals.'),
  'registry-outage': z
    .strictObject({ ...acts, ...lasting('Then images can be pulled again.') })
    .describe(
      'No image can be pulled: it matters to nodes that do not have it, and to imagePullPolicy Always.',
    ),
} as const satisfies Record<FaultType, z.ZodType>;

/** All names of faults. */
export const FAULTS = Object.keys(SCHEMAS) as readonly FaultType[];

/** Whether it is undone some time, instead of being over once it is caused. */
export const isLasting = (type: FaultType): boolean => 'duration' in SCHEMAS[type].shape;

/** The fields of one fault, as the schema puts them out. */
export type FaultFields = { readonly [Type in FaultType]: z.output<(typeof SCHEMAS)[Type]> };

/** A fault, under its name. */
type OneFault = { readonly [Type in FaultType]?: FaultFields[Type] | undefined };

/** Steps that begin one after the other, or all at once. */
export interface GroupFields {
  readonly at: Distribution;
  readonly repeat?: { readonly every: Distribution; readonly times?: number | undefined } | undefined;
  readonly steps: readonly StepFields[];
}

interface Groups {
  readonly serial?: GroupFields | undefined;
  readonly parallel?: GroupFields | undefined;
}

/** What stands in the list of faults. */
export type ItemFields = OneFault & Groups;

/** What stands in a group. */
export type StepFields = OneFault & Groups & { readonly pause?: number | undefined };

const STEP_SCHEMAS = Object.fromEntries(
  Object.entries(SCHEMAS).map(([type, schema]) => [
    type,
    schema.extend(actsOfStep).describe(schema.description as string),
  ]),
) as unknown as { readonly [Type in FaultType]: z.ZodType<FaultFields[Type]> };

const GROUPS = {
  serial:
    'Steps one after the other: each begins when the one before is over, with its last act, or its duration.',
  parallel: 'Steps that begin together; it is over when all of them are.',
} as const;

const groupsOf = <Acts extends z.ZodRawShape>(acts: Acts) => {
  const group = (description: string) =>
    z
      .strictObject({
        ...acts,
        get steps() {
          return z.array(step).min(1).describe('Faults, pauses, and groups of them.');
        },
      })
      .describe(description);
  return { serial: group(GROUPS.serial), parallel: group(GROUPS.parallel) };
};

const step: z.ZodType<StepFields> = oneOf(
  {
    ...STEP_SCHEMAS,
    pause: positiveDuration.describe('Nothing happens for so long.'),
    ...groupsOf(actsOfStep),
  },
  `exactly one of ${[...FAULTS, 'pause', ...Object.keys(GROUPS)].join(', ')}`,
).meta({ id: 'step', description: 'One step of a sequence.' }) as unknown as z.ZodType<StepFields>;

export const fault = oneOf(
  {
    ...SCHEMAS,
    ...groupsOf({
      ...actsOfStep,
      at: duration.transform(constant).describe('When it begins, from the start of the trial.'),
    }),
  },
  `exactly one fault an item: one of ${[...FAULTS, ...Object.keys(GROUPS)].join(', ')}`,
) as unknown as z.ZodType<ItemFields>;
