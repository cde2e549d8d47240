/** The faults of a scenario, each under its own name. */
import { z } from 'zod';
import type { FaultType } from '../fault.ts';
import { PERCENTAGE } from '../units.ts';
import { taint } from './cluster.ts';
import { count, duration, kubernetesName, oneOf, positiveDuration, wholeSeconds } from './quantities.ts';

const acts = {
  at: duration.describe('When it acts, from the start of the trial; within the duration of the load.'),
  repeat: z
    .strictObject({
      every: positiveDuration.describe('From one act to the next.'),
      times: count
        .max(1000)
        .optional()
        .describe('How many acts in all, the first included. Default: until the load ends.'),
    })
    .optional()
    .describe('Acts again and again; victims are chosen anew each time.'),
};

const ofWorkload = {
  workload: kubernetesName
    .optional()
    .describe('Name of the workload it is about. Default: the only one of the manifests.'),
};

const victims = (what: 'pods' | 'nodes') => ({
  mode: z
    .enum(['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'])
    .default('one')
    .describe(
      `How many ${what}, with Chaos Mesh's words: one, all, fixed (\`value\` of them), fixed-percent (\`value\` % of them, rounded down), random-max-percent (at most \`value\` % of them).`,
    ),
  value: z
    .union([count, z.string().regex(PERCENTAGE)], {
      error: `a whole number of ${what} above 0, or a percentage such as 50%`,
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
      replicas: z.number().int().min(0).max(100_000).describe('How many there are to be.'),
      ...acts,
      ...lasting('Then it is scaled back.'),
    })
    .describe('Changes the number of replicas: `kubectl scale`.'),
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

export const fault = oneOf(SCHEMAS, `exactly one fault an item: one of ${FAULTS.join(', ')}`);

/** The fields of one fault, as the schema puts them out. */
export type FaultFields = { readonly [Type in FaultType]: z.output<(typeof SCHEMAS)[Type]> };
